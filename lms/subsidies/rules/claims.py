"""What can be claimed: one floor, at the claim line (domain.md 2.2: one person, one programme, one year)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lms.subsidies.rules.lines import Line, excluded_ms


@dataclass(frozen=True, slots=True)
class Claim:
    """One person's claim line of a calendar year; milliseconds, and whole class hours."""

    person_id: str
    year: str
    credited_ms: int
    excluded_ms: int
    class_hours: int
    remainder_ms: int


def class_hours(credited_ms: int, class_hour_seconds: int) -> int:
    """Return the whole class hours 学时 in a sum of credited milliseconds; a debt is no hour at all."""
    return max(0, credited_ms) // (class_hour_seconds * 1000)


def claims(lines: Iterable[Line], people: Sequence[str], class_hour_seconds: int, year: str) -> list[Claim]:
    """Return a claim line for each person and year, in the order of people; who earned nothing has one for `year`."""
    credited: dict[tuple[str, str], int] = {}
    excluded: dict[tuple[str, str], int] = {}
    for line in lines:
        key = line.person_id, line.year
        credited[key] = credited.get(key, 0) + line.credited_ms
        excluded[key] = excluded.get(key, 0) + excluded_ms(line)
    found = []
    for person in people:
        years = sorted(y for p, y in credited if p == person) or [year]
        found += [_claim((person, y), credited, excluded, class_hour_seconds) for y in years]
    return found


def _claim(
    key: tuple[str, str], credited: dict[tuple[str, str], int], excluded: dict[tuple[str, str], int], seconds: int
) -> Claim:
    earned = credited.get(key, 0)
    hours = class_hours(earned, seconds)
    return Claim(*key, earned, excluded.get(key, 0), hours, earned - hours * seconds * 1000)


def done_percent(credited_ms: int, planned_class_hours: int, class_hour_seconds: int) -> str:
    """Return how much of the planned time is done: 37.5%, cut after one digit, at most 100.0%; — where none is planned."""
    planned_ms = planned_class_hours * class_hour_seconds * 1000
    if planned_ms <= 0:
        return "—"
    permille = min(1000, max(0, credited_ms) * 1000 // planned_ms)
    return f"{permille // 10}.{permille % 10}%"
