"""Asking for an export of the audit, and keeping what came of it."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from lms.accounts.actions.audit import audit
from lms.accounts.models.audit import AuditExport
from lms.accounts.queries.audit import Filters
from lms.foundation import jobs
from lms.foundation.database import db
from lms.foundation.errors import Refused
from lms.foundation.principal import Principal

JOB = "audit.export"
LONGEST_REASON = 200


def request_export(filters: Filters, reason: str, token: str, principal: Principal) -> UUID:
    """Queue an export, once for each form; raises Refused without a reason."""
    before = db.session.scalar(select(AuditExport.id).where(AuditExport.token == token))
    if before is not None:
        return before
    if not reason.strip():
        raise Refused("写一句导出来做什么用，会留档", field="reason")
    told = {"reason": reason.strip()[:LONGEST_REASON], "token": token, "filters": filters.as_json()}
    row = AuditExport(id=uuid4(), person_id=principal.person(), **told)
    db.session.add(row)
    db.session.flush()
    audit("audit:export", subject=f"audit_export {row.id}", reason=row.reason)
    row.job_id = jobs.enqueue(JOB, {"export_id": str(row.id)}, key=str(row.id), title="导出操作记录").id
    db.session.flush()
    return row.id


def keep_result(export_id: UUID, result: dict[str, Any]) -> None:
    """Write what came of an export."""
    row = db.session.get_one(AuditExport, export_id)
    row.result = result
    db.session.flush()
