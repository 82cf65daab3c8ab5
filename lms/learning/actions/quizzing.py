"""A quiz is answered: marked by the server, kept once, told to the record store. It never earns time.

It may be tried at any time and as often as the trainee likes; the best try stands. A try with an answer that only a
teacher can mark waits as a paper (`marking` decides it).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert

from courses.course import Quiz
from lms.config import settings
from lms.foundation import clock, events, evidence
from lms.foundation.database import db
from lms.foundation.errors import NotFound
from lms.learning import queries
from lms.learning.actions import leases
from lms.learning.events import QuizPassed
from lms.learning.models import QuizAttempt
from lms.learning.models.quizzes import QuizPaper
from lms.learning.queries.registrations import RegistrationView
from lms.learning.rules import statements
from lms.lrs import actions as lrs
from lms.publishing import queries as publishing
from lms.questions.rules import Marked, mark

KIND = "quiz"
_PLACED = ("person_id", "cohort_id", "tenant_id", "region_code", "plan_code")


@dataclass(frozen=True)
class Tried:
    """The number of the try, and whether it was this very request that kept it."""

    number: int
    fresh: bool


@dataclass(frozen=True)
class Try:
    """A try to be kept: whose it is, at which lesson, which number, and what was given by the number of the question."""

    registration: RegistrationView
    lesson: publishing.LessonView
    id: UUID
    number: int
    given: Mapping[int, Sequence[int | str]]

    @property
    def row(self) -> dict[str, Any]:
        """What both tables keep of it."""
        return {
            "id": self.id,
            "registration_id": self.registration.id,
            "lesson_id": self.lesson.id,
            "number": self.number,
            "answers": {str(question): list(given) for question, given in self.given.items()},
            **{name: getattr(self.registration, name) for name in _PLACED},
        }


def answer(
    person_id: UUID, registration_id: UUID, lesson_id: UUID, number: int, given: Mapping[int, Sequence[int | str]]
) -> Tried:
    """Mark and keep the try with this number; the same number again keeps the first and says so.

    Raises NotFound for a quiz that is not of the person's own course.
    """
    leases.lock(person_id)
    registration = queries.registration(registration_id, person_id)
    lesson = publishing.lesson(lesson_id)
    if lesson.version_id != registration.version_id or not lesson.questions:
        raise NotFound()
    number = min(number, queries.tries(registration_id, lesson_id) + 1)
    if queries.attempt(registration_id, lesson_id, number) is not None:
        return Tried(number, fresh=False)
    marked = mark(lesson.questions, given)
    kept = {one.number: one.chosen for one in marked.per_question}
    tried = Try(registration, lesson, uuid4(), number, kept)
    if marked.pending:
        db.session.execute(insert(QuizPaper).values(**tried.row, created_at=clock.now()))
    else:
        settle(tried, lesson.questions, marked)
    return Tried(number, fresh=True)


def settle(tried: Try, quiz: Quiz, marked: Marked) -> None:
    """Keep a decided try with its leaf, tell the record store, and the house when it is the first that passed."""
    at, registration = clock.now(), tried.registration
    passed_before = queries.has_passed(registration.id, tried.lesson.id)
    values = {**tried.row, "created_at": at, "score": marked.score, "passed": marked.passed}
    sealed = {name: value if isinstance(value, int | dict) else str(value) for name, value in values.items()}
    sealed["created_at"] = at.isoformat(timespec="microseconds")
    leaf = evidence.append(KIND, sealed)
    db.session.execute(insert(QuizAttempt).values(**values, leaf_id=leaf.id, leaf_hash=leaf.hash))
    lrs.store(_statements(tried, quiz, marked, at), registration.tenant_id)
    if marked.passed and not passed_before:
        publish(registration, tried.lesson.id, marked.score)


def publish(registration: RegistrationView, lesson_id: UUID, score: int) -> None:
    """Tell the house that a quiz was passed for the first time."""
    whose = (registration.id, registration.person_id, registration.cohort_id, registration.tenant_id)
    events.publish(QuizPassed(*whose, lesson_id, score))


def _statements(tried: Try, quiz: Quiz, marked: Marked, at: datetime) -> list[statements.Statement]:
    registration = tried.registration
    scene = statements.Scene(
        origin=settings().app_origin,
        person_id=registration.person_id,
        registration_id=registration.id,
        cohort_id=registration.cohort_id,
        version_id=registration.version_id,
        lesson_id=tried.lesson.id,
        lesson_title=tried.lesson.title,
    )
    told = [
        statements.answered(scene, at, tried.id, question, one)
        for question, one in zip(quiz.questions, marked.per_question, strict=True)
    ]
    return [*told, statements.judged(scene, at, tried.id, marked.score, marked.passed)]
