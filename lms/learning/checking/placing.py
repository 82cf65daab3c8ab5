"""The rule for lessons without a timeline: server time runs into the place where the page stood, each a vessel of its own."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from lms.learning.checking.facts import Values, day_of
from lms.learning.checking.pouring import Poured, by_day

MOST_PLACES = 400
LONGEST_NAME = 64
OVERFLOW = "…"


@dataclass(frozen=True, slots=True)
class Stayed:
    """Server time at one place: where, since when, and whether the page was in sight; milliseconds."""

    started_at: int
    ended_at: int
    place: str
    since: int
    hidden: bool
    kept: bool
    earnable_ms: int
    known_places: int
    forbidden: str | None

    @property
    def passed_ms(self) -> int:
        """What the server saw pass."""
        return max(0, self.ended_at - self.started_at)


def called(place: str, known: Mapping[str, int]) -> str:
    """The name under which a place is kept: what can be printed, shortened by a hash, the four hundred and first one with all others."""
    name = "".join(letter for letter in place if letter.isprintable()).strip()
    if len(name) > LONGEST_NAME:
        name = hashlib.sha256(name.encode()).hexdigest()[:32]
    if name in known or len(known) < MOST_PLACES:
        return name
    return OVERFLOW


def too_many(known: Mapping[str, int], of: int) -> bool:
    """Whether more places were named than the package has."""
    return of > 0 and len([place for place in known if place]) > of


def reckon(stayed: Stayed, vessels: dict[str, int], days: dict[int, int], values: Values) -> list[Poured]:
    """Reckon a stay, filling vessels and days; one share for each Shanghai day."""
    longest_ms = values["longest_gap_s"] * 1000
    forbidden = stayed.forbidden
    if forbidden is None and stayed.passed_ms > longest_ms:
        forbidden = "offline" if stayed.kept else "gap"
    if forbidden is None and stayed.hidden:
        forbidden = "hidden"
    if forbidden:
        claimed = 0 if forbidden == "hidden" else min(stayed.passed_ms, longest_ms)
        return [_share(stayed, day_of(stayed.ended_at), stayed.started_at, stayed.ended_at, claimed, 0, forbidden)]
    gap_ms, shares = values["gap_credit_s"] * 1000, []
    for day, begin, end, _ in by_day((), stayed.started_at, stayed.ended_at):
        seen = max(0, end - begin)
        credited, reason = _fill(stayed, begin, end, vessels, days.get(day, 0), gap_ms, values)
        shares.append(_share(stayed, day, begin, end, seen, credited, reason if credited < seen else None))
        if credited:
            vessels[stayed.place] = vessels.get(stayed.place, 0) + credited
            days[day] = days.get(day, 0) + credited
        gap_ms -= min(gap_ms, seen)
    return shares


def ceiling_ms(earnable_ms: int, known_places: int, values: Values) -> int:
    """What one vessel holds."""
    share = earnable_ms * values["place_ceiling_percent"] // 100 // (known_places or values["places_if_unknown"])
    return min(share, values["place_ceiling_most_s"] * 1000)


def _fill(
    stayed: Stayed, begin: int, end: int, vessels: Mapping[str, int], day_ms: int, gap_ms: int, values: Values
) -> tuple[int, str]:
    """How much runs in before the first of the brims is reached, and which brim that is."""
    most = ceiling_ms(stayed.earnable_ms, stayed.known_places, values)
    brims = [
        (values["daily_cap_class_hours"] * values["class_hour_seconds"] * 1000 - day_ms, "daily_limit"),
        (stayed.earnable_ms - sum(vessels.values()), "lesson_limit"),
        (most - vessels.get(stayed.place, 0), "already_covered"),
        (most - max(0, begin - stayed.since), "no_progress"),
        (gap_ms, "gap"),
    ]
    brim, reason = min(brims, key=lambda each: each[0])
    if reason == "already_covered" and max(0, end - stayed.since) >= most:
        reason = "no_progress"
    return max(0, min(max(0, end - begin), brim)), reason


def _share(stayed: Stayed, day: int, begin: int, end: int, claimed: int, credited: int, reason: str | None) -> Poured:
    return Poured(day, begin, end, max(0, end - begin), claimed, credited, reason, (), stayed.place)
