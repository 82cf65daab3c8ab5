"""What waits for the second person of an institution."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_

from lms.accounts.models import Membership, SecondLook
from lms.accounts.queries.staff import still_works
from lms.accounts.rules import second_looks
from lms.foundation.database import db, widened
from lms.foundation.principal import Principal

Mark = tuple[datetime, UUID]


@dataclass(frozen=True)
class SecondLookView:
    """Something that waits for, or was looked at by, the second person; `digest` is what was shown."""

    id: UUID
    tenant_id: UUID
    kind: str
    subject_id: UUID
    parent_id: UUID | None
    title: str
    plan_code: str
    digest: str
    asked_by: UUID
    created_at: datetime
    state: str
    looked_by: UUID | None
    looked_at: datetime | None
    reason: str

    @property
    def words(self) -> str:
        """The state as pages call it."""
        return second_looks.WORDS[self.state]


_LOOK = select(*(getattr(SecondLook, name) for name in SecondLookView.__dataclass_fields__))


def needs_second_look(tenant_id: UUID) -> bool:
    """Whether an institution has an approver today, so that its filings need a second person."""
    query = select(Membership.id).where(
        Membership.organisation_id == tenant_id, Membership.role == "approver", still_works()
    )
    with widened("whether an institution has an approver"):
        return db.session.scalar(query.limit(1)) is not None


def second_look_of(kind: str, subject_id: UUID) -> SecondLookView | None:
    """The newest second look at something, of those that the principal may see."""
    query = _LOOK.where(SecondLook.kind == kind, SecondLook.subject_id == subject_id)
    row = db.session.execute(query.order_by(SecondLook.created_at.desc(), SecondLook.id).limit(1)).first()
    return SecondLookView(*row) if row else None


def second_looks_waiting(
    principal: Principal, kind: str, after: Mark | None = None, limit: int = 50, plan_code: str = ""
) -> list[SecondLookView]:
    """What waits in the principal's own institutions for a second person other than who asked, the oldest first."""
    query = _LOOK.where(*_waiting(principal, kind, plan_code))
    if after is not None:
        query = query.where(tuple_(SecondLook.created_at, SecondLook.id) > tuple_(*after))
    rows = db.session.execute(query.order_by(SecondLook.created_at, SecondLook.id).limit(limit))
    return [SecondLookView(*row) for row in rows]


def count_second_looks(principal: Principal, kind: str, plan_code: str = "") -> int:
    """How many wait."""
    query = select(func.count()).select_from(SecondLook)
    return db.session.scalar(query.where(*_waiting(principal, kind, plan_code))) or 0


def _waiting(principal: Principal, kind: str, plan_code: str) -> list[ColumnElement[bool]]:
    own = SecondLook.tenant_id.in_(principal.organisations)
    found: list[ColumnElement[bool]] = [
        own,
        SecondLook.state == "waiting",
        SecondLook.kind == kind,
        SecondLook.asked_by != principal.person_id,
    ]
    return [*found, SecondLook.plan_code == plan_code] if plan_code else found
