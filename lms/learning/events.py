"""What learning tells the rest of the house."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class LessonCompleted:
    """A trainee has learnt a lesson: credited time reached the policy's share."""

    registration_id: UUID
    person_id: UUID
    cohort_id: UUID
    tenant_id: UUID
    lesson_id: UUID
    completed_at: datetime


@dataclass(frozen=True)
class QuizPassed:
    """A trainee has passed the quiz of a course for the first time."""

    registration_id: UUID
    person_id: UUID
    cohort_id: UUID
    tenant_id: UUID
    lesson_id: UUID
    score: int
