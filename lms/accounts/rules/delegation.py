"""Lending a role's work to a colleague while away: when it holds, and what it may not do."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

LONGEST_DAYS = 92


@dataclass(frozen=True)
class Loan:
    """A role's work lent to somebody for days (both ends included) unless it was taken back."""

    role: str
    lender: UUID
    borrower: UUID
    starts_on: date
    ends_on: date
    ended: bool = False

    def holds(self, on: date) -> bool:
        """Whether the work is lent on a day."""
        return not self.ended and self.starts_on <= on <= self.ends_on


@dataclass(frozen=True)
class Job:
    """Somebody's work for an organisation in a role: one line of who works where."""

    person: UUID
    organisation: UUID
    kind: str
    role: str


def roles_lent(
    person: UUID, authority: UUID, staff: Collection[Job], loans: Collection[Loan], on: date
) -> dict[str, UUID]:
    """The roles that somebody has by loan alone on a day: role → who lent it. A loan cannot be lent on.

    It holds while lender and borrower both work for the authority, the lender in that very role.
    """
    held = {(job.person, job.role) for job in staff if job.organisation == authority}
    own = {role for who, role in held if who == person}
    if not own:
        return {}
    mine = [loan for loan in loans if loan.borrower == person and loan.holds(on)]
    return {loan.role: loan.lender for loan in mine if loan.role not in own and (loan.lender, loan.role) in held}


def faults_of(loan: Loan, authority: UUID, jobs: Collection[Job], today: date) -> dict[str, str]:
    """Why work cannot be lent like this: field → sentence; `jobs` are those of both people, everywhere."""
    days = _days(loan, today)
    here = {(job.person, job.role) for job in jobs if job.organisation == authority}
    if (loan.lender, loan.role) not in here:
        return days | {"role": "这份工作不是你自己的，不能交给别人代"}
    if loan.borrower == loan.lender or loan.borrower not in {person for person, _ in here}:
        return days | {"borrower": "从本单位的同事里选一位"}
    if (loan.borrower, loan.role) in here:
        return days | {"borrower": "这位同事本来就做这份工作，不用代"}
    if any(job.person == loan.borrower and job.kind != "authority" for job in jobs):
        return days | {"borrower": "这位同事也在培训机构或企业办事，会审到自己交的材料，换一位"}
    return days


def _days(loan: Loan, today: date) -> dict[str, str]:
    faults = {}
    if loan.starts_on < today:
        faults["starts_on"] = "开始的日子已经过了，改成今天或者以后"
    if loan.ends_on < loan.starts_on:
        faults["ends_on"] = "结束的日子在开始以前，看看有没有填反"
    elif (loan.ends_on - loan.starts_on).days >= LONGEST_DAYS:
        faults["ends_on"] = f"一次最多代 {LONGEST_DAYS} 天，日子再长就请负责人调整岗位"
    return faults
