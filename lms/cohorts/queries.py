"""Questions about classes: frozen views for pages, exports and the capabilities above."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select, tuple_

from lms.cohorts.models import Cohort, CohortDecision, Enrolment, RosterImport
from lms.cohorts.rules import filing
from lms.foundation import secrets
from lms.foundation.database import db, in_index_order
from lms.foundation.errors import Conflict, NotFound
from lms.foundation.principal import Principal, Scope, current
from lms.foundation.scoping import covered

MOST_RETURNED = 200


@dataclass(frozen=True)
class CohortView:
    """A class; hours are planned class hours of 45 minutes, `people` is how many are enrolled."""

    id: UUID
    tenant_id: UUID
    code: str
    title: str
    programme_code: str
    plan_code: str
    region_code: str
    version_id: UUID
    starts_on: date
    ends_on: date
    planned_class_hours: int
    teacher: str
    place: str
    state: filing.State
    filed_by: UUID | None
    filed_at: datetime | None
    opened_at: datetime | None
    people: int

    @property
    def words(self) -> str:
        """The state as the pages call it."""
        return filing.WORDS[self.state]

    @property
    def tone(self) -> str:
        """The tone of its tag."""
        return filing.TONES[self.state]

    @property
    def editable(self) -> bool:
        """Whether its terms may still be changed."""
        return self.state in filing.EDITABLE

    @property
    def takes_people(self) -> bool:
        """Whether people may still be enrolled."""
        return self.state in filing.TAKES_PEOPLE


@dataclass(frozen=True)
class EnrolmentView:
    """One person's place in one class."""

    id: UUID
    cohort_id: UUID
    person_id: UUID
    tenant_id: UUID
    created_at: datetime


@dataclass(frozen=True)
class Details:
    """What a roster said about somebody besides who they are."""

    employer: str = ""
    household: str = ""
    remark: str = ""


@dataclass(frozen=True)
class DecisionView:
    """What was said to a filing."""

    verdict: str
    reason: str
    decided_at: datetime
    decided_by: UUID | None
    people: int


@dataclass(frozen=True)
class ImportView:
    """A roster that was read, in figures."""

    id: UUID
    cohort_id: UUID
    file_name: str
    state: str
    created_at: datetime
    imported_at: datetime | None
    new: int
    known: int
    enrolled_before: int
    refused: int
    passed_over: int
    enrolled: int | None

    @property
    def rows(self) -> int:
        """How many people the file names, good or not."""
        return self.new + self.known + self.enrolled_before + self.refused

    @property
    def to_enrol(self) -> int:
        """How many would join the class."""
        return self.new + self.known


_PEOPLE = select(func.count()).where(Enrolment.cohort_id == Cohort.id).correlate(Cohort).scalar_subquery()
_COHORT = select(
    *(getattr(Cohort, name) for name in CohortView.__dataclass_fields__ if name != "people"), _PEOPLE.label("people")
)
_IMPORT = select(*(getattr(RosterImport, name) for name in ImportView.__dataclass_fields__))


def cohort(cohort_id: UUID) -> CohortView:
    """One class that the principal may see; raises NotFound."""
    return _one(_COHORT.where(Cohort.id == cohort_id))


def own_cohort(cohort_id: UUID, principal: Principal) -> CohortView:
    """One class of the principal's own institution; raises NotFound."""
    return _one(_COHORT.where(Cohort.id == cohort_id, Cohort.tenant_id.in_(principal.organisations)))


def cohort_in_scope(cohort_id: UUID, principal: Principal) -> CohortView:
    """One filed class that the principal's authority answers for; raises NotFound."""
    return _one(_COHORT.where(Cohort.id == cohort_id, _filed(), _covered(principal.scope)))


def cohort_by_code(code: str) -> CohortView:
    """The class with a code among those the principal may see; raises NotFound, or Conflict where two have it."""
    found = _views(_COHORT.where(Cohort.code == code).limit(2))
    if len(found) > 1:
        raise Conflict("有两个班用这个编号，写全是哪个机构的班")
    if not found:
        raise NotFound()
    return found[0]


