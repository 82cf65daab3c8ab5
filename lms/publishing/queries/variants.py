"""Questions about what a video lesson can be watched and heard as."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from lms.foundation.database import db
from lms.foundation.jobs import Job
from lms.publishing.models.courses import Lesson
from lms.publishing.models.variants import LessonSound, LessonVariant
from lms.publishing.queries.courses import LessonView
from lms.publishing.rules.ways import SOURCE, Way, in_order

VARIANTS = "publishing.variants"


@dataclass(frozen=True)
class SoundView:
    """A sound track of a lesson; without a key it names the language of the video itself."""

    id: UUID
    lesson_id: UUID
    language: str
    key: str | None
    size_bytes: int
    duration_ms: int
    created_at: datetime


@dataclass(frozen=True)
class Making:
    """How far the making of a lesson's smaller files is; `over` says that nothing more will happen."""

    state: str
    percent: int
    words: str

    @property
    def over(self) -> bool:
        """Whether it is done or given up."""
        return self.state in {"done", "failed"}


def hash_in(key: str) -> str:
    """The hash of the content that a storage key names."""
    return key.rsplit("/", 1)[-1].partition(".")[0]


def ways_of(lesson: LessonView) -> tuple[Way, ...]:
    """Every file that a video lesson can be watched as, the one that was approved among them."""
    query = select(LessonVariant).where(LessonVariant.lesson_id == lesson.id)
    made = [
        Way(row.kind, row.language, hash_in(row.key), row.size_bytes, row.height) for row in db.session.scalars(query)
    ]
    return in_order([Way(SOURCE, "", lesson.content_hash, lesson.size_bytes), *made])


def sounds_of(lesson_ids: Collection[UUID]) -> list[SoundView]:
    """The sound tracks of lessons, in the order in which they came."""
    columns = [getattr(LessonSound, name) for name in SoundView.__dataclass_fields__]
    query = select(*columns).where(LessonSound.lesson_id.in_(lesson_ids)).order_by(LessonSound.created_at)
    return [SoundView(*row) for row in db.session.execute(query)]


def own_language(lesson_id: UUID) -> str | None:
    """The language that the video itself speaks, where somebody said it."""
    own = (LessonSound.lesson_id == lesson_id, LessonSound.key.is_(None))
    return db.session.scalar(select(LessonSound.language).where(*own))


def made_of_content(content_hash: str) -> list[LessonVariant]:
    """What was made already of the very same video, for whichever lesson: the files are the same."""
    same = (LessonVariant.lesson_id == Lesson.id, Lesson.content_hash == content_hash, LessonVariant.language == "")
    rows = db.session.scalars(select(LessonVariant).join(Lesson, same[0]).where(*same[1:]))
    return list({row.kind: row for row in rows}.values())


def has_variants(lesson_id: UUID) -> bool:
    """Whether the smaller files of a lesson are there."""
    return db.session.scalar(select(LessonVariant.id).where(LessonVariant.lesson_id == lesson_id).limit(1)) is not None


def making_of(lesson_ids: Collection[UUID]) -> dict[UUID, Making]:
    """How far the making is, by lesson; those whose turn has not come are not there."""
    keys = {f"{VARIANTS}:{lesson_id}": lesson_id for lesson_id in lesson_ids}
    query = select(Job.key, Job.state, Job.done, Job.of, Job.words).where(Job.key.in_(keys))
    rows = db.session.execute(query)
    return {keys[row.key]: Making(row.state, 100 * row.done // (row.of or 1), row.words) for row in rows}
