"""The institution's own second person: looks at a course before it is sent to the authority."""

from typing import Any
from uuid import UUID

from lms.accounts import actions as accounts
from lms.foundation.database import acting
from lms.foundation.errors import Refused
from lms.publishing import rules
from lms.publishing.models.courses import PackageVersion

PACKAGE = "package"


def ask(row: PackageVersion) -> None:
    """Ask the institution's approver to look at a version first; raises Conflict where it waits already."""
    what: dict[str, Any] = {
        "tenant_id": row.tenant_id,
        "title": f"{row.title}，第 {row.number} 版",
        "plan_code": row.plan_code,
    }
    accounts.ask_second_look(PACKAGE, row.id, digest=row.content_hash or "", principal=acting(), **what)


def looked(row: PackageVersion, *, approve: bool, reason: str, seen: str) -> UUID:
    """Take what the second person says to a version; gives who asked. Raises Refused for the uploader's own work."""
    problem = rules.refuse_reviewer(row.uploaded_by, acting().person_id)
    if problem:
        raise Refused(problem, code="own_upload")
    said: dict[str, Any] = {"approve": approve, "reason": reason, "seen": seen, "now": row.content_hash or ""}
    return accounts.second_look(PACKAGE, row.id, principal=acting(), **said)