def titles(cohort_ids: Collection[UUID]) -> dict[UUID, str]:
    """What classes are called, of those that the principal may see."""
    query = select(Cohort.id, Cohort.title).where(Cohort.id.in_(cohort_ids))
    return {row.id: row.title for row in db.session.execute(query)}


def cohorts_of_tenant(tenant_id: UUID) -> list[CohortView]:
    """An institution's classes, newest first."""
    return _views(_COHORT.where(Cohort.tenant_id == tenant_id).order_by(Cohort.created_at.desc(), Cohort.id))


def cohorts_in_scope(principal: Principal) -> list[CohortView]:
    """All filed classes that the principal's authority answers for, newest filing first."""
    query = _COHORT.where(_filed(), _covered(principal.scope))
    return _views(query.order_by(Cohort.filed_at.desc(), Cohort.id))


def cohorts_to_decide(principal: Principal) -> list[CohortView]:
    """The filings that wait for the principal's authority, oldest first."""
    query = _COHORT.where(Cohort.state == filing.State.FILED, _covered(principal.scope))
    return _views(query.order_by(Cohort.filed_at, Cohort.id))


def cohorts_waiting(
    principal: Principal, after: tuple[datetime, UUID] | None, limit: int, plan_code: str = ""
) -> list[CohortView]:
    """A page of the filings that wait for the principal's authority: what was filed after a mark, oldest first."""
    query = _COHORT.where(*_waiting(principal, plan_code))
    if after is not None:
        query = query.where(tuple_(Cohort.filed_at, Cohort.id) > tuple_(*after))
    with in_index_order():
        return _views(query.order_by(Cohort.filed_at, Cohort.id).limit(limit))


def count_waiting(principal: Principal, plan_code: str = "") -> int:
    """How many filings wait for the principal's authority."""
    return db.session.scalar(select(func.count()).select_from(Cohort).where(*_waiting(principal, plan_code))) or 0


def _waiting(principal: Principal, plan_code: str) -> list[ColumnElement[bool]]:
    found = [Cohort.state == filing.State.FILED, _covered(principal.scope)]
    return [*found, Cohort.plan_code == plan_code] if plan_code else found


def returned_cohorts(principal: Principal) -> list[tuple[CohortView, datetime]]:
    """The principal's own classes that were sent back and not filed anew, with the moment, the longest waiting first."""
    own = _COHORT.where(Cohort.state == filing.State.RETURNED, Cohort.tenant_id.in_(principal.organisations))
    found = _views(own.order_by(Cohort.filed_at, Cohort.id).limit(MOST_RETURNED))
    said = select(CohortDecision.cohort_id, func.max(CohortDecision.decided_at)).group_by(CohortDecision.cohort_id)
    moments = dict(db.session.execute(said.where(CohortDecision.cohort_id.in_([one.id for one in found]))).all())
    return [(one, moments[one.id]) for one in found if one.id in moments]


def closed_cohorts(principal: Principal) -> list[tuple[CohortView, datetime]]:
    """The newest closed classes that the principal's authority answers for, with the moment of closing."""
    query = select(Cohort.id, Cohort.closed_at).where(Cohort.state == filing.State.CLOSED, _covered(principal.scope))
    rows = db.session.execute(query.order_by(Cohort.closed_at.desc(), Cohort.id).limit(MOST_RETURNED)).all()
    found = {one.id: one for one in _views(_COHORT.where(Cohort.id.in_([row.id for row in rows])))}
    return [(found[row.id], row.closed_at) for row in rows]


def cohorts_to_export() -> list[CohortView]:
    """Classes open or closed that the current principal answers for, newest first."""
    states = (filing.State.OPEN, filing.State.CLOSED)
    theirs = or_(Cohort.tenant_id.in_(current().organisations), _covered(current().scope))
    return _views(_COHORT.where(Cohort.state.in_(states), theirs).order_by(Cohort.opened_at.desc(), Cohort.id))


def is_open(view: CohortView, on: date) -> bool:
    """Whether people learn in a class on a day."""
    return filing.is_open(view.state, view.starts_on, view.ends_on, on)


# Asked by every beat: built once.
_TERM = select(Cohort.state, Cohort.starts_on, Cohort.ends_on).where(Cohort.id == bindparam("cohort_id"))


