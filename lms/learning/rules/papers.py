"""A filled-in quiz: what was given for each question, and what is still open. Plain data in, plain data out.

The fields of question n: `q<n>` for choices and short answers; `q<n>-<k>` for the k-th blank, for the partner of the k-th
option (its place in the targets), and for the position (from 1) of the k-th step.
"""

from collections.abc import Callable, Mapping, Sequence

from courses.course import Question, QuestionKind, Quiz
from lms.questions.rules.marking import CHOICES, PLACED

BLANK_LENGTH = 200
ANSWER_LENGTH = 2000
Fields = Callable[[str], Sequence[str]]
Given = list[int | str]
OPEN: dict[QuestionKind, str] = {
    QuestionKind.FILL: "这一题还有空没填",
    QuestionKind.MATCH: "这一题还有没配上的",
    QuestionKind.ORDER: "每一步都选排第几，不能有两步排在同一位",
    QuestionKind.SHORT: "这一题还没写",
}
NOT_CHOSEN = "这一题还没选"


def given(quiz: Quiz, fields: Fields) -> dict[int, Given]:
    """What was given for each question by its number, whole or not; `fields` gives the values sent under a name."""
    return {number: _given(question, f"q{number}", fields) for number, question in enumerate(quiz.questions, 1)}


def still_open(quiz: Quiz, answers: Mapping[int, Given]) -> dict[int, str]:
    """Why a question is not answered yet, by its number."""
    return {
        number: OPEN.get(question.kind, NOT_CHOSEN)
        for number, question in enumerate(quiz.questions, 1)
        if not _is_whole(question, answers.get(number, []))
    }


def _given(question: Question, name: str, fields: Fields) -> Given:
    if question.kind in CHOICES:
        return [place for place in map(_place, fields(name)) if place >= 0]
    if question.kind is QuestionKind.SHORT:
        return [text.strip()[:ANSWER_LENGTH] for text in fields(name)[:1] if text.strip()]
    parts = [next(iter(fields(f"{name}-{k}")), "") for k in range(1, _width(question) + 1)]
    if question.kind is QuestionKind.FILL:
        return [text.strip()[:BLANK_LENGTH] for text in parts] if any(map(str.strip, parts)) else []
    places = [_place(text) for text in parts]
    return list(_in_order(places)) if question.kind is QuestionKind.ORDER else list(places)


def _in_order(positions: list[int]) -> list[int]:
    """Steps in the order of the positions that were chosen; nothing where two share one or one has none."""
    if sorted(positions) != list(range(1, len(positions) + 1)):
        return []
    return sorted(range(len(positions)), key=positions.__getitem__)


def _is_whole(question: Question, answer: Given) -> bool:
    if question.kind in PLACED or question.kind is QuestionKind.FILL:
        return len(answer) == _width(question) and all(one not in ("", -1) for one in answer)
    return bool(answer)


def _width(question: Question) -> int:
    return len(question.accepted) if question.kind is QuestionKind.FILL else len(question.options)


def _place(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 4 else -1
