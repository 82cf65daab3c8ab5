"""Whose work is lent to whom."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, tuple_

from lms.accounts import roles
from lms.accounts.models import Delegation, Membership, Person
from lms.accounts.queries.staff import still_works
from lms.accounts.rules import delegation
from lms.foundation import clock
from lms.foundation.database import acting, db, widened
from lms.foundation.errors import NotFound


@dataclass(frozen=True)
class DelegationView:
    """Work that is or was lent: from whom, to whom, which days (both included)."""

    id: UUID
    organisation_id: UUID
    role: str
    person_id: UUID
    borrower_id: UUID
    starts_on: date
    ends_on: date
    reason: str
    created_at: datetime
    ended_at: datetime | None
    noted_at: datetime | None

    @property
    def words(self) -> str:
        """The role as pages call it."""
        return roles.WORDS[self.role]

    def state(self, today: date) -> tuple[str, str]:
        """Tone and words of its tag."""
        if self.ended_at is not None:
            return "no", "已收回"
        if today > self.ends_on:
            return "no", "已到期"
        return ("ok", "代办中") if self.starts_on <= today else ("wait", "还没开始")


_DELEGATION = select(*(getattr(Delegation, name) for name in DelegationView.__dataclass_fields__))


def roles_lent(person_id: UUID, authority: UUID) -> dict[str, UUID]:
    """The roles of an authority that somebody has by loan alone today: role → who lent it."""
    today = clock.today()
    query = select(Delegation).where(
        Delegation.borrower_id == person_id,
        Delegation.organisation_id == authority,
        Delegation.ended_at.is_(None),
        Delegation.starts_on <= today,
        Delegation.ends_on >= today,
    )
    loans = [
        delegation.Loan(row.role, row.person_id, row.borrower_id, row.starts_on, row.ends_on)
        for row in db.session.scalars(query.order_by(Delegation.created_at))
    ]
    return delegation.roles_lent(person_id, authority, _jobs_here(authority, loans), loans, today) if loans else {}


def _jobs_here(authority: UUID, loans: list[delegation.Loan]) -> list[delegation.Job]:
    people = {one for loan in loans for one in (loan.lender, loan.borrower)}
    query = select(Membership.person_id, Membership.organisation_id, Membership.role).where(
        Membership.organisation_id == authority, Membership.person_id.in_(people), still_works()
    )
    with widened("the work of colleagues"):
        return [delegation.Job(person, place, "authority", role) for person, place, role in db.session.execute(query)]


def delegations_of(person_id: UUID) -> list[DelegationView]:
    """What somebody lent or borrowed, newest first."""
    theirs = (Delegation.person_id == person_id) | (Delegation.borrower_id == person_id)
    return _views(_DELEGATION.where(theirs).order_by(Delegation.created_at.desc(), Delegation.id).limit(50))


def delegation_audited(delegation_id: UUID, person_id: UUID) -> DelegationView:
    """A loan of others at an authority where somebody audits; raises NotFound."""
    with widened("loans that an auditor looks at"):
        found = _views(_DELEGATION.where(Delegation.id == delegation_id, _of_others(person_id)))
    if not found:
        raise NotFound()
    return found[0]


def _of_others(person_id: UUID) -> ColumnElement[bool]:
    places = select(Membership.organisation_id).where(
        Membership.person_id == person_id, Membership.role == "auditor", still_works()
    )
    theirs = (Delegation.person_id != person_id) & (Delegation.borrower_id != person_id)
    return Delegation.organisation_id.in_(places) & theirs


def _audited(person_id: UUID) -> ColumnElement[bool]:
    return Delegation.noted_at.is_(None) & _of_others(person_id)


def delegations_to_note(
    person_id: UUID, after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[DelegationView]:
    """Loans at the authority that an auditor has not taken note of, the oldest first."""
    query = _DELEGATION.where(_audited(person_id))
    if after is not None:
        query = query.where(tuple_(Delegation.created_at, Delegation.id) > tuple_(*after))
    with widened("loans that an auditor looks at"):
        return _views(query.order_by(Delegation.created_at, Delegation.id).limit(limit))


def count_delegations_to_note(person_id: UUID) -> int:
    """How many there are."""
    with widened("loans that an auditor looks at"):
        return db.session.scalar(select(func.count()).select_from(Delegation).where(_audited(person_id))) or 0


def in_whose_place() -> str:
    """`代何泉办理` where the work under way is done in a colleague's place; else nothing."""
    lender = acting().deputy_for
    if lender is None:
        return ""
    with widened("the name of the colleague in whose place somebody acts"):
        name = db.session.scalar(select(Person.name).where(Person.id == lender))
    return f"代{name}办理"


def _views(query: Select) -> list[DelegationView]:
    return [DelegationView(*row) for row in db.session.execute(query)]
