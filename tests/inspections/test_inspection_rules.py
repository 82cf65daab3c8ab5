"""Draws that anybody can repeat, and what may follow what."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.inspections import rules
from lms.inspections.rules import CALL_QUESTIONS, DOUBTFUL, Outcome, doubtful, draw, lots, may_follow, refuse_finding

IDS = st.text("0123456789abcdef", min_size=8, max_size=8)
CLASSES = st.dictionaries(IDS, st.lists(IDS, max_size=8, unique=True).map(tuple), max_size=12)


@given(st.text(max_size=20), CLASSES, st.integers(1, 15), st.integers(0, 10))
def test_a_draw_can_be_repeated_and_stays_within_its_quota(seed, classes, count, people) -> None:
    """Sabotage: draw with the random module, or slice a list in the order of the database."""
    drawn = draw(seed, classes, count, people)
    again = draw(seed, dict(reversed(classes.items())), count, people)
    assert drawn == again
    assert len(drawn) == min(count, len(classes))
    for one in drawn:
        assert set(one.people) <= set(classes[one.cohort_id])
        assert len(one.people) == min(people, len(classes[one.cohort_id]))


def test_another_seed_gives_another_draw() -> None:
    """Sabotage: leave the seed out of the hash."""
    classes = {f"{n:08}": () for n in range(40)}
    assert len({draw(str(seed), classes, 5, 0) for seed in range(20)}) == 20


def test_everybody_is_drawn_about_as_often() -> None:
    """Sabotage: order by id alone. Of 400 draws of one in four each is drawn 60 to 140 times."""
    classes = dict.fromkeys("abcd", ())
    times = [draw(str(seed), classes, 1, 0)[0].cohort_id for seed in range(400)]
    assert all(60 <= times.count(name) <= 140 for name in "abcd")


@given(st.text(max_size=9), st.integers(1, 60), st.integers(1, 9))
def test_questions_are_chosen_once_each_in_their_order(seed, of, count) -> None:
    """Sabotage: forget to sort."""
    chosen = lots(seed, range(of), count)
    assert chosen == sorted(set(chosen))
    assert len(chosen) == min(of, count)


@pytest.mark.parametrize(
    ("before", "outcome", "mended", "may"),
    [
        (None, Outcome.CLEAR, False, True),
        (None, Outcome.RECTIFY, False, True),
        (None, Outcome.HOLD, False, True),
        (None, Outcome.MENDED, False, False),
        (Outcome.RECTIFY, Outcome.MENDED, False, False),
        (Outcome.RECTIFY, Outcome.MENDED, True, True),
        (Outcome.RECTIFY, Outcome.AGAIN, True, True),
        (Outcome.RECTIFY, Outcome.HOLD, False, True),
        (Outcome.AGAIN, Outcome.MENDED, True, True),
        (Outcome.CLEAR, Outcome.RECTIFY, False, False),
        (Outcome.HOLD, Outcome.CLEAR, False, True),
        (Outcome.HOLD, Outcome.MENDED, True, False),
    ],
)
def test_what_may_follow(before, outcome, mended, may) -> None:
    """Sabotage: let MENDED be said before the institution has answered."""
    assert may_follow(before, outcome, mended=mended) is may


def test_a_finding_needs_words_and_a_day_to_come() -> None:
    """Sabotage: take today as a limit."""
    today = date(2026, 11, 22)
    assert refuse_finding("好", Outcome.CLEAR, None, today) == ("words", "写一句查到了什么，机构看得到这句话")
    assert refuse_finding("老师不在", Outcome.RECTIFY, None, today)
    assert refuse_finding("老师不在", Outcome.RECTIFY, today, today)
    assert refuse_finding("老师不在", Outcome.RECTIFY, date(2026, 11, 23), today) is None
    assert refuse_finding("都对得上", Outcome.CLEAR, None, today) is None


def test_doubtful_answers_are_marked() -> None:
    """Sabotage: mark what nobody asked."""
    assert {question for question, _ in DOUBTFUL} <= set(CALL_QUESTIONS)
    assert doubtful({"joined": "yes", "oneself": "no", "charged": "yes"}) == ["oneself", "charged"]
    assert set(rules.KIND_WORDS) == set(rules.Kind)
    assert set(rules.OUTCOME_WORDS) == {None, *Outcome}
