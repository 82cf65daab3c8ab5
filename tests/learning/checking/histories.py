"""Random histories of beats over lessons with and without a timeline, put before both rules of hours."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from lms.learning.checking import placing, pouring
from lms.learning.checking.facts import date_of, ms
from lms.learning.checking.tape import Tape
from lms.learning.rules import hours, places
from lms.learning.rules.hours import Earned, Interval, Part, Standing, Timeline
from lms.learning.rules.places import Pages, Spent, Stay
from lms.learning.rules.stretches import reach, tidy
from tests.learning.study import defaults

LENGTH_MS = 400_000
EVENING = datetime(2026, 11, 16, 15, 55, tzinfo=UTC)
# so many places are told apart (placing.MOST_PLACES): histories begin at the brim, too
WAYS = tuple(Standing.__dataclass_fields__)
BRIM = (0, 0, 0, 0, 398, 400)

PAUSES_MS = (30_000, 30_000, 30_000, 60_000, 60_001, 90_000, 90_001, 12_345, 0, 1, -1_000)
TOLD = (None, None, "p1", "p2", "p3", "", "页" * 80, "p\u200b1", "\u200b", "p1", "p2")
MOST_STEPS, STEP_BYTES = 20, 24
Step = tuple[int, list[tuple[int, int]], Standing, bool, int, str | None, bool]


POLICIES = st.builds(
    defaults,
    void_too_fast=st.sampled_from([0, 0, 1]),
    first_view_max_rate_percent=st.sampled_from([100, 150]),
    gap_credit_s=st.sampled_from([60, 20]),
    class_hour_seconds=st.sampled_from([2700, 25, 5]),
    place_ceiling_percent=st.sampled_from([200, 100]),
    place_ceiling_most_s=st.sampled_from([300, 45]),
    places_if_unknown=st.sampled_from([10, 2]),
)
TIMELINES = st.builds(
    Timeline,
    st.just(LENGTH_MS),
    st.sampled_from([LENGTH_MS, LENGTH_MS, LENGTH_MS // 4, 10 * LENGTH_MS, LENGTH_MS, LENGTH_MS // 4, 0, None]),
)
PAGES = st.builds(
    Pages,
    st.sampled_from([LENGTH_MS, 3_600_000, 100_000, LENGTH_MS, 3_600_000, 100_000, 0, None]),
    st.sampled_from([0, 1, 2, 3, 18]),
)
LESSONS = st.one_of(TIMELINES, PAGES)


def step(raw: bytes) -> Step:
    """What 24 bytes say: milliseconds passed, spans, standing, whether kept back, which lesson, place told, out of sight.

    Hypothesis draws a whole history's bytes at once: drawn value by value, it spent six times as long drawing as comparing.
    """
    passed = PAUSES_MS[raw[1] % len(PAUSES_MS)] if raw[0] % 4 else int.from_bytes(raw[1:4], "big") % 151_000
    spans = [_span(raw[at : at + 4], passed) for at in range(8, 8 + raw[4] % 5 * 4, 4)]
    # one time in six, something stands in the way
    standing = replace(Standing(), **{WAYS[raw[5] % 6]: False}) if raw[5] < 43 else Standing()
    return passed, spans, standing, raw[6] % 4 == 0, raw[6] // 4 % 2, TOLD[raw[7] % len(TOLD)], raw[6] // 8 % 4 == 0


def _span(raw: bytes, passed: int) -> tuple[int, int]:
    """From anywhere: as long as the time that passed, a little longer, or to anywhere, which may be before the start."""
    start = int.from_bytes(raw[:2], "big") * 7 % (LENGTH_MS + 50_000 if raw[3] % 3 else 60_000)
    if raw[2] % 2:
        return start, start + max(0, passed) + raw[3] * 20 * (raw[2] % 4 == 3)
    return start, int.from_bytes(raw[2:], "big") * 7 % (LENGTH_MS + 50_000)


def steps(raw: bytes) -> list[Step]:
    """The steps of a history."""
    return [step(raw[at : at + STEP_BYTES]) for at in range(0, len(raw), STEP_BYTES)]


RAW = st.integers(1, MOST_STEPS).flatmap(lambda n: st.binary(min_size=n * STEP_BYTES, max_size=n * STEP_BYTES))
HISTORIES = st.tuples(POLICIES, st.tuples(LESSONS, LESSONS), st.sampled_from(BRIM), RAW.map(steps))


def forbidden_by(standing: Standing, lesson: Timeline | Pages) -> str | None:
    """In the checker's words, what a standing forbids."""
    found = [
        (not standing.enrolled, "not_enrolled"),
        (not standing.class_open, "class_not_open"),
        (lesson.approved_ms is None, "not_approved"),
        (not lesson.earnable_ms, "no_time"),
        (not standing.holds_lease, "concurrent_session"),
        (not standing.identified, "identity"),
        (not standing.present, "presence"),
        (not standing.in_order, "out_of_order"),
    ]
    return next((reason for holds, reason in found if holds), None)


@dataclass
class Page:
    """Where a page stands, since when, and whether it is out of sight; each side follows it by itself."""

    since: datetime
    place: str = ""
    hidden: bool = False

    def move(self, told: str | None, at: datetime, hidden: bool) -> None:
        """A sign of life says where the page stands now; the clock of the first place runs since the opening."""
        if told is not None and told != self.place:
            self.since = at if self.place else self.since
            self.place = told
        self.hidden = hidden


