"""How answers are marked."""

from hypothesis import given
from hypothesis import strategies as st

from courses.course import Question, QuestionKind, Quiz
from lms.questions.rules import mark

QUIZ = Quiz(
    (
        Question(QuestionKind.SINGLE, "一", ("甲", "乙", "丙"), (1,), "因为"),
        Question(QuestionKind.MULTIPLE, "二", ("甲", "乙", "丙"), (0, 2)),
        Question(QuestionKind.JUDGE, "三", ("对", "错"), (1,)),
    ),
    pass_percent=60,
)


def test_all_right() -> None:
    marked = mark(QUIZ, {1: [1], 2: [2, 0], 3: [1]})
    assert (marked.score, marked.passed, marked.wrong) == (100, True, ())


def test_half_of_a_multiple_choice_earns_nothing() -> None:
    """Sabotage: compare with issubset."""
    marked = mark(QUIZ, {1: [1], 2: [0], 3: [1]})
    assert (marked.score, marked.passed) == (66, True)
    assert [(question.number, question.chosen, question.answer) for question in marked.wrong] == [(2, (0,), (0, 2))]


def test_choosing_everything_earns_nothing() -> None:
    """Sabotage: accept a superset of the answer."""
    assert mark(QUIZ, {1: [0, 1, 2], 2: [0, 1, 2], 3: [0, 1]}).score == 0


def test_what_was_not_answered_is_wrong_and_explained() -> None:
    marked = mark(QUIZ, {})
    assert (marked.score, marked.passed) == (0, False)
    assert marked.wrong[0].explanation == "因为"


def test_the_score_is_not_rounded_up_to_a_pass() -> None:
    """59.9 is not 60. Sabotage: compare the rounded score with the pass mark after rounding up."""
    questions = tuple(Question(QuestionKind.JUDGE, str(n), ("对", "错"), (0,)) for n in range(167))
    marked = mark(Quiz(questions, 60), {n: [0] for n in range(1, 101)})
    assert (marked.score, marked.passed) == (59, False)


@given(st.dictionaries(st.integers(-5, 9), st.lists(st.integers(-5, 9), max_size=5)))
def test_any_answers_give_an_honest_score(answers: dict[int, list[int]]) -> None:
    marked = mark(QUIZ, answers)
    assert marked.score == (3 - len(marked.wrong)) * 100 // 3
    assert marked.passed == (marked.score >= 60)
