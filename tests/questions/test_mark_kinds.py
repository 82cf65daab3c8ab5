"""How every kind is marked: whole, part, nothing; what a teacher has not seen is pending."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.course import Question, QuestionKind, Quiz
from lms.questions.rules.marking import folded, mark, share_of
from tests.questions.every_kind import EVERY, FILL, MATCH, MULTIPLE, ORDER, QUIZ, RIGHT, TEACHER, WORDS

HALF = Fraction(1, 2)
SHARES = [
    (MULTIPLE, [0], HALF),
    (MULTIPLE, [0, 1, 2], 0),
    (FILL, ["75", "白醋"], HALF),
    (FILL, ["", "乙醇"], HALF),
    (FILL, ["75", "酒精", "多一个"], 0),
    (MATCH, [1, 1], HALF),
    (MATCH, [0, 1], 0),
    (MATCH, [1, -1], HALF),
    (ORDER, [1, 0, 2], 0),
    (replace(ORDER, partial=True), [1, 0, 2], Fraction(1, 3)),
    (replace(ORDER, partial=True), [1, 1, 1], 0),
    (WORDS, ["有灰"], HALF),
    (WORDS, [""], 0),
    (replace(FILL, partial=False), ["75", "白醋"], 0),
]


@pytest.mark.parametrize(("question", "answer", "share"), SHARES)
def test_a_part_of_an_answer_earns_what_the_question_says(question, answer, share) -> None:
    """Sabotage: give partial points where the question does not, or for a step that stands there twice."""
    assert share_of(question, answer) == share


def test_a_paper_waits_for_its_teacher_and_then_counts_the_points() -> None:
    """Sabotage: pass a paper before the last mark, or weigh every question alike."""
    waiting = mark(QUIZ, RIGHT)
    assert [one.number for one in waiting.pending] == [8] and not waiting.wrong
    assert waiting.score == 10 * 100 // 14
    decided = mark(QUIZ, RIGHT, {8: Fraction(3, 8)})
    assert (decided.score, decided.pending) == (int(Fraction(23, 2) * 100 / 14), ())
    assert decided.per_question[7].earned == "1.5"
    assert mark(Quiz((TEACHER,)), {1: [" "]}).per_question[0].pending


def test_nothing_written_for_a_teacher_is_no_work_for_a_teacher() -> None:
    """Sabotage: let an empty answer wait."""
    assert not mark(Quiz((TEACHER,)), {}).pending


@pytest.mark.parametrize("typed", ["ＡＢＣ", " a b c ", "abc。", "“Abc”", "a\u3000bc"])
def test_width_case_blanks_and_stray_marks_are_forgiven(typed: str) -> None:
    """Sabotage: compare what was typed as it stands."""
    question = Question(QuestionKind.FILL, "__", accepted=(("abc",),))
    assert share_of(question, [typed]) == 1


def test_a_fill_in_is_no_search_for_words() -> None:
    """Sabotage: take an answer that only contains the right word."""
    question = Question(QuestionKind.FILL, "__", accepted=(("酒精",),))
    assert share_of(question, ["酒精或者白醋"]) == 0 and folded("C++") == "c++" and folded("，") == ","


anything = st.lists(st.one_of(st.integers(-3, 9), st.text("75酒精 ，砂划伤", max_size=6)), max_size=6)


@given(st.sampled_from(EVERY), anything, st.booleans())
def test_a_share_is_never_below_nothing_nor_above_all(question, answer, partial) -> None:
    """Sabotage: count a hit twice. Partial or not, an answer is whole in both ways or in none."""
    share = share_of(replace(question, partial=partial), answer)
    assert 0 <= share <= 1
    assert (share == 1) == (share_of(replace(question, partial=not partial), answer) == 1)


@given(st.dictionaries(st.integers(1, 8), anything), st.integers(0, 100))
def test_a_score_says_what_was_earned_and_no_more(answers, percent) -> None:
    """Sabotage: round up. Each point is counted once, by its weight."""
    quiz = replace(QUIZ, pass_percent=percent)
    marked = mark(quiz, answers)
    earned = sum(one.share * one.points for one in marked.per_question)
    assert marked.score == int(earned * 100 / 14) and marked.passed == (earned * 100 >= percent * 14)


@given(st.permutations(range(3)), st.permutations(range(3)))
def test_an_order_is_right_in_one_way_alone(answer, given_) -> None:
    question = Question(QuestionKind.ORDER, "排", ("甲", "乙", "丙"), tuple(answer))
    assert (share_of(question, given_) == 1) == (answer == given_)
