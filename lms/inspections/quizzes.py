"""A spot quiz: a few single-choice questions of somebody's own course, asked on the inspector's phone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from courses.course import Question, QuestionKind
from lms.cohorts import queries as cohorts
from lms.foundation.errors import NotFound, Refused
from lms.inspections import rules
from lms.inspections.queries import InspectionView
from lms.publishing import queries as publishing

KINDS = (QuestionKind.SINGLE, QuestionKind.JUDGE)


@dataclass(frozen=True)
class Asked:
    """One question of a spot quiz, numbered from 1."""

    number: int
    question: Question


def asked_of(one: InspectionView, person_id: UUID) -> list[Asked]:
    """Five questions for one person of the class, the same however often the page is opened.

    Raises NotFound for somebody of another class, Refused where the course has no such questions.
    """
    if person_id not in cohorts.members(one.cohort_id):
        raise NotFound()
    known = _known(one.cohort_id)
    if not known:
        raise Refused("这门课没有选择题和判断题，没法抽考", code="no_questions")
    chosen = rules.lots(f"{one.id}:{person_id}", range(len(known)), rules.QUIZ_QUESTIONS)
    return [Asked(number, known[place]) for number, place in enumerate(chosen, 1)]


def can_be_asked(cohort_id: UUID) -> bool:
    """Whether a class's course has questions for a spot quiz."""
    return bool(_known(cohort_id))


def _known(cohort_id: UUID) -> list[Question]:
    quizzes = [lesson.questions for lesson in publishing.lessons(cohorts.cohort(cohort_id).version_id)]
    return [question for quiz in quizzes if quiz for question in quiz.questions if question.kind in KINDS]


def chosen(sent: Mapping[str, str], asked: Sequence[Asked]) -> dict[int, int] | None:
    """What was chosen by number; None while one is left open or names an option that is not there."""
    found: dict[int, int] = {}
    for one in asked:
        option = sent.get(f"q{one.number}", "")
        if not option.isdecimal() or int(option) >= len(one.question.options):
            return None
        found[one.number] = int(option)
    return found


def marked(asked: Sequence[Asked], given: Mapping[int, int]) -> tuple[int, dict[str, Any]]:
    """The score in percent, and what is kept: each question with what was chosen and whether it was right."""
    lines = [
        {"text": one.question.text, "chosen": one.question.options[given[one.number]], "right": (given[one.number],) == one.question.answer}
        for one in asked
    ]  # fmt: skip
    right = sum(bool(line["right"]) for line in lines)
    return 100 * right // len(lines), {"questions": lines}
