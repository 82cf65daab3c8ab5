"""Tries at quizzes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from lms.foundation.database import db
from lms.learning.models import QuizAttempt


@dataclass(frozen=True)
class Attempt:
    """One try: answers by question number (as text), score in percent."""

    number: int
    answers: dict[str, Any]
    score: int
    passed: bool
    created_at: datetime

    @property
    def chosen(self) -> dict[int, list[int]]:
        """Options chosen by the number of the question."""
        return {int(number): options for number, options in self.answers.items()}


_ATTEMPT = select(*(getattr(QuizAttempt, name) for name in Attempt.__dataclass_fields__))


def attempt(registration_id: UUID, lesson_id: UUID, number: int) -> Attempt | None:
    """One try, or None."""
    whose = (QuizAttempt.registration_id == registration_id, QuizAttempt.lesson_id == lesson_id)
    row = db.session.execute(_ATTEMPT.where(*whose, QuizAttempt.number == number)).first()
    return Attempt(*row) if row else None


def tries(registration_id: UUID, lesson_id: UUID) -> int:
    """How often a quiz was tried."""
    whose = (QuizAttempt.registration_id == registration_id, QuizAttempt.lesson_id == lesson_id)
    return db.session.scalar(select(func.coalesce(func.max(QuizAttempt.number), 0)).where(*whose)) or 0


def has_passed(registration_id: UUID, lesson_id: UUID) -> bool:
    """Whether a quiz was passed once."""
    whose = (QuizAttempt.registration_id == registration_id, QuizAttempt.lesson_id == lesson_id)
    return db.session.scalar(select(QuizAttempt.id).where(*whose, QuizAttempt.passed).limit(1)) is not None
