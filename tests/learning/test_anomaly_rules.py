"""Anomalies: what is looked at, and what honest people do that never is."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.learning.rules.anomalies import WORDS, Code, Limits, SessionFacts, judge, told_figures
from lms.learning.rules.corrections import refuse_day, refuse_delta, shared_out
from lms.learning.rules.holding import refuse_reason, refuse_words

LIMITS = Limits(50, 300, 6, 600, 60, 3, 4)
HUMAN = (2100, 3400, 1800, 5200, 2600, 4100)
SUSPECT = {
    Code.RAPID_PROGRESS: SessionFacts(claimed_ms=2_700_000, too_fast_ms=2_400_000),
    Code.BOT_ANSWERS: SessionFacts(answers_ms=(240, 241, 240, 239, 240, 241)),
    Code.SHARED_DEVICE: SessionFacts(people_on_device=4),
    Code.NIGHT_MARATHON: SessionFacts(night_ms=4 * 3_600_000),
    Code.PLACES_EXCEED: SessionFacts(places_known=18, places_exceeded=True),
}
HONEST = (
    SessionFacts(claimed_ms=2_700_000),
    SessionFacts(claimed_ms=2_700_000, too_fast_ms=290_000),
    SessionFacts(answers_ms=HUMAN),
    SessionFacts(answers_ms=(240,) * 5),
    SessionFacts(people_on_device=3),
    SessionFacts(people_on_device=40, classroom=True),
    SessionFacts(night_ms=4 * 3_600_000 - 1),
    SessionFacts(places_known=18),
)


@pytest.mark.parametrize("code", SUSPECT)
def test_each_is_noticed_for_what_it_is(code) -> None:
    """Sabotage: leave a rule out of _RULES."""
    assert [found.code for found in judge(SUSPECT[code], LIMITS)] == [code]


@pytest.mark.parametrize("facts", HONEST, ids=range(len(HONEST)))
def test_honest_people_are_left_alone(facts) -> None:
    """A classroom with one tablet, a slow hand, an evening of two hours. Sabotage: forget `classroom` in _shared."""
    assert judge(facts, LIMITS) == ()


@pytest.mark.parametrize("code", Code)
def test_every_anomaly_is_said_in_words(code) -> None:
    """Sabotage: add a code without its words."""
    figures = {found.code: found.facts for found in judge(SUSPECT.get(code, SessionFacts()), LIMITS)}
    assert WORDS[code].told.endswith("。")
    assert all(told_figures(code, figures.get(code, {})))


def test_a_steady_robot_is_noticed_even_when_it_waits() -> None:
    """Three seconds each time, to a hundredth. Sabotage: ask for both, speed and evenness."""
    steady = SessionFacts(answers_ms=(3000, 3010, 2990, 3005, 2995, 3000))
    assert [found.code for found in judge(steady, LIMITS)] == [Code.BOT_ANSWERS]


def test_a_robot_that_fails_where_a_key_must_be_held_is_noticed_all_the_same() -> None:
    """Eight at once, the others half a minute later. Sabotage: look at the median of all answers alone."""
    mixed = SessionFacts(
        answers_ms=(210, 30_000, 190, 30_100, 205, 30_050, 220, 29_000, 200, 31_000, 195, 28_000), wrong=5
    )
    assert [found.code for found in judge(mixed, LIMITS)] == [Code.BOT_ANSWERS]


def test_who_guesses_is_noticed() -> None:
    """One of three is right by chance: two of three are wrong. Sabotage: drop `guessed`."""
    guesses = SessionFacts(answers_ms=(4100, 9000, 5200, 7700, 3900, 12_000, 6100, 8000), wrong=5)
    [found] = judge(guesses, LIMITS)
    assert found.code is Code.BOT_ANSWERS and "答错" in told_figures(found.code, found.facts)[1]


def test_who_errs_now_and_then_is_left_alone() -> None:
    """Sabotage: count one wrong answer in three as guessing."""
    assert judge(SessionFacts(answers_ms=(*HUMAN, 9000, 15_000), wrong=3), LIMITS) == ()


@given(st.lists(st.integers(0, 60_000), max_size=5).map(tuple))
def test_few_answers_accuse_nobody(answers) -> None:
    """Sabotage: drop the least number of answers."""
    assert judge(SessionFacts(answers_ms=answers), LIMITS) == ()


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_claims_that_fit_the_clock_accuse_nobody(claimed, slack) -> None:
    """Sabotage: compare the share without the least amount."""
    facts = SessionFacts(claimed_ms=claimed, too_fast_ms=min(slack, LIMITS.anomaly_fast_least_s * 1000 - 1))
    assert judge(facts, LIMITS) == ()
    assert judge(replace(facts, too_fast_ms=0), LIMITS) == ()


@pytest.mark.parametrize(
    ("delta", "excluded", "credited", "curable", "may"),
    [
        (0, 60_000, 0, 60_000, False),
        (60_000, 60_000, 0, 60_000, True),
        (60_001, 60_000, 0, 90_000, False),
        (60_000, 60_000, 0, 59_999, False),
        (-30_000, 0, 30_000, 0, True),
        (-30_001, 0, 30_000, 0, False),
    ],
)
def test_a_correction_stays_within_what_was_lost(delta, excluded, credited, curable, may) -> None:
    """Nothing is ever earned twice. Sabotage: drop the comparison with what is curable."""
    assert (refuse_delta(delta, excluded, credited, curable) is None) is may


def test_words_and_reasons_have_their_limits() -> None:
    """Sabotage: take an empty reason."""
    assert refuse_words("  ")
    assert refuse_words("字" * 1001)
    assert refuse_words("那天停电了") is None
    assert refuse_reason("好")
    assert refuse_reason("打过电话，是本人") is None


@given(st.integers(-5_000, 5_000), st.lists(st.integers(-50, 2_000), max_size=6))
def test_time_is_shared_out_whole_or_not_at_all(delta, rooms):
    """Sabotage: give a row more than it has room for, or lose the rest."""
    shares = shared_out(delta, rooms)
    fits = 0 < delta <= sum(max(0, room) for room in rooms)
    assert bool(shares) is fits
    if fits:
        assert sum(shares) == delta
        assert all(0 <= share <= max(0, room) for share, room in zip(shares, rooms, strict=True))


@pytest.mark.parametrize(
    ("delta", "day", "cap", "told"),
    [
        (60_000, 0, 60_000, None),
        (-60_000, 90_000, 60_000, None),
        (60_001, 0, 60_000, "最多还能加 1 分钟"),
        (60_000, 60_000, 60_000, "已经计满"),
        (60_000, 90_000, 60_000, "已经计满"),
    ],
)
def test_a_day_has_its_limit_for_corrections_too(delta, day, cap, told):
    """Sabotage: let what is taken be refused, or a day go past its limit by a correction."""
    said = refuse_day(delta, day, cap)
    assert said is None if told is None else told in said
