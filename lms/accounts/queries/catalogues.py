"""Questions about the public catalogues; everybody may ask them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, tuple_

from lms.accounts.models.catalogues import CatalogueChange, CatalogueEntry
from lms.accounts.models.organisations import Organisation
from lms.accounts.queries.regions import region_names
from lms.accounts.rules import catalogues as rules
from lms.accounts.rules import regions
from lms.accounts.rules.catalogues import Catalogue, Facts, State, Step
from lms.foundation import clock
from lms.foundation.database import db
from lms.foundation.errors import NotFound
from lms.foundation.principal import Principal

PAGE = 30


@dataclass(frozen=True)
class Search:
    """What to look for; empty means everything. `on` is a day of the past; `states` which entries."""

    words: str = ""
    region: str = ""
    plan: str = ""
    nature: str = ""
    on: date | None = None
    states: tuple[State, ...] = rules.PUBLIC


@dataclass(frozen=True)
class EntryView:
    """One entry: how it stands, since when, and what the catalogue says of it."""

    catalogue: Catalogue
    organisation_id: UUID
    region_code: str
    region: str
    state: State
    since: datetime
    notice_until: datetime | None
    facts: Facts
    change_id: int

    @property
    def nature_words(self) -> str:
        """What sort of organisation it is."""
        return rules.NATURES[self.catalogue].get(self.facts.nature, "")

    @property
    def words(self) -> str:
        """Its state in words."""
        return rules.STATE_WORDS[self.state]

    @property
    def tone(self) -> str:
        """Its state as a tone of the page."""
        return rules.TONES[self.state]


@dataclass(frozen=True)
class ChangeView:
    """One change of an entry, for its history and for the feed."""

    id: int
    at: datetime
    catalogue: Catalogue
    organisation_id: UUID
    step: Step
    state: State
    reason: str
    facts: Facts
    notice_until: datetime | None
    authority: str

    @property
    def words(self) -> str:
        """The step in words."""
        return rules.STEP_WORDS[self.step]

    @property
    def title(self) -> str:
        """The catalogue in words."""
        return rules.TITLES[self.catalogue]


def catalogue(
    kind: Catalogue, search: Search, after: tuple[str, UUID] | None = None, limit: int = PAGE
) -> list[EntryView]:
    """Entries by name, the next ones after a mark (name, organisation id)."""
    if search.on is not None:
        return _as_of(kind, search, search.on, after, limit)
    query = select(CatalogueEntry, CatalogueChange.facts).join(
        CatalogueChange, CatalogueChange.id == CatalogueEntry.change_id
    )
    query = query.where(CatalogueEntry.catalogue == kind, *_conditions(search))
    if after:
        query = query.where(tuple_(CatalogueEntry.name, CatalogueEntry.organisation_id) > tuple_(*after))
    rows = db.session.execute(query.order_by(CatalogueEntry.name, CatalogueEntry.organisation_id).limit(limit)).all()
    names = region_names({row[0].region_code for row in rows})
    return [_view(entry, facts, names) for entry, facts in rows]


def whole_catalogue(kind: Catalogue, search: Search) -> Iterator[EntryView]:
    """All entries of a search, asked for in pages of a thousand."""
    mark: tuple[str, UUID] | None = None
    while page := catalogue(kind, search, mark, 1000):
        yield from page
        mark = (page[-1].facts.name, page[-1].organisation_id)


def catalogue_entry(kind: Catalogue, organisation_id: UUID, on: date | None = None) -> EntryView:
    """One entry, public while it is or ever was listed or in notice; raises NotFound."""
    if on is not None:
        found = _views_then(_latest(kind, on).where(CatalogueChange.organisation_id == organisation_id), on)
        if not found:
            raise NotFound("那一天目录里没有它")
        return found[0]
    row = db.session.get(CatalogueEntry, (kind, organisation_id))
    if row is None:
        raise NotFound("目录里没有这一家，看看名字有没有写错")
    facts = db.session.get_one(CatalogueChange, row.change_id).facts
    return _view(row, facts, region_names({row.region_code}))


def catalogue_history(kind: Catalogue, organisation_id: UUID) -> list[ChangeView]:
    """Every change of an entry, newest first."""
    mine = (CatalogueChange.catalogue == kind) & (CatalogueChange.organisation_id == organisation_id)
    rows = db.session.scalars(select(CatalogueChange).where(mine).order_by(CatalogueChange.id.desc()))
    return [_change(row) for row in rows]


def catalogue_changes(before: int | None = None, limit: int = PAGE) -> list[ChangeView]:
    """The newest changes of both catalogues, or the next older than an id."""
    query = select(CatalogueChange)
    if before is not None:
        query = query.where(CatalogueChange.id < before)
    return [_change(row) for row in db.session.scalars(query.order_by(CatalogueChange.id.desc()).limit(limit))]


def entries_to_keep(principal: Principal, limit: int = 200) -> list[EntryView]:
    """The entries of both catalogues in an authority's region, those in notice first, the earliest end first."""
    query = select(CatalogueEntry, CatalogueChange.facts).join(
        CatalogueChange, CatalogueChange.id == CatalogueEntry.change_id
    )
    inside = [_below(scope.region) for scope in principal.scope]
    if not inside:
        return []
    where = inside[0]
    for more in inside[1:]:
        where = where | more
    ordered = query.where(where).order_by(CatalogueEntry.notice_until.asc().nulls_last(), CatalogueEntry.name)
    rows = db.session.execute(ordered.limit(limit)).all()
    names = region_names({row[0].region_code for row in rows})
    return [_view(entry, facts, names) for entry, facts in rows]


