"""Presence checks, pure: when they come, what they ask, what comes back."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.learning.rules import presence
from lms.learning.rules.stretches import length, minus, tidy
from tests.learning.study import defaults

POLICY = defaults(presence_mean_s=720, presence_least_s=360, presence_most_s=900)
STRETCHES = st.lists(st.tuples(st.integers(0, 600_000), st.integers(0, 600_000)), max_size=6).map(tidy)


@given(st.integers())
def test_the_gap_keeps_to_the_policy_and_is_drawn_anew(seed):
    """Sabotage: ask every twelve minutes."""
    chance = Random(seed)
    gaps = [presence.gap_ms(POLICY, chance) for _ in range(50)]
    assert all(360_000 <= gap <= 900_000 - 30_000 for gap in gaps) and len(set(gaps)) > 40


def test_the_gap_is_about_the_mean():
    chance = Random(7)
    gaps = [presence.gap_ms(POLICY, chance) for _ in range(4000)]
    assert abs(sum(gaps) / len(gaps) - 700_000) < 30_000


def test_no_policy_no_check():
    assert presence.gap_ms(defaults(), Random(1)) is None


@given(st.integers(), st.booleans())
def test_what_is_asked_takes_reading(seed, slow):
    """Sabotage: write the right word into the question, or its id into what is asked."""
    question = presence.compose(Random(seed), slow)
    options = question.asked["options"]
    assert len(options) == 3 == len({option["text"] for option in options})
    assert [option["id"] for option in options].count(question.answer) == 1
    assert all(option["text"] not in question.asked["prompt"] for option in options)
    assert all(option["text"] in question.asked["spoken"] for option in options)
    assert question.asked["corner"] in presence.CORNERS
    assert not (slow and question.form == "hold")


def test_no_wrong_option_answers_the_question_as_well():
    """A bus runs, a horse carries one out, a watch is worn. Sabotage: leave a pair out of _ALSO."""
    chance = Random(3)
    for kind, also in {
        "会跑": "能坐着出门",
        "能坐着出门": "会跑",
        "下雨天用得上": "能坐着出门",
        "穿在身上": "用来看时间",
    }.items():
        words = {word for _, word in presence.KINDS[also]}
        for _ in range(2000):
            question = presence.compose(chance, slow=True)
            if f"哪一样{kind}？" in question.asked["prompt"]:
                assert not words & {option["text"] for option in question.asked["options"]}


@given(st.integers())
def test_the_place_of_the_right_one_says_nothing(seed):
    chance = Random(seed)
    places = {
        [option["id"] for option in question.asked["options"]].index(question.answer)
        for question in (presence.compose(chance, slow=False) for _ in range(60))
    }
    assert places == {0, 1, 2}


@pytest.mark.parametrize(("form", "ms", "right"), [("word", 200, True), ("hold", 999, False), ("hold", 1500, True)])
def test_nobody_holds_a_key_for_a_second_in_less(form, ms, right):
    assert presence.is_right(form, "a", "a", ms) is right
    assert not presence.is_right(form, "a", "b", ms)


def test_h7_who_wishes_more_time_has_it():
    assert (presence.answer_s(POLICY, slow=False), presence.answer_s(POLICY, slow=True)) == (60, 120)


@given(STRETCHES, STRETCHES, st.integers(0, 700_000), st.integers(-1000, 700_000))
def test_nothing_comes_back_twice_or_over_a_limit(taken, covered, earnable_ms, day_left_ms):
    """Sabotage: give back what was watched again since."""
    given_back = presence.give_back(taken, covered, earnable_ms, day_left_ms)
    assert minus(given_back, taken) == () and length(minus(given_back, covered)) == length(given_back)
    assert length(given_back) <= max(0, min(earnable_ms - length(covered), day_left_ms))
