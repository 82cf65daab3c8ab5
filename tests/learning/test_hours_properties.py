"""What holds of the accrual rule whatever anybody sends."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.learning.rules.hours import Earned, Interval, Standing, Timeline, accrue
from lms.learning.rules.stretches import inside, length, minus, tidy, union
from tests.learning.study import defaults

LENGTH_MS = 400_000
LESSON = Timeline(LENGTH_MS, LENGTH_MS)
EVENING = datetime(2026, 11, 16, 15, 55, tzinfo=UTC)

CLAIMS = st.lists(st.tuples(st.integers(0, LENGTH_MS + 50_000), st.integers(0, LENGTH_MS + 50_000)), max_size=4).map(
    tidy
)
STANDINGS = st.builds(Standing, *[st.sampled_from([True, True, True, False])] * 4)
STEPS = st.tuples(st.integers(-1_000, 150_000), CLAIMS, STANDINGS, st.booleans())
HISTORIES = st.lists(STEPS, max_size=25)


POLICY = defaults()


def replay(history, policy=POLICY, earned=None):
    """Run a history of beats through the rule."""
    at, earned, answers = EVENING, earned or Earned(), []
    for passed_ms, claimed, standing, kept in history:
        interval = Interval(at, at + timedelta(milliseconds=passed_ms), claimed, kept)
        answers.append((interval, accrue(interval, LESSON, earned, policy, standing)))
        earned, at = answers[-1][1].earned, interval.ended_at
    return earned, answers


@given(HISTORIES)
def test_no_more_than_the_server_saw_pass(history):
    """Sabotage: credit what is new without asking the clock."""
    for interval, answer in replay(history)[1]:
        assert 0 <= answer.credited_ms <= min(interval.observed_ms, POLICY.gap_credit_s * 1000)
        assert answer.credited_ms == 0 or interval.observed_ms <= POLICY.longest_gap_s * 1000


@given(HISTORIES)
def test_the_length_once_for_ever(history):
    """Sabotage: forget what was covered before."""
    earned, answers = replay(history)
    assert sum(answer.credited_ms for _, answer in answers) == length(earned.covered) <= LENGTH_MS


@given(HISTORIES)
def test_covered_means_credited_and_never_shrinks(history):
    before = ()
    for _, answer in replay(history)[1]:
        assert minus(before, answer.earned.covered) == ()
        assert length(answer.earned.covered) - length(before) == answer.credited_ms
        before = answer.earned.covered


@given(HISTORIES)
def test_every_claimed_millisecond_is_credited_or_has_a_reason(history):
    """Sabotage: let a part lose its reason."""
    for interval, answer in replay(history)[1]:
        for part in answer.parts:
            assert part.credited_ms + part.excluded_ms == part.claimed_ms
            assert part.excluded_ms >= 0 and (part.reason is not None or not part.excluded_ms)
        assert sum(part.claimed_ms for part in answer.parts) == length(interval.claimed)


@given(HISTORIES, st.randoms(use_true_random=False))
def test_a_replay_in_any_order_earns_nothing_that_was_earned(history, random):
    """Sabotage: subtract only the last interval from what is new."""
    earned, answers = replay(history)
    again = [(30_000, answer.earned.covered, Standing(), False) for _, answer in answers]
    random.shuffle(again)
    assert sum(answer.credited_ms for _, answer in replay(again, POLICY, earned)[1]) == 0


@given(HISTORIES)
def test_the_day_never_goes_over_its_cap(history):
    """Sabotage: ask the cap of the day on which the interval began only."""
    cap_ms = POLICY.daily_cap_ms
    earned = Earned((), datetime(2026, 11, 16).date(), cap_ms - 60_000)
    days: dict = {}
    for _, answer in replay(history, POLICY, earned)[1]:
        for part in answer.parts:
            days[part.day] = days.get(part.day, 0) + part.credited_ms
    assert days.get(earned.day, 0) <= 60_000 and all(ms <= cap_ms for ms in days.values())


@given(HISTORIES, CLAIMS)
def test_more_claimed_never_earns_less(history, more):
    earned, _ = replay(history)
    at = EVENING + timedelta(days=1)
    few = Interval(at, at + timedelta(seconds=30), inside(more, 0, LENGTH_MS // 2))
    many = Interval(few.started_at, few.ended_at, union(few.claimed, more))
    assert (
        accrue(few, LESSON, earned, POLICY, Standing()).credited_ms
        <= accrue(many, LESSON, earned, POLICY, Standing()).credited_ms
    )


@settings(max_examples=50)
@given(st.lists(st.integers(5_000, 60_000), min_size=1, max_size=40))
def test_an_honest_viewer_loses_nothing_however_the_beats_fall(passed):
    position, history = 0, []
    for passed_ms in passed:
        history.append((passed_ms, tidy([(position, position + passed_ms)]), Standing(), False))
        position += passed_ms
    earned, _ = replay(history)
    assert length(earned.covered) == min(position, LENGTH_MS)