def organisations_to_list(principal: Principal, kind: Catalogue, words: str, limit: int = 20) -> list[Organisation]:
    """Organisations of a kind in an authority's region by name that a catalogue does not have yet."""
    listed = select(CatalogueEntry.organisation_id).where(
        CatalogueEntry.catalogue == kind, CatalogueEntry.state != State.OUT
    )
    query = select(Organisation).where(Organisation.kind == kind, Organisation.id.not_in(listed))
    if words.strip():
        query = query.where(Organisation.name.contains(words.strip(), autoescape=True))
    rows = db.session.scalars(query.order_by(Organisation.name).limit(10 * limit))
    return [row for row in rows if any(regions.within(row.region_code, s.region) for s in principal.scope)][:limit]


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [CatalogueEntry.state.in_(search.states)]
    if search.words:
        found.append(CatalogueEntry.name.contains(search.words, autoescape=True))
    if search.region:
        found.append(_below(search.region))
    if search.plan:
        found.append(CatalogueEntry.plans.contains([search.plan]))
    if search.nature:
        found.append(CatalogueEntry.nature == search.nature)
    return found


def _below(region: str) -> ColumnElement[bool]:
    return CatalogueEntry.region_code.startswith(regions.normal(region) or region, autoescape=True)


def _as_of(kind: Catalogue, search: Search, on: date, after: tuple[str, UUID] | None, limit: int) -> list[EntryView]:
    """The catalogue of a day of the past, out of the last change of each entry up to then."""
    name, nature, held = (CatalogueChange.facts[key] for key in ("name", "nature", "plans"))
    query = _latest(kind, on).where(CatalogueChange.state.in_(search.states))
    if search.words:
        query = query.where(name.astext.contains(search.words, autoescape=True))
    if search.region:
        inside = regions.normal(search.region) or search.region
        query = query.where(CatalogueChange.region_code.startswith(inside, autoescape=True))
    if search.plan:
        query = query.where(held.contains([search.plan]))
    if search.nature:
        query = query.where(nature.astext == search.nature)
    if after:
        query = query.where(tuple_(name.astext, CatalogueChange.organisation_id) > tuple_(*after))
    return _views_then(query.order_by(name.astext, CatalogueChange.organisation_id).limit(limit), on)


def _latest(kind: Catalogue, on: date) -> Select[Any]:
    """The last change of each entry up to the end of a day."""
    end = datetime.combine(on + timedelta(days=1), time(), clock.SHANGHAI)
    last = (
        select(func.max(CatalogueChange.id))
        .where(CatalogueChange.catalogue == kind, CatalogueChange.at < end)
        .group_by(CatalogueChange.organisation_id)
    )
    return select(CatalogueChange).where(CatalogueChange.id.in_(last))


def _views_then(query: Select[Any], on: date) -> list[EntryView]:
    rows = list(db.session.scalars(query))
    names = region_names({row.region_code for row in rows}, on)
    return [_then(row, names) for row in rows]


def _then(row: CatalogueChange, names: dict[str, str]) -> EntryView:
    place = (row.region_code, names[row.region_code], State(row.state), row.at, row.notice_until)
    return EntryView(Catalogue(row.catalogue), row.organisation_id, *place, Facts.from_json(row.facts), row.id)


def _view(row: CatalogueEntry, facts: dict[str, Any], names: dict[str, str]) -> EntryView:
    place = (row.region_code, names[row.region_code], State(row.state), row.since, row.notice_until)
    return EntryView(Catalogue(row.catalogue), row.organisation_id, *place, Facts.from_json(facts), row.change_id)


def _change(row: CatalogueChange) -> ChangeView:
    return ChangeView(
        id=row.id,
        at=row.at,
        catalogue=Catalogue(row.catalogue),
        organisation_id=row.organisation_id,
        step=Step(row.step),
        state=State(row.state),
        reason=row.reason,
        facts=Facts.from_json(row.facts),
        notice_until=row.notice_until,
        authority=row.authority or "平台",
    )
