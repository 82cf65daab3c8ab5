"""Withdrawing an approved version, stopping it at once, restoring it: rows beside it, for itself never changes."""

from uuid import UUID

from lms.accounts import actions as entering
from lms.accounts import queries as accounts
from lms.foundation import clock, events, evidence
from lms.foundation.database import acting, db
from lms.foundation.errors import Conflict, Refused
from lms.publishing.events import VersionStopped
from lms.publishing.models.courses import PackageVersion
from lms.publishing.models.life import VersionStanding
from lms.publishing.queries import courses as queries
from lms.publishing.queries.standing import standing_of
from lms.publishing.rules import State
from lms.publishing.rules.standing import Act, may_follow

MOST_REASON = 500


def put(version_id: UUID, act: Act, reason: str, *, authority: bool) -> None:
    """Say from now on how an approved version stands, and why.

    Withdrawn: no new class begins with it, running ones go on. Stopped: nobody goes on. Raises Conflict when it cannot
    stand so from where it is, Refused without a reason.
    """
    row = queries.locked_row(version_id)
    reason = reason.strip()
    if row.state != State.APPROVED or not may_follow(standing_of(version_id), act, authority=authority):
        raise Conflict("这一版刚才已经有变化，刷新看看最新的情况")
    if not reason or len(reason) > MOST_REASON:
        raise Refused(f"写一句为什么，最多 {MOST_REASON} 个字，机构和班主任都看得到", field="reason")
    _write(row, act, "，".join(part for part in (accounts.in_whose_place(), reason) if part)[:MOST_REASON])
    if act is Act.STOPPED:
        events.publish(VersionStopped(version_id))


def _write(row: PackageVersion, act: Act, reason: str) -> None:
    person, now = acting().person(), clock.now()
    content = {
        "version_id": str(row.id),
        "content_hash": row.content_hash,
        "act": str(act),
        "reason": reason,
        "person_id": str(person),
        "at": now.isoformat(),
    }
    leaf = evidence.append("package.standing", content, subject=str(row.id))
    place = {"tenant_id": row.tenant_id, "region_code": row.region_code, "plan_code": row.plan_code}
    db.session.add(
        VersionStanding(
            version_id=row.id,
            created_at=now,
            person_id=person,
            act=act,
            reason=reason,
            leaf_id=leaf.id,
            leaf_hash=leaf.hash,
            **place,
        )
    )
    db.session.flush()
    entering.audit(
        f"package:{act}",
        subject=f"package_version {row.id}",
        reason=reason,
        region=row.region_code,
        plan=row.plan_code,
    )
