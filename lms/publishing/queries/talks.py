"""Questions about what reviewer and institution say to each other about the lessons of a version."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from lms.foundation.database import db
from lms.publishing.models.life import ReviewComment, ReviewThread


@dataclass(frozen=True)
class Said:
    """One comment; `side` is who speaks: authority or institution."""

    side: str
    person_id: UUID
    body: str
    created_at: datetime


@dataclass(frozen=True)
class Thread:
    """What is talked about: lesson 0 is the whole."""

    id: UUID
    lesson_number: int
    resolved: bool
    comments: tuple[Said, ...]


def threads_of(version_id: UUID) -> list[Thread]:
    """All threads of a version, by lesson, the oldest first."""
    said: dict[UUID, list[Said]] = {}
    comments = select(ReviewComment).where(ReviewComment.version_id == version_id).order_by(ReviewComment.created_at)
    for row in db.session.scalars(comments):
        said.setdefault(row.thread_id, []).append(Said(row.side, row.person_id, row.body, row.created_at))
    query = select(ReviewThread).where(ReviewThread.version_id == version_id)
    rows = db.session.scalars(query.order_by(ReviewThread.lesson_number, ReviewThread.created_at))
    return [Thread(row.id, row.lesson_number, row.resolved_at is not None, tuple(said.get(row.id, ()))) for row in rows]


def count_open(version_id: UUID) -> int:
    """How many are not settled."""
    query = select(func.count()).select_from(ReviewThread)
    open_ones = (ReviewThread.version_id == version_id, ReviewThread.resolved_at.is_(None))
    return db.session.scalar(query.where(*open_ones)) or 0
