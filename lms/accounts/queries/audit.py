"""Questions about who saw and did what."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, tuple_, union_all

from lms.accounts import roles
from lms.accounts.models.audit import AuditEntry, AuditExport, AuditPerson
from lms.accounts.models.organisations import Organisation
from lms.accounts.models.people import Person
from lms.accounts.models.staff import Membership
from lms.accounts.rules import audit as rules
from lms.accounts.rules import regions
from lms.foundation import clock
from lms.foundation.database import db, widened
from lms.foundation.errors import NotFound
from lms.foundation.principal import Principal

PAGE = 50
# Which column serves a scope of which length: each has an index that ends in the order of the page.
_REACH = {4: AuditEntry.city_code, 6: AuditEntry.county_code}


@dataclass(frozen=True)
class Filters:
    """What to look for; empty means everything. `actor` is a name, `person` whom it concerned, days are in Guangdong."""

    actor: str = ""
    action: str = ""
    subject_kind: str = ""
    subject: str = ""
    person: str = ""
    organisation: str = ""
    since: date | None = None
    until: date | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain data for a job and for an address; nothing that is empty."""
        told = {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(self).items()}
        return {name: value for name, value in told.items() if value}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Filters":
        """The filters that as_json() wrote down."""
        days = {name: date.fromisoformat(data[name]) for name in ("since", "until") if data.get(name)}
        return cls(**{**data, **days})


@dataclass(frozen=True)
class EntryView:
    """One entry in words; ids stay beside the words for links."""

    id: int
    at: datetime
    actor_id: UUID | None
    actor: str
    role: str
    organisation: str
    words: str
    subject: str
    subject_id: str | None
    people: int
    reason: str
    action: str
    deputy_for: str


@dataclass(frozen=True)
class LookView:
    """What a person is told of an entry about them: when, in which role, for whom, what and why; no name."""

    id: int
    at: datetime
    who: str
    organisation: str
    words: str
    reason: str
    own: bool


@dataclass(frozen=True)
class AuditExportView:
    """Somebody's export; `result` is None until it is finished."""

    id: UUID
    created_at: datetime
    reason: str
    filters: dict[str, Any]
    job_id: UUID | None
    result: dict[str, Any] | None


def entries(principal: Principal, filters: Filters, before: int | None = None, limit: int = PAGE) -> list[EntryView]:
    """The newest entries in the principal's reach, or the next older than an id; O(limit) whatever the number there are."""
    return _views(entry_rows(principal, filters, before, limit))


def entry_rows(principal: Principal, filters: Filters, before: int | None, limit: int) -> list[AuditEntry]:
    """The rows behind entries(), newest first; one indexed walk for each place of the scope."""
    asked = _conditions(filters)
    if asked is None:
        return []
    if before is not None:
        asked.append(_older(before))
    walks = [_walk(filters, [*asked, *place], limit) for place in _places(principal)]
    if not walks:
        return []
    together = union_all(*(select(walk.subquery()) for walk in walks)).subquery()
    ids = list(db.session.scalars(select(together.c.id)))
    newest = select(AuditEntry).where(AuditEntry.id.in_(ids)).order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    return list(db.session.scalars(newest.limit(limit)))


def all_entries(principal: Principal, filters: Filters, size: int) -> Iterator[list[AuditEntry]]:
    """Every entry in reach, page by page; the caller opens a transaction around each step."""
    before: int | None = None
    while page := entry_rows(principal, filters, before, size):
        before = page[-1].id
        yield page


def looks(person_id: UUID, before: int | None = None, limit: int = PAGE) -> list[LookView]:
    """What was seen and done with somebody's data, newest first, for that person."""
    mine = select(AuditPerson.entry_id).where(AuditPerson.person_id == person_id)
    if before is not None:
        mine = mine.where(AuditPerson.entry_id < before)
    page = mine.order_by(AuditPerson.entry_id.desc()).limit(limit).subquery()
    rows = db.session.execute(
        select(AuditEntry, Organisation.name)
        .outerjoin(Organisation, Organisation.id == AuditEntry.organisation_id)
        .where(AuditEntry.id.in_(select(page.c.entry_id)))
        .order_by(AuditEntry.id.desc())
    )
    return [_look(row[0], row[1], person_id) for row in rows]


def exports_of(person_id: UUID, limit: int = 20) -> list[AuditExportView]:
    """The exports somebody asked for, newest first."""
    query = select(AuditExport).where(AuditExport.person_id == person_id).order_by(AuditExport.created_at.desc())
    return [_export(row) for row in db.session.scalars(query.limit(limit))]


def audit_export(export_id: UUID) -> AuditExportView:
    """One export of one's own; raises NotFound."""
    row = db.session.scalar(select(AuditExport).where(AuditExport.id == export_id))
    if row is None:
        raise NotFound()
    return _export(row)


