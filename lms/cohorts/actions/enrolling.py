"""Take a roster in: look at it, keep it sealed, and on a yes enrol everybody in one transaction, all or nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import Integer, LargeBinary, Uuid, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from lms.accounts import actions as accounts
from lms.accounts import queries as people
from lms.accounts.rules import NewPerson, mask_phone
from lms.accounts.rules.documents import index_text
from lms.cohorts import queries
from lms.cohorts.actions.filing import locked
from lms.cohorts.events import PeopleEnrolled
from lms.cohorts.models import Cohort, RosterImport
from lms.cohorts.rules import filing, joining, preview
from lms.cohorts.rules.headers import has_header
from lms.cohorts.rules.preview import Preview
from lms.cohorts.rules.roster import Candidate, Roster, read_roster
from lms.foundation import clock, events, secrets
from lms.foundation.database import db
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.principal import Principal
from lms.foundation.spreadsheets.opening import open_sheets
from lms.plans import queries as plans

# One statement whatever the number of people: thousands of rows as VALUES take seconds to put together.
_ENROL = text(
    "insert into enrolment (id, row, details, person_id, import_id, cohort_id, tenant_id, created_at, region_code, plan_code)"
    " select given.id, given.row, given.details, given.person_id, :import_id, :cohort_id, :tenant_id, :created_at, :region_code,"
    " :plan_code from unnest(:ids, :rows, :details, :person_ids) as given (id, row, details, person_id)"
    " on conflict (cohort_id, person_id) do nothing returning person_id"
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("rows", type_=ARRAY(Integer)),
    bindparam("details", type_=ARRAY(LargeBinary)),
    bindparam("person_ids", type_=ARRAY(Uuid)),
)


@dataclass(frozen=True)
class Kept:
    """A preview as it is written: its id and its sealed lines, made before the transaction."""

    id: UUID
    preview: Preview
    content: bytes


@dataclass(frozen=True)
class EnrolmentRow:
    """One row of enrolment, sealed before the transaction."""

    id: UUID
    row: int
    details: bytes | None


@dataclass(frozen=True)
class Prepared:
    """All that a confirmed import writes, sealed and hashed before the transaction."""

    import_id: UUID
    candidates: tuple[Candidate, ...]
    person_rows: list[dict[str, object]]
    enrolment_rows: list[EnrolmentRow]
    content: bytes


@dataclass(frozen=True)
class Outcome:
    """How many joined the class; `again` where the same roster had been taken in before."""

    enrolled: int
    again: bool = False


def read(data: bytes) -> Roster:
    """The roster in a file; raises Unreadable. Outside any transaction: it may take seconds."""
    return read_roster(open_sheets(data, has_header), clock.today())


def compare(roster: Roster, cohort_id: UUID, principal: Principal) -> Preview:
    """The roster beside the accounts there are; raises NotFound or Conflict for the class."""
    cohort = queries.own_cohort(cohort_id, principal)
    _refuse_closed(cohort.state)
    known = _known(roster)
    roster = _who_may_join(roster, cohort, known)
    inside = queries.already_in(cohort_id, [view.id for view in known.values()])
    in_class = {number for number, view in known.items() if view.id in inside}
    found = preview.compare(roster, {number: view.name for number, view in known.items()}, in_class)
    phones = {number: view.masked_phone for number, view in known.items()}
    other = [c.row for c in roster.good if phones.get(c.id_number, mask_phone(c.phone)) != mask_phone(c.phone)]
    return preview.told_of_phones(found, other)


def _known(roster: Roster) -> dict[str, people.PersonView]:
    """Those of the roster whom the institution knows, by number; a stranger's number gives no sign of being known."""
    texts = {index_text(c.id_kind, c.id_number): c.id_number for c in roster.good}
    return {texts[text]: view for text, view in people.known_by_id_numbers(list(texts)).items()}


def _who_may_join(roster: Roster, cohort: queries.CohortView, known: dict[str, people.PersonView]) -> Roster:
    facts = people.facts_of([view.id for view in known.values()], sensitive=False)
    by_number = {number: facts[view.id] for number, view in known.items() if view.id in facts}
    deceased = people.deceased_among([c.id_number for c in roster.good])
    rules = plans.programme_rules(cohort.programme_code)
    return joining.told_of_proof(joining.who_may_join(roster, rules, cohort.starts_on, by_number, deceased))


def seal(found: Preview) -> Kept:
    """Seal the lines of a preview, outside the transaction."""
    import_id = uuid4()
    return Kept(import_id, found, _sealed(import_id, found.to_keep()))


def keep(kept: Kept, cohort_id: UUID, file_name: str, principal: Principal) -> UUID:
    """Keep a preview until it is confirmed; it takes the place of the class's earlier ones."""
    cohort = locked(cohort_id, principal)
    _refuse_closed(cohort.state)
    earlier = update(RosterImport).where(RosterImport.cohort_id == cohort_id, RosterImport.state == "previewed")
    db.session.execute(earlier.values(state="replaced", content=None))
    found = kept.preview
    figures = {"new": found.new, "known": len(found.known), "enrolled_before": len(found.enrolled)}
    rest = {"refused": len(found.roster.refused), "passed_over": len(found.roster.passed_over), "content": kept.content}
    who = {"tenant_id": cohort.tenant_id, "cohort_id": cohort_id, "created_by": principal.person_id}
    db.session.add(RosterImport(id=kept.id, file_name=file_name, **who, **figures, **rest))
    db.session.flush()
    return kept.id