@dataclass
class First:
    """The rule of the house, beat by beat."""

    policy: object
    known: int
    covered: dict[int, tuple] = field(default_factory=dict)
    spent: dict[int, dict[str, int]] = field(default_factory=dict)
    pages: dict[int, Page] = field(default_factory=dict)
    day: tuple = (EVENING.date(), 0)

    def beat(self, which: int, lesson: Timeline | Pages, said: Step, started: datetime, at: datetime) -> list[tuple]:
        """What the ledger gets, and whether more places were named than there are."""
        if isinstance(lesson, Timeline):
            return self._watch(which, lesson, said, started, at)
        return self._stay(which, lesson, said, started, at)

    def _watch(self, which: int, lesson: Timeline, said: Step, started: datetime, at: datetime) -> list[tuple]:
        _, spans, standing, kept, *_ = said
        earned = Earned(self.covered.get(which, ()), *self.day)
        answer = hours.accrue(Interval(started, at, tidy(spans), kept), lesson, earned, self.policy, standing)  # type: ignore[arg-type]
        self.covered[which], self.day = answer.earned.covered, (answer.earned.day, answer.earned.day_ms)
        return [*map(_plain, answer.parts), ("too_fast", answer.too_fast)]

    def _stay(self, which: int, lesson: Pages, said: Step, started: datetime, at: datetime) -> list[tuple]:
        _, _, standing, kept, _, told, hidden = said
        page = self.pages.setdefault(which, Page(EVENING))
        before = Spent(self.spent.setdefault(which, brim(self.known)), *self.day)
        name = None if told is None else places.name(told, before.places)
        stay = Stay(started, at, places.stood_at(page.place, name), page.since, page.hidden, kept)
        stood = places.accrue(stay, lesson, before, self.policy, standing)  # type: ignore[arg-type]
        spent = stood.spent if name is None else places.named(name, stood.spent)
        self.spent[which], self.day = dict(spent.places), (spent.day, spent.day_ms)
        page.move(name, at, hidden)
        return [*map(_plain, stood.parts), ("places", places.exceeds(spent, lesson), spent.credited_ms)]


@dataclass
class Second:
    """The checker's rule, beat by beat."""

    values: dict[str, int]
    known: int
    tapes: dict[int, Tape] = field(default_factory=dict)
    vessels: dict[int, dict[str, int]] = field(default_factory=dict)
    pages: dict[int, Page] = field(default_factory=dict)
    days: dict[int, int] = field(default_factory=dict)

    def beat(self, which: int, lesson: Timeline | Pages, said: Step, started: datetime, at: datetime) -> list[tuple]:
        """What the ledger must hold, and whether more places were named than there are."""
        if isinstance(lesson, Timeline):
            return self._watch(which, lesson, said, started, at)
        return self._stay(which, lesson, said, started, at)

    def _watch(self, which: int, lesson: Timeline, said: Step, started: datetime, at: datetime) -> list[tuple]:
        _, spans, standing, kept, *_ = said
        claimed = pouring.merged((a, b) for a, b in spans if b > a)
        earnable = min(lesson.length_ms, lesson.approved_ms or 0)
        forbidden, tape = forbidden_by(standing, lesson), self.tapes.setdefault(which, Tape())
        asked = pouring.Asked(ms(started), ms(at), claimed, lesson.length_ms, earnable, forbidden, kept)
        hasty = pouring.hasty(asked, tape, self.values)
        return [*map(_share, pouring.reckon(asked, tape, self.days, self.values)), ("too_fast", hasty)]

    def _stay(self, which: int, lesson: Pages, said: Step, started: datetime, at: datetime) -> list[tuple]:
        _, _, standing, kept, _, told, hidden = said
        page, vessels = self.pages.setdefault(which, Page(EVENING)), self.vessels.setdefault(which, brim(self.known))
        name = None if told is None else placing.called(told, vessels)
        place, since = page.place or name or "", ms(page.since)
        earnable, forbidden = lesson.approved_ms or 0, forbidden_by(standing, lesson)
        stayed = placing.Stayed(
            ms(started), ms(at), place, since, page.hidden, kept, earnable, lesson.places, forbidden
        )  # fmt: skip
        shares = placing.reckon(stayed, vessels, self.days, self.values)
        if name is not None:
            vessels.setdefault(name, 0)
        page.move(name, at, hidden)
        return [*map(_share, shares), ("places", placing.too_many(vessels, lesson.places), sum(vessels.values()))]


def brim(known: int) -> dict[str, int]:
    """So many places named before, none of which has earned anything."""
    return {f"known {nth}": 0 for nth in range(known)}


def both(history) -> tuple[list[tuple], list[tuple]]:  # type: ignore[no-untyped-def]
    """What each rule writes for a history of beats to two lessons, in plain tuples."""
    policy, lessons, known, happened = history
    values = {name: getattr(policy, name) for name in policy.__dataclass_fields__ if name != "rows"}
    return _told(First(policy, known).beat, lessons, happened), _told(Second(values, known).beat, lessons, happened)


def _told(beat: Callable[..., list[tuple]], lessons: tuple, happened: list[Step]) -> list[tuple]:
    found, at = [], EVENING
    for one in happened:
        started, at = at, max(at, at + timedelta(milliseconds=one[0]))
        found += beat(one[4], lessons[one[4]], one, started, at)
    return found


def _plain(part: Part) -> tuple:
    ends = reach(part.counted) or (None, None)
    sums = part.observed_ms, part.claimed_ms, part.credited_ms, part.excluded_ms
    return (
        part.day, ms(part.started_at), ms(part.ended_at), *sums, part.reason and str(part.reason), *ends, part.place
    )  # fmt: skip


def _share(share: pouring.Poured) -> tuple:
    sums = share.observed_ms, share.claimed_ms, share.credited_ms, share.excluded_ms
    edges = [edge for span in share.counted for edge in span]
    ends = min(edges, default=None), max(edges, default=None)
    return (date_of(share.day), share.started_at, share.ended_at, *sums, share.reason, *ends, share.place)