def is_open_now(cohort_id: UUID, on: date) -> bool:
    """The same for a class by its id, at the price of one row; False where the principal sees none."""
    row = db.session.execute(_TERM, {"cohort_id": cohort_id}).first()
    return row is not None and filing.is_open(filing.State(row.state), row.starts_on, row.ends_on, on)


_ENROLMENT = select(*(getattr(Enrolment, name) for name in EnrolmentView.__dataclass_fields__))


def enrolments(cohort_id: UUID) -> list[EnrolmentView]:
    """Everybody in a class, in the order of joining."""
    query = _ENROLMENT.where(Enrolment.cohort_id == cohort_id).order_by(
        Enrolment.created_at, Enrolment.row, Enrolment.id
    )
    return [EnrolmentView(*row) for row in db.session.execute(query)]


def enrolments_of(person_id: UUID) -> list[EnrolmentView]:
    """Every class that somebody is in, newest first."""
    query = _ENROLMENT.where(Enrolment.person_id == person_id).order_by(Enrolment.created_at.desc(), Enrolment.id)
    return [EnrolmentView(*row) for row in db.session.execute(query)]


def members(cohort_id: UUID) -> list[UUID]:
    """The ids of everybody in a class."""
    return [row.person_id for row in enrolments(cohort_id)]


def already_in(cohort_id: UUID, people: Sequence[UUID]) -> frozenset[UUID]:
    """Those of the people who are in the class."""
    query = select(Enrolment.person_id).where(Enrolment.cohort_id == cohort_id, Enrolment.person_id.in_(people))
    return frozenset(db.session.scalars(query))


def page_of_people(cohort_id: UUID, number: int, size: int) -> list[tuple[UUID, Details]]:
    """One page (from 1) of the people of a class with what the roster said of them."""
    query = select(Enrolment.person_id, Enrolment.id, Enrolment.details).where(Enrolment.cohort_id == cohort_id)
    rows = db.session.execute(
        query.order_by(Enrolment.created_at, Enrolment.row, Enrolment.id).offset((number - 1) * size).limit(size)
    )
    return [(person_id, _details(row_id, blob)) for person_id, row_id, blob in rows]


def _details(row_id: UUID, blob: bytes | None) -> Details:
    if blob is None:
        return Details()
    return msgspec.json.decode(secrets.unseal("enrolment", "details", row_id, blob), type=Details)


def decisions(cohort_id: UUID) -> list[DecisionView]:
    """What was said to a class's filings, newest first."""
    query = select(*(getattr(CohortDecision, name) for name in DecisionView.__dataclass_fields__))
    query = query.where(CohortDecision.cohort_id == cohort_id).order_by(CohortDecision.decided_at.desc())
    return [DecisionView(*row) for row in db.session.execute(query)]


def roster_import(cohort_id: UUID, import_id: UUID) -> ImportView:
    """One roster of a class; raises NotFound."""
    row = db.session.execute(_IMPORT.where(RosterImport.id == import_id, RosterImport.cohort_id == cohort_id)).first()
    if row is None:
        raise NotFound()
    return ImportView(*row)


def sealed_content(import_id: UUID) -> bytes | None:
    """The sealed lines of a roster, to be opened outside the transaction; None once a later file has replaced it."""
    return db.session.scalar(select(RosterImport.content).where(RosterImport.id == import_id))


def imports_of(cohort_id: UUID) -> list[ImportView]:
    """The rosters that were taken into a class, newest first."""
    query = _IMPORT.where(RosterImport.cohort_id == cohort_id, RosterImport.state == "imported")
    return [ImportView(*row) for row in db.session.execute(query.order_by(RosterImport.imported_at.desc()))]


def _one(query: Select) -> CohortView:
    found = _views(query)
    if not found:
        raise NotFound()
    return found[0]


def _views(query: Select) -> list[CohortView]:
    rows = db.session.execute(query).mappings()
    return [CohortView(**{**row, "state": filing.State(row["state"])}) for row in rows]


def _filed() -> ColumnElement[bool]:
    return Cohort.state != filing.State.DRAFT


def _covered(scope: Sequence[Scope]) -> ColumnElement[bool]:
    """Whether one of the scopes covers the class."""
    return covered(Cohort.region_code, Cohort.plan_code, scope)
