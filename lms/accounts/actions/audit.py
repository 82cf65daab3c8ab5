"""Entering who did what and why."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from lms.accounts.models.audit import AuditEntry, AuditPerson
from lms.accounts.models.organisations import Organisation
from lms.accounts.models.staff import Membership
from lms.accounts.rules import audit as rules
from lms.foundation import clock, evidence
from lms.foundation.database import acting, db
from lms.foundation.principal import Principal


@dataclass(frozen=True)
class _Place:
    """For whom the actor works, and what this says about where an entry belongs."""

    role: str | None = None
    organisation_id: UUID | None = None
    region_code: str | None = None
    plan_code: str | None = None
    department: str | None = None


def audit(
    action: str,
    *,
    subject: str,
    reason: str,
    people: Collection[UUID] = (),
    region: str | None = None,
    plan: str | None = None,
    actor: UUID | None = None,
) -> None:
    """Enter who did what and why; the entry has its leaf in the evidence tree.

    `subject` is "kind ID", "kind ID of person ID", a bare id or words; `people` are more whom it concerns. `region` and `plan`
    are the thing's own, the actor's unless given. `actor` is for what the platform does in somebody's name (a sign-in).
    """
    principal = acting()
    entry = _entry(principal, action, subject, reason, actor or principal.person_id)
    told = rules.read_subject(action, subject)
    concerned = {UUID(person) for person in told.people} | set(people)
    entry |= {"subject_kind": told.kind, "subject_id": told.id, "people": len(concerned)}
    entry |= {name: value for name, value in (("region_code", region), ("plan_code", plan)) if value}
    leaf = evidence.append(rules.KIND, rules.sealed_content(entry))
    row = AuditEntry(**entry, leaf_id=leaf.id)
    db.session.add(row)
    db.session.flush()
    if concerned:
        db.session.execute(insert(AuditPerson), [{"entry_id": row.id, "person_id": p} for p in sorted(concerned)])


def _entry(principal: Principal, action: str, subject: str, reason: str, actor: UUID | None) -> dict[str, Any]:
    place = _place(principal, actor)
    where = {"role": place.role, "organisation_id": place.organisation_id, "department": place.department}
    what = {"action": action, "subject": subject, "reason": reason, "plan_code": place.plan_code}
    who = {"at": clock.now(), "actor_id": actor, "deputy_for": principal.deputy_for, "region_code": place.region_code}
    return who | what | where


def _place(principal: Principal, actor: UUID | None) -> _Place:
    """The authority where the principal has a scope, else the tenant; nothing for a trainee or the platform itself."""
    if actor is None:
        return _Place()
    still = Membership.ended_at.is_(None) & (Membership.until.is_(None) | (Membership.until >= clock.today()))
    query = (
        select(Membership.role, Organisation.id, Organisation.region_code, Organisation.department)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id == actor, still)
        .order_by(
            (Organisation.kind == "authority").is_not(bool(principal.scope)), Membership.created_at, Membership.id
        )
    )
    row = db.session.execute(query.limit(1)).first()
    plans = {scope.plan for scope in principal.scope}
    return _Place(row[0], row[1], row[2], plans.pop() if len(plans) == 1 else None, row[3]) if row else _Place()
