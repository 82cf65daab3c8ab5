"""Questions about places: what a code is called today, or was on a day."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from lms.accounts.models.regions import Region, RegionImport, RegionTag
from lms.accounts.rules import regions as rules
from lms.foundation import clock
from lms.foundation.database import db
from lms.foundation.errors import NotFound

MOST_FOUND = 30


@dataclass(frozen=True)
class RegionView:
    """A place as pages show it; `full_name` says the way down from the city. `ended` is the first day without it."""

    code: str
    name: str
    level: str
    parent: str | None
    full_name: str
    ended: date | None = None
    successor: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def tag_words(self) -> list[str]:
        """Its tags in Chinese."""
        return [rules.TAG_WORDS[rules.Tag(tag)] for tag in self.tags]


def region(code: str, on: date | None = None) -> RegionView:
    """The place of a code on a day (today), else as it last was; raises NotFound."""
    found = regions_by_code([code], on)
    if not found:
        raise NotFound("没有这个地区代码，看看有没有抄错")
    return found[rules.normal(code) or code]


def region_name(code: str, on: date | None = None) -> str:
    """What a place is called in full, 佛山市顺德区; the code itself where it is not known."""
    found = regions_by_code([code], on)
    return next((view.full_name for view in found.values()), code)


def region_names(codes: Collection[str], on: date | None = None) -> dict[str, str]:
    """Full names by code as it was given; the code itself where it is not known."""
    found = regions_by_code(codes, on)
    return {code: view.full_name if (view := found.get(rules.normal(code) or code)) else code for code in codes}


def regions_by_code(codes: Collection[str], on: date | None = None) -> dict[str, RegionView]:
    """Places by normal code, in three queries however many."""
    wanted = {rules.normal(code) or code for code in codes}
    rows = _rows(wanted, on)
    line = {code: _line(code) for code in rows}
    above = _rows({up for ups in line.values() for up in ups} - set(rows), on) | rows
    tags = _tags(set(rows), on)
    return {code: _view(row, [above[up] for up in line[code] if up in above], tags) for code, row in rows.items()}


def regions_below(code: str, on: date | None = None) -> list[RegionView]:
    """The places directly below one that are valid on a day (today), by code."""
    mine = Region.parent == (rules.normal(code) or code)
    rows = list(db.session.scalars(select(Region).where(mine, _valid(on)).order_by(Region.code)))
    ups = list(_rows({*_line(code), rules.normal(code) or code}, on).values())
    tags = _tags({row.code for row in rows}, on)
    return [_view(row, sorted(ups, key=lambda up: up.code), tags) for row in rows]


def find_regions(words: str, within: Iterable[str] = (rules.PROVINCE,), limit: int = MOST_FOUND) -> list[RegionView]:
    """Places of today whose name or code begins with or holds some words, the larger first, inside the scopes."""
    words = words.strip()
    if not words:
        return []
    named = Region.name.contains(words, autoescape=True) | Region.code.startswith(words, autoescape=True)
    inside = or_(*(Region.code.startswith(rules.normal(scope) or scope, autoescape=True) for scope in within))
    query = select(Region.code).where(named, inside, _valid(None))
    found = list(db.session.scalars(query.order_by(func.length(Region.code), Region.code).limit(limit)))
    views = regions_by_code(found)
    return [views[code] for code in found]


def regions_with_tag(tag: str, within: str = rules.PROVINCE, on: date | None = None) -> list[RegionView]:
    """The places that count as something on a day (today), by code."""
    day = on or clock.today()
    here = RegionTag.code.startswith(rules.normal(within) or within, autoescape=True)
    codes = db.session.scalars(select(RegionTag.code).where(RegionTag.tag == tag, here, _between(RegionTag, day)))
    views = regions_by_code(list(codes), on)
    return [views[code] for code in sorted(views)]


def region_history(code: str) -> list[RegionView]:
    """Every name of a code, the latest first, and the codes that ended in it."""
    normal = rules.normal(code) or code
    mine = (Region.code == normal) | (Region.successor == normal)
    rows = db.session.scalars(select(Region).where(mine).order_by(Region.valid_until.desc().nulls_first(), Region.code))
    return [_view(row, [], {}) for row in rows]


def region_tree(scopes: Iterable[str] = (rules.PROVINCE,)) -> list[tuple[RegionView, list[RegionView]]]:
    """Cities with their counties (townships where there are none), inside the scopes: for one grouped list on a form."""
    cities = {view.code: view for view in regions_below(rules.PROVINCE)}
    rows = db.session.scalars(
        select(Region).where(Region.parent.in_(cities), _valid(None)).order_by(Region.parent, Region.code)
    )
    found: dict[str, list[RegionView]] = {code: [] for code in cities}
    for row in rows:
        if any(rules.within(row.code, scope) for scope in scopes):
            full = cities[row.parent or ""].name + row.name
            found[row.parent or ""].append(RegionView(row.code, row.name, row.level, row.parent, full))
    return [(cities[code], below) for code, below in found.items() if below]


def region_import(import_id: UUID) -> RegionImport:
    """A list that was looked at; raises NotFound."""
    row = db.session.scalar(select(RegionImport).where(RegionImport.id == import_id))
    if row is None:
        raise NotFound()
    return row


def region_counts() -> dict[str, int]:
    """How many places of each level there are today."""
    rows = db.session.execute(select(Region.level, func.count()).where(_valid(None)).group_by(Region.level))
    return {row[0]: row[1] for row in rows}


def _rows(codes: Collection[str], on: date | None) -> dict[str, Region]:
    """The row of each code on a day; where none was valid then, the latest that there is."""
    day = on or clock.today()
    rows = db.session.scalars(select(Region).where(Region.code.in_(codes)))
    return {row.code: row for row in sorted(rows, key=lambda row: (_holds(row, day), row.valid_until or date.max))}


def _holds(row: Region, day: date) -> bool:
    return (row.valid_from is None or row.valid_from <= day) and (row.valid_until is None or day < row.valid_until)


def _valid(on: date | None) -> ColumnElement[bool]:
    return _between(Region, on or clock.today())


def _between(table: type[Region] | type[RegionTag], day: date) -> ColumnElement[bool]:
    begun = table.valid_from.is_(None) | (table.valid_from <= day)
    return begun & (table.valid_until.is_(None) | (table.valid_until > day))


def _tags(codes: Collection[str], on: date | None) -> dict[str, tuple[str, ...]]:
    day = on or clock.today()
    query = select(RegionTag.code, RegionTag.tag).where(RegionTag.code.in_(codes), _between(RegionTag, day))
    found: dict[str, tuple[str, ...]] = {}
    for code, tag in db.session.execute(query.order_by(RegionTag.id)):
        found[code] = (*found.get(code, ()), tag)
    return found


def _line(code: str) -> list[str]:
    """The codes above a place, the city first; the province goes without saying."""
    ups: list[str] = []
    up = rules.parent_of(rules.normal(code) or code)
    while up and len(up) > 2:
        ups.insert(0, up)
        up = rules.parent_of(up)
    return ups


def _view(row: Region, ups: Iterable[Region], tags: dict[str, tuple[str, ...]]) -> RegionView:
    full = "".join(up.name for up in ups if len(up.code) > 2) + row.name
    place = (row.code, row.name, row.level, row.parent, full)
    return RegionView(*place, row.valid_until, row.successor, tags.get(row.code, ()))
