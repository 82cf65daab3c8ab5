"""What the plans want reached, as the documents state it. 人 and 人次 are different units, never added together."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Unit(StrEnum):
    """What a number counts."""

    PERSON_TIMES = "person_times"
    PERSON_TIMES_PER_YEAR = "person_times_per_year"
    PERSONS = "persons"
    PERSONS_EMPLOYMENT = "persons_employment"
    PERSON_TIMES_EMPLOYMENT_PER_YEAR = "person_times_employment_per_year"
    INSTITUTIONS = "institutions"
    ENTERPRISES = "enterprises"
    BASES = "bases"
    BASES_PER_CITY = "bases_per_city"
    HOUSEHOLDS = "households"


WORDS = {
    Unit.PERSON_TIMES: "人次",
    Unit.PERSON_TIMES_PER_YEAR: "人次/年",
    Unit.PERSONS: "人",
    Unit.PERSONS_EMPLOYMENT: "人（就业创业）",
    Unit.PERSON_TIMES_EMPLOYMENT_PER_YEAR: "人次/年（就业创业）",
    Unit.INSTITUTIONS: "家机构",
    Unit.ENTERPRISES: "家企业",
    Unit.BASES: "个基地",
    Unit.BASES_PER_CITY: "个基地/市",
    Unit.HOUSEHOLDS: "户",
}
# What this platform can count by itself; the rest is reported by others and only recorded.
COUNTED_HERE = frozenset({Unit.PERSON_TIMES, Unit.PERSON_TIMES_PER_YEAR, Unit.PERSONS})


@dataclass(frozen=True)
class Target:
    """At least so many of a unit, by whom it is stated. `said` is the period in the document's words.

    `programmes` whose training counts towards it, by prefix (a plan's code means all of it); empty: not counted here.
    `note` says why a number is ambiguous. `line` is the seed's, None for later ones.
    """

    code: str
    item: str
    unit: Unit
    at_least: int
    said: str
    source: str
    since: date | None = None
    until: date | None = None
    line: int | None = None
    programmes: tuple[str, ...] = ()
    note: str = ""

    @property
    def plan_code(self) -> str:
        """P03 of P03.4."""
        return self.code.partition(".")[0]

    @property
    def figure(self) -> str:
        """6万 人次/年."""
        whole = f"{self.at_least / 10000:g}万" if self.at_least >= 10000 else str(self.at_least)
        return f"{whole} {WORDS[self.unit]}"

    @property
    def counted_here(self) -> bool:
        """Whether enrolments and completions on this platform can be set beside it."""
        return bool(self.programmes) and self.unit in COUNTED_HERE

    def counts(self, programme_code: str) -> bool:
        """Whether training in the programme counts towards it."""
        return any(programme_code == code or programme_code.startswith(f"{code}-") for code in self.programmes)
