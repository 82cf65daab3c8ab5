"""Lending one's work to a colleague while away, taking it back, taking note of it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from lms.accounts import roles
from lms.accounts.actions.audit import audit
from lms.accounts.models import Delegation
from lms.accounts.queries.staff import holds, jobs_of
from lms.accounts.rules import delegation
from lms.foundation import clock
from lms.foundation.database import db, widened
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.principal import Principal


@dataclass(frozen=True)
class Wish:
    """What somebody wants to lend: at which authority, which role, to whom, from which day to which, and why."""

    authority: UUID
    role: str
    borrower: UUID
    starts_on: date
    ends_on: date
    reason: str


def lend(wish: Wish, principal: Principal) -> UUID:
    """Lend a role's work; raises Refused with the field at fault."""
    lender = principal.person()
    loan = delegation.Loan(wish.role, lender, wish.borrower, wish.starts_on, wish.ends_on)
    faults = delegation.faults_of(loan, wish.authority, jobs_of({lender, wish.borrower}), clock.today())
    for field, sentence in faults.items():
        raise Refused(sentence, field=field)
    days = {"starts_on": wish.starts_on, "ends_on": wish.ends_on, "reason": wish.reason.strip()}
    row = Delegation(
        organisation_id=wish.authority, role=wish.role, person_id=lender, borrower_id=wish.borrower, **days
    )
    db.session.add(row)
    db.session.flush()
    audit("delegation:lend", subject=f"delegation {row.id}", reason=f"{roles.WORDS[wish.role]}：{wish.reason.strip()}")
    return row.id


def take_back(delegation_id: UUID, principal: Principal) -> None:
    """End a loan before its day: the lender or the borrower may; raises Conflict where it has ended."""
    row = _locked(delegation_id)
    if principal.person() not in (row.person_id, row.borrower_id):
        raise NotFound()
    if row.ended_at is not None or row.ends_on < clock.today():
        raise Conflict("这次代办已经结束了")
    row.ended_at, row.ended_by = clock.now(), principal.person_id
    db.session.flush()
    audit("delegation:end", subject=f"delegation {row.id}", reason=roles.WORDS[row.role])


def note(delegation_id: UUID, principal: Principal) -> None:
    """An auditor of the authority takes note of a loan; raises Conflict where another one has."""
    with widened("a loan that an auditor looks at"):
        row = _locked(delegation_id)
        me = principal.person()
        if not holds(me, row.organisation_id, "auditor") or me in (row.person_id, row.borrower_id):
            raise NotFound()
        if row.noted_at is not None:
            raise Conflict("这次代办已经有人看过了")
        row.noted_at, row.noted_by = clock.now(), me
        db.session.flush()
    audit("delegation:note", subject=f"delegation {row.id}", reason=roles.WORDS[row.role])


def _locked(delegation_id: UUID) -> Delegation:
    query = select(Delegation).where(Delegation.id == delegation_id).with_for_update()
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound()
    return row
