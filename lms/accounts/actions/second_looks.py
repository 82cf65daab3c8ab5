"""Asking for the second person of one's own house, and what that person says."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.accounts.actions.audit import audit
from lms.accounts.models import SecondLook
from lms.accounts.queries.staff import holds
from lms.accounts.rules import second_looks
from lms.foundation import clock
from lms.foundation.database import db
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.principal import Principal

ASKED = "已经交给本单位审核了，等他们看完"
MOVED_ON = "这份材料在你看的时候改过了，刷新看看最新的内容再决定"


def ask_second_look(
    kind: str,
    subject_id: UUID,
    *,
    tenant_id: UUID,
    title: str,
    plan_code: str,
    digest: str,
    principal: Principal,
    parent_id: UUID | None = None,
) -> None:
    """Ask the institution's approver to look first; `digest` is what is to be looked at. Raises Conflict where it waits already."""
    asked = {"kind": kind, "subject_id": subject_id, "tenant_id": tenant_id, "title": title, "plan_code": plan_code}
    row = SecondLook(**asked, digest=digest, parent_id=parent_id, asked_by=principal.person())
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError as problem:
        raise Conflict(ASKED) from problem


def second_look(
    kind: str, subject_id: UUID, *, approve: bool, reason: str, seen: str, now: str, principal: Principal
) -> UUID:
    """Say yes or no as the second person; gives back who asked. `seen` is the digest of the page, `now` of what is there.

    Raises NotFound for other houses, Refused for one's own work, Conflict where it was decided or changed meanwhile.
    """
    row = _waiting(kind, subject_id, principal)
    problem = second_looks.why_not_look(row.asked_by, principal.person())
    if problem:
        raise Refused(problem, code="own_filing")
    if seen != now:
        raise Conflict(MOVED_ON)
    if not approve and not reason.strip():
        raise Refused("写一句为什么退回，经办才知道改哪里", field="reason")
    row.state, row.reason, row.digest = ("passed" if approve else "refused"), reason.strip(), now
    row.looked_by, row.looked_at = principal.person(), clock.now()
    db.session.flush()
    audit(f"second-look:{row.state}", subject=f"{kind} {subject_id}", reason=reason.strip() or "材料齐全")
    return row.asked_by


def withdraw_second_look(kind: str, subject_id: UUID) -> bool:
    """Take back what waits for the second person, because it is being changed; says whether something waited."""
    row = db.session.scalar(_query(kind, subject_id))
    if row is None:
        return False
    row.state = "withdrawn"
    db.session.flush()
    return True


def _waiting(kind: str, subject_id: UUID, principal: Principal) -> SecondLook:
    row = db.session.scalar(_query(kind, subject_id).where(SecondLook.tenant_id.in_(principal.organisations)))
    if row is None and _known(kind, subject_id, principal):
        raise Conflict("这份材料刚才已经有人看过了，刷新看看结果")
    if row is None or not holds(principal.person(), row.tenant_id, "approver"):
        raise NotFound()
    return row


def _known(kind: str, subject_id: UUID, principal: Principal) -> bool:
    mine = SecondLook.tenant_id.in_(principal.organisations)
    query = select(SecondLook.id).where(SecondLook.kind == kind, SecondLook.subject_id == subject_id, mine)
    return db.session.scalar(query.limit(1)) is not None


def _query(kind: str, subject_id: UUID):  # type: ignore[no-untyped-def]
    query = select(SecondLook).where(
        SecondLook.kind == kind, SecondLook.subject_id == subject_id, SecondLook.state == "waiting"
    )
    return query.with_for_update().execution_options(populate_existing=True)
