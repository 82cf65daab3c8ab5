"""How people stand with SCOs: for the course page, for those who look after a class, and for what may be opened next."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.foundation.database import db
from lms.learning.models import ScormAttempt
from lms.learning.rules.scorm import words
from lms.learning.rules.scorm.course import Course, Item, learnt_before
from lms.learning.rules.scorm.tracking import Completion, Score, Success
from lms.publishing import queries as publishing
from lms.publishing.queries import LessonView


@dataclass(frozen=True)
class Standing:
    """How a person stands with a SCO: the last attempt, and the best of all where one was passed or completed."""

    lesson_id: UUID
    attempts: int
    completion: Completion
    success: Success
    score: Score
    total_seconds: float

    @property
    def done(self) -> bool:
        """Whether the SCO said in any attempt that it was gone through."""
        return self.completion is Completion.COMPLETED or self.success is Success.PASSED

    @property
    def words(self) -> str:
        """The status and the score in words."""
        score = words.score(self.score)
        status = words.status(self.completion, self.success)
        return f"{status}，{score}" if score else status


_SCORE = (ScormAttempt.score_scaled, ScormAttempt.score_raw, ScormAttempt.score_min, ScormAttempt.score_max)
_ROWS = select(
    ScormAttempt.registration_id,
    ScormAttempt.lesson_id,
    ScormAttempt.number,
    ScormAttempt.completion,
    ScormAttempt.success,
    ScormAttempt.total_seconds,
    ScormAttempt.completed_at,
    ScormAttempt.passed_at,
    *_SCORE,
)


def standings(registration_id: UUID) -> dict[UUID, Standing]:
    """How a registration stands with each of its SCOs that was ever opened, by lesson."""
    rows = db.session.execute(_ROWS.where(ScormAttempt.registration_id == registration_id))
    return {lesson_id: found for (_, lesson_id), found in _standings(rows).items()}


def standings_of_cohort(cohort_id: UUID) -> dict[tuple[UUID, UUID], Standing]:
    """How the people of a class stand, by (registration, lesson)."""
    return _standings(db.session.execute(_ROWS.where(ScormAttempt.cohort_id == cohort_id)))


def missing_before(registration_id: UUID, lesson: LessonView) -> list[str]:
    """The titles of what must be learnt before a SCO may be opened, by the manifest; empty where it may."""
    version = publishing.version(lesson.version_id)
    found = standings(registration_id)
    items = {
        one.number: Item(one.settings.get("item", ""), one.title, *_status(found.get(one.id)))
        for one in publishing.lessons(lesson.version_id)
    }
    return learnt_before(Course(version.structure, items), lesson.number, lesson.settings)


def _status(standing: Standing | None) -> tuple[Completion, Success, float | None]:
    if standing is None:
        return Completion.NOT_ATTEMPTED, Success.UNKNOWN, None
    return standing.completion, standing.success, standing.score.share


def _standings(rows: Iterable[Any]) -> dict[tuple[UUID, UUID], Standing]:
    by_sco: dict[tuple[UUID, UUID], list[Any]] = {}
    for row in rows:
        by_sco.setdefault((row.registration_id, row.lesson_id), []).append(row)
    return {key: _standing(tries) for key, tries in by_sco.items()}


def _standing(tries: list[Any]) -> Standing:
    """The best attempt stands: one that was passed, else completed, else the last; of equals the later."""
    best = max(tries, key=lambda row: (row.passed_at is not None, row.completed_at is not None, row.number))
    completion = Completion.COMPLETED if best.completed_at else Completion(best.completion)
    success = Success.PASSED if best.passed_at else Success(best.success)
    score = Score(best.score_scaled, best.score_raw, best.score_min, best.score_max)
    seconds = sum(row.total_seconds for row in tries)
    return Standing(best.lesson_id, len(tries), completion, success, score, seconds)
