"""Rule 4, pure: attacks P1 to P6 of hours.md, honest readers, and what holds for every history."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.learning.rules import places
from lms.learning.rules.hours import Standing
from lms.learning.rules.places import Pages, Spent, Stay
from lms.learning.rules.reasons import Reason
from tests.learning.study import MORNING, defaults

LESSON = Pages(2_700_000, 18)
POLICY = defaults()


class Reading:
    """One reader of one lesson; seconds."""

    def __init__(self, lesson: Pages = LESSON, at: datetime = MORNING, spent: Spent | None = None) -> None:
        self.lesson, self.at, self.spent = lesson, at, spent or Spent()
        self.place, self.since, self.hidden, self.parts = "", at, False, []

    def beat(self, after_s: float, place: str | None = None, hidden: bool = False, **standing: bool):
        """Time passes where the page stood; then it says where it stands."""
        end = self.at + timedelta(seconds=after_s)
        told = None if place is None else places.name(place, self.spent.places)
        stay = Stay(self.at, end, places.stood_at(self.place, told), self.since, self.hidden)
        stood = places.accrue(stay, self.lesson, self.spent, POLICY, Standing(**standing))
        self.at, self.spent, self.hidden = end, stood.spent, hidden
        self.parts.extend(stood.parts)
        if told is not None and told != self.place:
            self.since = end if self.place else self.since
            self.place, self.spent = told, places.named(told, self.spent)
        return stood

    def read(self, place: str, seconds: float, every_s: float = 30) -> "Reading":
        """Go to a place and stay there."""
        self.beat(0, place)
        while seconds > 0:
            self.beat(min(seconds, every_s))
            seconds -= every_s
        return self

    @property
    def credited_s(self) -> float:
        return sum(part.credited_ms for part in self.parts) / 1000


def test_p1_one_page_left_open_earns_its_ceiling():
    """Sabotage: take the ceiling away."""
    reading = Reading().read("p1", 2700)
    assert reading.credited_s == 300
    assert reading.parts[-1].reason is Reason.NO_PROGRESS


def test_p1_also_when_the_page_is_named_late():
    """Sabotage: give the time before the first name a vessel and a clock of its own."""
    reading = Reading()
    for _ in range(9):
        reading.beat(30)
    reading.beat(30, "p1")
    assert reading.read("p1", 1200).credited_s == 300


def test_the_time_before_the_first_name_belongs_to_what_is_named():
    """Sabotage: give it to the nameless."""
    reading = Reading()
    reading.beat(30, "p1")
    reading.beat(30, "p2")
    assert {place: ms for place, ms in reading.spent.places.items() if ms} == {"p1": 60_000}


def test_out_of_sight_nothing_counts_and_nothing_was_claimed():
    """Sabotage: count a page that nobody can see."""
    reading = Reading()
    reading.beat(30, "p1", hidden=True)
    part = reading.beat(30).parts[0]
    assert (part.credited_ms, part.claimed_ms, part.reason) == (0, 0, Reason.HIDDEN)
    assert reading.beat(30).credited_ms == 30_000


def test_p2_a_page_turning_macro_earns_seconds():
    """Sabotage: credit a page when it is opened."""
    reading = Reading()
    for page in range(18):
        reading.beat(1, f"p{page}")
    assert reading.read("p17", 1200).credited_s <= 18 + 300


def test_p5_the_lesson_once_for_ever():
    """Sabotage: forget what was spent before."""
    first = Reading()
    for page in range(18):
        first.read(f"p{page}", 150)
    again = Reading(spent=first.spent)
    for page in range(18):
        again.read(f"p{page}", 150)
    assert (first.credited_s, again.credited_s) == (2700, 0)


def test_p6_five_hundred_invented_places_earn_the_lesson_at_most():
    """Sabotage: let each new place have its ceiling, whatever the lesson was approved for."""
    reading = Reading(Pages(600_000, 18))
    for number in range(500):
        reading.read(f"invented {number}", 30)
    assert reading.credited_s == 600
    assert places.exceeds(reading.spent, reading.lesson)
    assert len(reading.spent.places) <= places.MOST_PLACES + 1


def test_going_back_to_a_page_that_is_full_earns_nothing_and_says_so():
    reading = Reading().read("p1", 300).read("p2", 60)
    reading.beat(0, "p1")
    assert reading.beat(30).parts[0].reason is Reason.ALREADY_COVERED


def test_a_quick_page_leaves_its_time_to_the_others():
    reading = Reading(Pages(600_000, 4))
    for page, seconds in (("a", 60), ("b", 250), ("c", 200), ("d", 200)):
        reading.read(page, seconds)
    assert reading.credited_s == 600


@pytest.mark.parametrize(
    ("lesson", "ceiling_s"),
    [
        (Pages(2_700_000, 18), 300),
        (Pages(1_800_000, 36), 100),
        (Pages(2_700_000, 0), 300),
        (Pages(600_000, 0), 120),
        (Pages(120_000, 1), 240),
        (Pages(None, 5), 0),
    ],
)
def test_the_ceiling_of_a_place(lesson, ceiling_s):
    """Twice its share, never more than five minutes; where nobody knows how many there are, ten are taken for granted."""
    assert lesson.ceiling_ms(POLICY) == ceiling_s * 1000


def test_a_long_silence_is_a_gap_and_a_short_one_loses_little():
    """Sabotage: let a gap earn whole."""
    reading = Reading()
    reading.beat(0, "p1")
    assert reading.beat(80).credited_ms == 60_000
    lost = reading.beat(3600).parts[0]
    assert (lost.credited_ms, lost.reason, lost.excluded_ms) == (0, Reason.GAP, 90_000)


def test_midnight_shares_a_stay_between_two_days():
    reading = Reading(at=datetime(2026, 11, 16, 15, 59, 50, tzinfo=UTC))
    reading.beat(0, "p1")
    parts = reading.beat(30).parts
    assert [(part.day.day, part.credited_ms) for part in parts] == [(16, 10_000), (17, 20_000)]


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        ({"class_open": False}, Reason.CLASS_NOT_OPEN),
        ({"holds_lease": False}, Reason.CONCURRENT_SESSION),
        ({"identified": False}, Reason.IDENTITY),
        ({"present": False}, Reason.PRESENCE),
        ({"in_order": False}, Reason.OUT_OF_ORDER),
    ],
)
def test_what_forbids_a_stay(standing, reason):
    """Sabotage: take one of the questions away."""
    reading = Reading()
    reading.beat(0, "p1")
    part = reading.beat(30, **standing).parts[0]
    assert (part.credited_ms, part.reason) == (0, reason)


def test_no_time_is_approved_and_none_counts():
    assert Reading(Pages(None, 3)).beat(30).parts[0].reason is Reason.NOT_APPROVED
    assert Reading(Pages(0, 3)).beat(30).parts[0].reason is Reason.NO_TIME


STEPS = st.lists(
    st.tuples(
        st.floats(0, 200).map(lambda s: round(s, 3)),
        st.one_of(st.none(), st.sampled_from(["", "a", "b", "c", "x" * 100, "\0"])),
        st.booleans(),
        st.sampled_from([{}, {}, {}, {"holds_lease": False}, {"present": False}]),
    ),
    max_size=60,
)
LESSONS = st.builds(Pages, st.one_of(st.none(), st.integers(0, 900_000)), st.integers(0, 6))


@given(LESSONS, STEPS)
def test_no_history_earns_more_than_its_bounds(lesson, steps):
    """The clock, the ceiling of each place, the lesson, and a reason for whatever is left. Sabotage: drop any bound."""
    reading = Reading(lesson)
    for step in steps:
        reading.beat(*step[:3], **step[3])
    passed_ms = (reading.at - MORNING) // timedelta(milliseconds=1)
    credited_ms = sum(part.credited_ms for part in reading.parts)
    assert credited_ms == reading.spent.credited_ms <= min(passed_ms, lesson.earnable_ms)
    assert all(ms <= lesson.ceiling_ms(POLICY) for ms in reading.spent.places.values())
    for part in reading.parts:
        assert 0 <= part.credited_ms <= part.observed_ms
        assert part.credited_ms + part.excluded_ms == part.claimed_ms <= part.observed_ms
        assert part.reason is not None or not part.excluded_ms


@given(STEPS)
def test_the_day_never_goes_over_its_cap(steps):
    """Sabotage: ask the cap of no day."""
    full = Spent({}, MORNING.date(), POLICY.daily_cap_ms - 10_000)
    reading = Reading(spent=full)
    for step in steps:
        reading.beat(*step[:3])
    assert sum(part.credited_ms for part in reading.parts if part.day == MORNING.date()) <= 10_000