def names_for(rows: Sequence[AuditEntry]) -> dict[str, str]:
    """What actors and organisations of entries are called, by id as text."""
    people = {one for row in rows for one in (row.actor_id, row.deputy_for) if one}
    places = {row.organisation_id for row in rows if row.organisation_id}
    with widened("the names of those who acted, for an auditor who may see what they did"):
        found: dict[str, str] = _named(Person.id, Person.name, people)
    return found | _named(Organisation.id, Organisation.name, places)


def _named(key: Any, name: Any, ids: Collection[UUID]) -> dict[str, str]:
    return {str(row[0]): row[1] for row in db.session.execute(select(key, name).where(key.in_(ids)))} if ids else {}


def _places(principal: Principal) -> list[list[ColumnElement[bool]]]:
    """One condition for each place of the scope that lies in no other one."""
    codes = {regions.normal(scope.region) or scope.region for scope in principal.scope}
    outer = sorted(code for code in codes if not any(code != other and code.startswith(other) for other in codes))
    return [_place(code) for code in outer]


def _place(code: str) -> list[ColumnElement[bool]]:
    if len(code) <= 2:
        return []
    length = 4 if len(code) < 6 else 6
    held = _REACH[length] == code[:length]
    return [held] if len(code) in _REACH else [held, AuditEntry.region_code.startswith(code, autoescape=True)]


def _walk(filters: Filters, conditions: list[ColumnElement[bool]], limit: int) -> Select[Any]:
    query = select(AuditEntry.id).where(*conditions)
    if filters.person:
        query = query.join(AuditPerson, AuditPerson.entry_id == AuditEntry.id)
        return (
            query.where(AuditPerson.person_id == UUID(filters.person))
            .order_by(AuditPerson.entry_id.desc())
            .limit(limit)
        )
    return query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit)


def _conditions(filters: Filters) -> list[ColumnElement[bool]] | None:
    """The filters as conditions; None where a name is nobody's and nothing can be found."""
    found: list[ColumnElement[bool]] = []
    if filters.actor:
        found.append(AuditEntry.actor_id.in_(_staff_named(filters.actor)))
    if filters.organisation:
        found.append(AuditEntry.organisation_id.in_(_organisations_named(filters.organisation)))
    for column, value in ((AuditEntry.action, filters.action), (AuditEntry.subject_kind, filters.subject_kind)):
        if value:
            found.append(column == value)
    if filters.subject:
        found.append(AuditEntry.subject_id == filters.subject.strip())
    if filters.since:
        found.append(AuditEntry.at >= _midnight(filters.since))
    if filters.until:
        found.append(AuditEntry.at < _midnight(filters.until + timedelta(days=1)))
    empty = (filters.actor and not _staff_named(filters.actor)) or (
        filters.organisation and not _organisations_named(filters.organisation)
    )
    return None if empty else found


def _older(before: int) -> ColumnElement[bool]:
    at = db.session.scalar(select(AuditEntry.at).where(AuditEntry.id == before))
    if at is None:
        raise NotFound()
    return tuple_(AuditEntry.at, AuditEntry.id) < tuple_(at, before)


def _staff_named(name: str) -> list[UUID]:
    """Ids of those who work or worked somewhere under a name; what they did stays a matter of the reach."""
    query = select(Person.id).join(Membership, Membership.person_id == Person.id).where(Person.name == name.strip())
    with widened("staff by name, for an auditor; only what lies in reach is shown"):
        return list(db.session.scalars(query.distinct().limit(50)))


def _organisations_named(words: str) -> list[UUID]:
    named = select(Organisation.id).where(Organisation.name.contains(words.strip(), autoescape=True))
    return list(db.session.scalars(named.limit(100)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.SHANGHAI)


def _views(rows: Sequence[AuditEntry]) -> list[EntryView]:
    names = names_for(rows)
    return [_view(row, names) for row in rows]


def _view(row: AuditEntry, names: dict[str, str]) -> EntryView:
    deputy = names.get(str(row.deputy_for), "同事") if row.deputy_for else ""
    return EntryView(
        id=row.id,
        at=row.at,
        actor_id=row.actor_id,
        actor=names.get(str(row.actor_id), "已注销") if row.actor_id else "平台",
        role=roles.WORDS.get(row.role or "", ""),
        organisation=names.get(str(row.organisation_id), ""),
        words=rules.words(row.action),
        subject=rules.subject_words(row.subject_kind),
        subject_id=row.subject_id,
        people=row.people,
        reason=row.reason,
        action=row.action,
        deputy_for=deputy,
    )


def _look(row: AuditEntry, organisation: str | None, person_id: UUID) -> LookView:
    own = row.actor_id == person_id
    who = "你自己" if own else roles.WORDS.get(row.role or "", "") or ("平台" if row.actor_id is None else "工作人员")
    return LookView(row.id, row.at, who, organisation or "", rules.words(row.action), row.reason, own)


def _export(row: AuditExport) -> AuditExportView:
    return AuditExportView(row.id, row.created_at, row.reason, row.filters, row.job_id, row.result)
