"""How a report of many lines is read: alike findings together, what must be mended first. Plain data in, plain data out."""

from collections.abc import Iterable
from dataclasses import dataclass

from courses.course import Finding, Level

SHOWN = 5
_ORDER = {Level.REFUSAL: 0, Level.WARNING: 1, Level.FOUND: 2}


@dataclass(frozen=True)
class Group:
    """Findings that say the same of several places."""

    level: Level
    what: str
    mend: str
    wheres: tuple[str, ...]

    @property
    def shown(self) -> str:
        """The first places, and how many more there are."""
        first = "、".join(self.wheres[:SHOWN])
        return first if len(self.wheres) <= SHOWN else f"{first} 等 {len(self.wheres)} 处"

    @property
    def rest(self) -> tuple[str, ...]:
        """The places that `shown` only counts."""
        return self.wheres[SHOWN:]


def grouped(findings: Iterable[Finding]) -> list[Group]:
    """Findings put together by what they say, the gravest first, else in the order in which they were found."""
    found: dict[tuple[Level, str, str], list[str]] = {}
    for one in findings:
        found.setdefault((one.level, one.what, one.mend), []).append(one.where)
    groups = [Group(*key, tuple(dict.fromkeys(wheres))) for key, wheres in found.items()]
    return sorted(groups, key=lambda group: _ORDER[group.level])


@dataclass(frozen=True)
class Page:
    """A page of a long list: its number and how many there are, both from 1."""

    number: int
    of: int

    @property
    def first(self) -> int:
        """The place of its first entry, from 0."""
        return (self.number - 1) * PER_PAGE


PER_PAGE = 50


def page_of(asked: str, count: int) -> Page:
    """The page that was asked for, or the nearest there is."""
    last = max(1, -(-count // PER_PAGE))
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    return Page(min(max(wanted, 1), last), last)
