"""Random histories of beats, put before both rules of hours."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from lms.learning.checking import pouring
from lms.learning.checking.facts import date_of, ms
from lms.learning.checking.tape import Tape
from lms.learning.rules.hours import Earned, Interval, Part, Standing, Timeline, accrue
from lms.learning.rules.stretches import reach, tidy
from tests.learning.study import defaults

LENGTH_MS = 400_000
EVENING = datetime(2026, 11, 16, 15, 55, tzinfo=UTC)

SPANS = st.lists(st.tuples(st.integers(0, LENGTH_MS + 50_000), st.integers(0, LENGTH_MS + 50_000)), max_size=4)
STANDINGS = st.builds(Standing, *[st.sampled_from([True, True, True, True, False])] * 4)
STEPS = st.tuples(
    st.one_of(st.integers(-1_000, 150_000), st.sampled_from([30_000, 60_000, 60_001, 90_000, 90_001])),
    SPANS,
    STANDINGS,
    st.booleans(),
    st.booleans(),
)
POLICIES = st.builds(
    defaults,
    void_too_fast=st.sampled_from([0, 0, 1]),
    first_view_max_rate_percent=st.sampled_from([100, 150]),
    gap_credit_s=st.sampled_from([60, 20]),
    class_hour_seconds=st.sampled_from([2700, 25]),
)
LESSONS = st.builds(Timeline, st.just(LENGTH_MS), st.sampled_from([LENGTH_MS, LENGTH_MS // 2, 0, None, 10 * LENGTH_MS]))
HISTORIES = st.tuples(POLICIES, st.tuples(LESSONS, LESSONS), st.lists(STEPS, max_size=25))


def forbidden_by(standing: Standing, lesson: Timeline) -> str | None:
    """In the checker's words, what a standing forbids."""
    found = [
        (not standing.enrolled, "not_enrolled"),
        (not standing.class_open, "class_not_open"),
        (lesson.approved_ms is None, "not_approved"),
        (not lesson.earnable_ms, "no_time"),
        (not standing.holds_lease, "concurrent_session"),
        (not standing.in_order, "out_of_order"),
    ]
    return next((reason for holds, reason in found if holds), None)


def both(history) -> tuple[list[tuple], list[tuple]]:  # type: ignore[no-untyped-def]
    """What each rule writes for a history of beats to two lessons, in plain tuples."""
    policy, lessons, steps = history
    values = {name: getattr(policy, name) for name in policy.__dataclass_fields__ if name != "rows"}
    first, second = [], []
    covered, day, day_ms, at = {}, EVENING.date(), 0, EVENING
    tapes, days = {0: Tape(), 1: Tape()}, {}
    for passed_ms, spans, standing, kept, which in steps:
        lesson, started, at = lessons[which], at, max(at, at + timedelta(milliseconds=passed_ms))
        earned = Earned(covered.get(which, ()), day, day_ms)
        answer = accrue(Interval(started, at, tidy(spans), kept), lesson, earned, policy, standing)
        covered[which], day, day_ms = answer.earned.covered, answer.earned.day, answer.earned.day_ms
        first += [_plain(part) for part in answer.parts]
        claimed = pouring.merged((a, b) for a, b in spans if b > a)
        earnable = min(lesson.length_ms, lesson.approved_ms or 0)
        asked = pouring.Asked(
            ms(started), ms(at), claimed, lesson.length_ms, earnable, forbidden_by(standing, lesson), kept
        )
        second += [_share(share) for share in pouring.reckon(asked, tapes[which], days, values)]
    return first, second


def _plain(part: Part) -> tuple:
    ends = reach(part.counted) or (None, None)
    sums = part.observed_ms, part.claimed_ms, part.credited_ms, part.excluded_ms
    return (part.day, ms(part.started_at), ms(part.ended_at), *sums, part.reason and str(part.reason), *ends)


def _share(share: pouring.Poured) -> tuple:
    sums = share.observed_ms, share.claimed_ms, share.credited_ms, share.excluded_ms
    edges = [edge for span in share.counted for edge in span]
    place = min(edges, default=None), max(edges, default=None)
    return (date_of(share.day), share.started_at, share.ended_at, *sums, share.reason, *place)
