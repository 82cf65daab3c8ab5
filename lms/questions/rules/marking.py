"""How answers are marked. Plain data in, plain data out; a question earns all its marks or none."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from courses.course import Question, Quiz


@dataclass(frozen=True)
class MarkedQuestion:
    """One question after marking; places of options count from 0."""

    number: int
    right: bool
    chosen: tuple[int, ...]
    answer: tuple[int, ...]
    explanation: str


@dataclass(frozen=True)
class Marked:
    """The whole quiz after marking; `score` is in percent, rounded down, so that it never says more than was earned."""

    score: int
    passed: bool
    per_question: tuple[MarkedQuestion, ...]

    @property
    def wrong(self) -> tuple[MarkedQuestion, ...]:
        """The questions to look at again."""
        return tuple(question for question in self.per_question if not question.right)


def mark(quiz: Quiz, answers: Mapping[int, Collection[int]]) -> Marked:
    """Mark a quiz. `answers` maps the number of a question (from 1) to the options chosen (from 0); none chosen is wrong."""
    marked = tuple(
        _mark(number, question, answers.get(number, ())) for number, question in enumerate(quiz.questions, 1)
    )
    right = sum(question.right for question in marked)
    score = right * 100 // len(marked) if marked else 0
    return Marked(score, bool(marked) and right * 100 >= quiz.pass_percent * len(marked), marked)


def _mark(number: int, question: Question, chosen: Collection[int]) -> MarkedQuestion:
    given = tuple(sorted(set(chosen)))
    return MarkedQuestion(number, given == question.answer, given, question.answer, question.explanation)
