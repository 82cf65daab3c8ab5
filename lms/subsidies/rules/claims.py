"""What can be claimed: one floor, at the claim line (domain.md 2.2: one person, one programme, one year)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from lms.subsidies.rules.lines import Line, excluded_ms


@dataclass(frozen=True, slots=True)
class Claim:
    """One person's claim line of a calendar year; milliseconds, and whole class hours. What is on hold is not claimed."""

    person_id: str
    year: str
    credited_ms: int
    excluded_ms: int
    held_ms: int
    class_hours: int
    remainder_ms: int


def class_hours(credited_ms: int, class_hour_seconds: int) -> int:
    """Return the whole class hours 学时 in a sum of credited milliseconds; a debt is no hour at all."""
    return max(0, credited_ms) // (class_hour_seconds * 1000)


def claims(
    lines: Iterable[Line],
    people: Sequence[str],
    class_hour_seconds: int,
    year: str,
    held: Collection[str] = frozenset(),
) -> list[Claim]:
    """Return a claim line for each person and year, in the order of people; who earned nothing has one for `year`.

    `held` are the sessions whose time waits for a reviewer.
    """
    sums: dict[tuple[str, str], list[int]] = {}
    for line in lines:
        of = sums.setdefault((line.person_id, line.year), [0, 0, 0])
        of[0] += line.credited_ms
        of[1] += excluded_ms(line)
        of[2] += line.credited_ms if line.session_id in held else 0
    found = []
    for person in people:
        years = sorted(y for p, y in sums if p == person) or [year]
        found += [_claim((person, y), sums.get((person, y), [0, 0, 0]), class_hour_seconds) for y in years]
    return found


def _claim(key: tuple[str, str], sums: Sequence[int], seconds: int) -> Claim:
    earned, excluded, held = sums
    hours = class_hours(earned - held, seconds)
    return Claim(*key, earned, excluded, held, hours, earned - held - hours * seconds * 1000)


def done_percent(credited_ms: int, planned_class_hours: int, class_hour_seconds: int) -> str:
    """Return how much of the planned time is done: 37.5%, cut after one digit, at most 100.0%; — where none is planned."""
    planned_ms = planned_class_hours * class_hour_seconds * 1000
    if planned_ms <= 0:
        return "—"
    permille = min(1000, max(0, credited_ms) * 1000 // planned_ms)
    return f"{permille // 10}.{permille % 10}%"
