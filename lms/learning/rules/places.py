"""How learning time is credited in a lesson without a timeline: pages, slides, what a package reports. To be read aloud.

A reviewer approved a study time for the lesson. What is learnt stands at a *place* (a page, a slide, what the package
says); the server sees time pass while the page is in sight. The time between two signs of life belongs to the place
where the page stood at the first of them; before any was named, to the first that is, and its clock runs since the opening:

    credited = min(time the server saw pass, what a gap may count, what the place has left, what the lesson and the day have left)

A place is a claim: it can only use up time that the server has seen pass, and each place has a ceiling. Who does not
leave a place for longer than its ceiling earns nothing there. Whole milliseconds; nothing here asks a clock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256

from lms.learning.rules.hours import Part, Standing, day_of, midnight_after, milliseconds, obstacle
from lms.learning.rules.reasons import Reason
from lms.plans.rules import HourPolicy

# So many places of one lesson are told apart; what is named beyond them is one place together.
MOST_PLACES = 400
THE_REST = "…"
LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Pages:
    """A lesson without a timeline: the study time that a reviewer approved, and how many places it is known to have.

    `places` is 0 where nobody knows; the policy then says how many are taken for granted.
    """

    approved_ms: int | None
    places: int = 0

    @property
    def earnable_ms(self) -> int:
        """The most that the lesson can ever earn one person."""
        return self.approved_ms or 0

    def ceiling_ms(self, policy: HourPolicy) -> int:
        """The most that one place can ever earn one person."""
        shared_out = self.earnable_ms * policy.place_ceiling_percent // 100 // (self.places or policy.places_if_unknown)
        return min(shared_out, policy.place_ceiling_most_s * 1000)


@dataclass(frozen=True, slots=True)
class Stay:
    """The server's time between two signs of life, and where the page stood at the first: since when, and out of sight or not.

    `kept` says that the phone had kept beats back: the line was broken.
    """

    started_at: datetime
    ended_at: datetime
    place: str
    since: datetime
    hidden: bool = False
    kept: bool = False

    @property
    def observed_ms(self) -> int:
        """The time that the server saw pass; a clock set back sees none."""
        return milliseconds(self.started_at, self.ended_at)


@dataclass(frozen=True, slots=True)
class Spent:
    """What the person has been credited before: by place in this content, ever; and on a day, in everything."""

    places: Mapping[str, int] = field(default_factory=dict)
    day: date = date.min
    day_ms: int = 0

    @property
    def credited_ms(self) -> int:
        """What the lesson has earned."""
        return sum(self.places.values())

    def on(self, day: date) -> int:
        """Milliseconds credited to the person on that Shanghai day."""
        return self.day_ms if day == self.day else 0


@dataclass(frozen=True, slots=True)
class Stood:
    """What a stay earned, a part for each Shanghai day it touches, and what the person has earned after it."""

    parts: tuple[Part, ...]
    spent: Spent

    @property
    def credited_ms(self) -> int:
        """Milliseconds credited by the whole stay."""
        return sum(part.credited_ms for part in self.parts)


def name(place: str, known: Mapping[str, int]) -> str:
    """The name that a place goes by in the tables: short, and one for all that is named beyond what is told apart."""
    place = "".join(sign for sign in place if sign.isprintable()).strip()
    if len(place) > LONGEST_NAME:
        place = sha256(place.encode()).hexdigest()[:32]
    return place if place in known or len(known) < MOST_PLACES else THE_REST


def stood_at(before: str, told: str | None) -> str:
    """Where the time until a sign of life belongs: where the page stood, or, if nothing was named yet, to what is named now."""
    return before if before or told is None else told


def named(place: str, spent: Spent) -> Spent:
    """The person has been heard of at a place: it is known from now on, also where it earns nothing."""
    return spent if place in spent.places else replace(spent, places={**spent.places, place: 0})


def exceeds(spent: Spent, lesson: Pages) -> bool:
    """Whether more places were named than the lesson is known to have: invented ones, or a wrong manifest."""
    return 0 < lesson.places < sum(1 for place in spent.places if place)


def accrue(stay: Stay, lesson: Pages, spent: Spent, policy: HourPolicy, standing: Standing) -> Stood:
    """Credit a stay under the policy of its day; the first thing that forbids it takes all of it."""
    forbidden = _forbidden(stay, lesson, policy, standing)
    if forbidden:
        return Stood((_refuse(stay, policy, forbidden),), spent)
    parts: list[Part] = []
    allowance_ms = policy.gap_credit_s * 1000
    for part_of_day in _days(stay):
        part = _credit(part_of_day, lesson, spent, policy, allowance_ms)
        spent = _after(part, part_of_day.place, spent)
        allowance_ms -= min(allowance_ms, part.observed_ms)
        parts.append(part)
    return Stood(tuple(parts), spent)


def _forbidden(stay: Stay, lesson: Pages, policy: HourPolicy, standing: Standing) -> Reason | None:
    """Say what makes the whole stay count for nothing; None when nothing does."""
    if reason := obstacle(lesson, standing):
        return reason
    if not standing.in_order:
        return Reason.OUT_OF_ORDER
    if stay.observed_ms > policy.longest_gap_s * 1000:
        return Reason.OFFLINE if stay.kept else Reason.GAP
    return Reason.HIDDEN if stay.hidden else None


def _credit(stay: Stay, lesson: Pages, spent: Spent, policy: HourPolicy, allowance_ms: int) -> Part:
    """Credit what was seen in one day, as far as gap, place, lesson and day allow."""
    bounds = {
        Reason.DAILY_LIMIT: policy.daily_cap_ms - spent.on(day_of(stay.started_at)),
        Reason.LESSON_LIMIT: lesson.earnable_ms - spent.credited_ms,
        Reason.ALREADY_COVERED: lesson.ceiling_ms(policy) - spent.places.get(stay.place, 0),
        Reason.NO_PROGRESS: lesson.ceiling_ms(policy) - milliseconds(stay.since, stay.started_at),
        Reason.GAP: allowance_ms,
    }
    tightest = min(bounds, key=lambda reason: bounds[reason])
    credited_ms = max(0, min(stay.observed_ms, bounds[tightest]))
    if tightest is Reason.ALREADY_COVERED and milliseconds(stay.since, stay.ended_at) >= lesson.ceiling_ms(policy):
        tightest = Reason.NO_PROGRESS
    return _part(stay, credited_ms, tightest, day_of(stay.started_at))


def _refuse(stay: Stay, policy: HourPolicy, reason: Reason) -> Part:
    """Credit nothing, on the day the beat came. Out of sight nothing was claimed; of a long silence, a gap at most."""
    part = _part(stay, 0, reason, day_of(stay.ended_at))
    claimed_ms = 0 if reason is Reason.HIDDEN else min(stay.observed_ms, policy.longest_gap_s * 1000)
    return replace(part, claimed_ms=claimed_ms, excluded_ms=claimed_ms, reason=reason)


def _part(stay: Stay, credited_ms: int, reason: Reason, day: date) -> Part:
    excluded_ms = stay.observed_ms - credited_ms
    return Part(
        day=day,
        started_at=stay.started_at,
        ended_at=stay.ended_at,
        observed_ms=stay.observed_ms,
        claimed_ms=stay.observed_ms,
        credited_ms=credited_ms,
        excluded_ms=excluded_ms,
        reason=reason if excluded_ms else None,
        place=stay.place,
    )


def _days(stay: Stay) -> Iterator[Stay]:
    """Cut a stay at each midnight of Shanghai."""
    while (midnight := midnight_after(stay.started_at)) < stay.ended_at:
        yield replace(stay, ended_at=midnight)
        stay = replace(stay, started_at=midnight)
    yield stay


def _after(part: Part, place: str, spent: Spent) -> Spent:
    if not part.credited_ms:
        return spent
    places = {**spent.places, place: spent.places.get(place, 0) + part.credited_ms}
    return Spent(places, part.day, spent.on(part.day) + part.credited_ms)
