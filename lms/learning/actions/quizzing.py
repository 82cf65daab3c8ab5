"""A quiz is answered: marked by the server, kept once, told to the record store. It never earns time.

It may be tried at any time and as often as the trainee likes; the best try stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert

from courses.course import Quiz
from lms.config import settings
from lms.foundation import clock, events, evidence
from lms.foundation.database import db
from lms.foundation.errors import NotFound
from lms.learning import queries
from lms.learning.actions import leases
from lms.learning.events import QuizPassed
from lms.learning.models import QuizAttempt
from lms.learning.queries.registrations import RegistrationView
from lms.learning.rules import statements
from lms.lrs import actions as lrs
from lms.publishing import queries as publishing
from lms.questions.rules import Marked, mark

KIND = "quiz"


@dataclass(frozen=True)
class Tried:
    """The number of the try, and whether it was this very request that kept it."""

    number: int
    fresh: bool


def answer(
    person_id: UUID, registration_id: UUID, lesson_id: UUID, number: int, chosen: Mapping[int, list[int]]
) -> Tried:
    """Mark and keep the try with this number; the same number again keeps the first and says so.

    Raises NotFound for a quiz that is not of the person's own course.
    """
    leases.lock(person_id)
    registration = queries.registration(registration_id, person_id)
    lesson = publishing.lesson(lesson_id)
    if lesson.version_id != registration.version_id or not lesson.quiz:
        raise NotFound()
    number = min(number, queries.tries(registration_id, lesson_id) + 1)
    at, attempt_id = clock.now(), uuid4()
    quiz = Quiz.from_json(lesson.quiz)
    marked = mark(quiz, chosen)
    passed_before = queries.has_passed(registration_id, lesson_id)
    if not _keep(registration, lesson, attempt_id, number, chosen, marked, at):
        return Tried(number, fresh=False)
    lrs.store(_statements(registration, lesson, quiz, attempt_id, marked, at), registration.tenant_id)
    if marked.passed and not passed_before:
        publish(registration, lesson.id, marked.score)
    return Tried(number, fresh=True)


def publish(registration: RegistrationView, lesson_id: UUID, score: int) -> None:
    """Tell the house that a quiz was passed for the first time."""
    whose = (registration.id, registration.person_id, registration.cohort_id, registration.tenant_id)
    events.publish(QuizPassed(*whose, lesson_id, score))


def _keep(
    registration: RegistrationView,
    lesson: publishing.LessonView,
    attempt_id: UUID,
    number: int,
    chosen: Mapping[int, list[int]],
    marked: Marked,
    at: datetime,
) -> bool:
    """Write the try with its leaf; False where this number was kept before (a form sent twice)."""
    if queries.attempt(registration.id, lesson.id, number) is not None:
        return False
    values: dict[str, Any] = {
        "id": attempt_id,
        "created_at": at,
        "registration_id": registration.id,
        "lesson_id": lesson.id,
        "number": number,
        "answers": {str(question): sorted(options) for question, options in chosen.items()},
        "score": marked.score,
        "passed": marked.passed,
        **{
            name: getattr(registration, name)
            for name in ("person_id", "cohort_id", "tenant_id", "region_code", "plan_code")
        },
    }
    sealed = {name: value if isinstance(value, int | dict) else str(value) for name, value in values.items()}
    sealed["created_at"] = at.isoformat(timespec="microseconds")
    leaf = evidence.append(KIND, sealed)
    row = insert(QuizAttempt).values(**values, leaf_id=leaf.id, leaf_hash=leaf.hash)
    db.session.execute(row)
    return True


def _statements(
    registration: RegistrationView,
    lesson: publishing.LessonView,
    quiz: Quiz,
    attempt_id: UUID,
    marked: Marked,
    at: datetime,
) -> list[statements.Statement]:
    scene = statements.Scene(
        origin=settings().app_origin,
        person_id=registration.person_id,
        registration_id=registration.id,
        cohort_id=registration.cohort_id,
        version_id=registration.version_id,
        lesson_id=lesson.id,
        lesson_title=lesson.title,
    )
    told = [
        statements.answered(
            scene,
            at,
            attempt_id,
            statements.Answer(
                number=one.number,
                text=question.text,
                options=question.options,
                several=len(question.answer) > 1,
                chosen=one.chosen,
                right=one.answer,
                correct=one.right,
            ),
        )
        for question, one in zip(quiz.questions, marked.per_question, strict=True)
    ]
    return [*told, statements.judged(scene, at, attempt_id, marked.score, marked.passed)]