def opened(import_id: UUID, content: bytes | None) -> Preview:
    """The lines of a kept preview; raises Conflict where a later file has replaced it."""
    if content is None:
        raise Conflict(preview.REPLACED)
    return msgspec.json.decode(secrets.unseal("roster_import", "content", import_id, content), type=Preview)


def prepare(import_id: UUID, found: Preview) -> Prepared:
    """Seal and hash what a confirmed import will write, outside the transaction; raises Refused for an empty one."""
    candidates = found.roster.good
    if not candidates:
        raise Refused(preview.NOBODY)
    new = [NewPerson(c.name, c.id_number, c.phone, c.id_kind) for c in candidates]
    rows = [_enrolment_row(c) for c in candidates]
    return Prepared(import_id, candidates, accounts.prepare(new), rows, _sealed(import_id, found.mending()))


def confirm(prepared: Prepared, cohort_id: UUID, principal: Principal) -> Outcome:
    """Enrol everybody of a prepared roster, all or nobody; raises Conflict where something changed since the preview.

    Twice is as good as once: the second confirmation finds the roster taken in.
    """
    cohort = locked(cohort_id, principal)
    roster = _locked_import(prepared.import_id, cohort_id)
    if roster.state == "imported":
        return Outcome(roster.enrolled or 0, again=True)
    _refuse_changed(roster, cohort)
    joined = _enrol(prepared, cohort)
    done = {"state": "imported", "imported_at": clock.now(), "enrolled": len(joined), "content": prepared.content}
    for name, value in done.items():
        setattr(roster, name, value)
    db.session.flush()
    told = f"花名册 {len(joined)} 人进班，{roster.refused} 行没有收"
    about = f"cohort {cohort.id}"
    accounts.audit("roster:import", subject=about, reason=told, region=cohort.region_code, plan=cohort.plan_code)
    if joined and cohort.state == filing.State.OPEN:
        place = (cohort.id, cohort.tenant_id, cohort.version_id, cohort.region_code, cohort.plan_code)
        events.publish(PeopleEnrolled(*place, tuple(joined)))
    return Outcome(len(joined))


def _locked_import(import_id: UUID, cohort_id: UUID) -> RosterImport:
    query = select(RosterImport).where(RosterImport.id == import_id, RosterImport.cohort_id == cohort_id)
    found = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound()
    return found


def _refuse_changed(roster: RosterImport, cohort: Cohort) -> None:
    _refuse_closed(cohort.state)
    if roster.state == "replaced":
        raise Conflict(preview.REPLACED)
    if preview.is_stale(roster.created_at, clock.now()):
        raise Conflict(preview.STALE)


def _refuse_closed(state: str) -> None:
    if filing.State(state) not in filing.TAKES_PEOPLE:
        raise Conflict(preview.CLOSED)


def _enrol(prepared: Prepared, cohort: Cohort) -> list[UUID]:
    """Link or create the people and give each a place in the class; the ids of those who were not in it before."""
    linked = accounts.link_or_create_many(
        prepared.person_rows, tenant_id=cohort.tenant_id, region_code=cohort.region_code, plan_code=cohort.plan_code
    )
    _refuse_other_names(prepared.candidates, linked)
    accounts.enter_many({p: c.said for c, (p, _) in zip(prepared.candidates, linked, strict=True) if c.said})
    values = {
        "ids": [row.id for row in prepared.enrolment_rows],
        "rows": [row.row for row in prepared.enrolment_rows],
        "details": [row.details for row in prepared.enrolment_rows],
        "person_ids": [person_id for person_id, _ in linked],
        "import_id": prepared.import_id,
    }
    at = {"cohort_id": cohort.id, "tenant_id": cohort.tenant_id, "created_at": clock.now()}
    place = {"region_code": cohort.region_code, "plan_code": cohort.plan_code}
    return list(db.session.scalars(_ENROL, {**values, **at, **place}))


def _refuse_other_names(candidates: Sequence[Candidate], linked: Sequence[tuple[UUID, bool]]) -> None:
    """Somebody may have been given an account between preview and yes; then a person looks first."""
    before = {person_id: c for c, (person_id, created) in zip(candidates, linked, strict=True) if not created}
    views = people.people(list(before)) if before else {}
    if any(not preview.same_name(c, views[person_id].name) for person_id, c in before.items()):
        raise Conflict(preview.CHANGED)


def _enrolment_row(candidate: Candidate) -> EnrolmentRow:
    row_id = uuid4()
    details = {"employer": candidate.employer, "household": candidate.household, "remark": candidate.remark}
    sealed = None
    if any(details.values()):
        sealed = secrets.seal("enrolment", "details", row_id, msgspec.json.encode(details).decode())
    return EnrolmentRow(row_id, candidate.row, sealed)


def _sealed(import_id: UUID, found: Preview) -> bytes:
    return secrets.seal("roster_import", "content", import_id, msgspec.json.encode(found).decode())
