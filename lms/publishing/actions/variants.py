"""Smaller files of an approved version's videos are queued and kept; sound tracks are added before it is sent in.

A course plays from its own files at once; what is made later only gives a choice. The lessons of a version are made one
after the other, each job queueing the next, so that a long course does not stand before what people wait for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from lms.foundation import clock, jobs
from lms.foundation.database import acting, db
from lms.foundation.errors import NotFound
from lms.foundation.principal import Principal
from lms.publishing import queries
from lms.publishing.actions.unsent import rehash, unsent
from lms.publishing.models.courses import Lesson
from lms.publishing.models.variants import LessonSound, LessonVariant
from lms.publishing.queries.variants import VARIANTS, has_variants
from lms.publishing.rules.ways import LANGUAGES

_MACHINE = Principal.system_of("media")


@dataclass(frozen=True)
class NewVariant:
    """A file that was made of a lesson's video and lies in the storage."""

    kind: str
    language: str
    key: str
    size_bytes: int
    bitrate: int
    height: int


def begin(version_id: UUID) -> None:
    """Queue the making of the first video's smaller files; each job queues the next. Nothing where all are there."""
    _queue_next(version_id, after=0)


def keep(lesson: queries.LessonView, made: Sequence[NewVariant]) -> None:
    """Write what was made of a lesson, once, and queue the next lesson's."""
    place = {"tenant_id": lesson.tenant_id, "version_id": lesson.version_id, "lesson_id": lesson.id}
    for one in made:
        values = {name: getattr(one, name) for name in NewVariant.__dataclass_fields__}
        row = insert(LessonVariant).values(id=uuid4(), created_at=clock.now(), **place, **values)
        db.session.execute(row.on_conflict_do_nothing())
    _queue_next(lesson.version_id, after=lesson.number)


def add_sound(lesson: queries.LessonView, language: str, key: str, size_bytes: int, duration_ms: int) -> None:
    """Put a sound track to a lesson of a version that was not sent in; a second one in a language takes the first's place."""
    _write_sound(lesson, language, key, size_bytes, duration_ms)


def name_own_sound(lesson: queries.LessonView, language: str) -> None:
    """Say in which language the video itself speaks."""
    db.session.execute(delete(LessonSound).where(LessonSound.lesson_id == lesson.id, LessonSound.key.is_(None)))
    _write_sound(lesson, language, None, 0, 0)


def remove_sound(version_id: UUID, sound_id: UUID) -> None:
    """Take a sound track away from a version that was not sent in; raises NotFound."""
    version = unsent(version_id)
    gone = delete(LessonSound).where(LessonSound.id == sound_id, LessonSound.version_id == version_id)
    if not db.session.execute(gone).rowcount:  # type: ignore[attr-defined]
        raise NotFound()
    rehash(version)


def copy_sounds(old_version_id: UUID, new_version_id: UUID) -> None:
    """Give a copied version the sound tracks of the old one, lesson by lesson; the files are the same."""
    query = select(Lesson.number, LessonSound).join(Lesson, Lesson.id == LessonSound.lesson_id)
    heard = db.session.execute(query.where(LessonSound.version_id == old_version_id)).all()
    if not heard:
        return
    lessons = db.session.scalars(select(Lesson).where(Lesson.version_id == new_version_id))
    by_number = {lesson.number: lesson for lesson in lessons}
    for number, old in heard:
        new = by_number[number]
        kept = {name: getattr(old, name) for name in ("language", "key", "size_bytes", "duration_ms", "added_by")}
        place = {"tenant_id": new.tenant_id, "version_id": new_version_id, "lesson_id": new.id}
        db.session.add(LessonSound(**place, **kept))
    db.session.flush()


def _write_sound(lesson: queries.LessonView, language: str, key: str | None, size_bytes: int, duration_ms: int) -> None:
    if language not in LANGUAGES:
        raise NotFound()
    version = unsent(lesson.version_id)
    db.session.execute(delete(LessonSound).where(LessonSound.lesson_id == lesson.id, LessonSound.language == language))
    place = {"tenant_id": lesson.tenant_id, "version_id": lesson.version_id, "lesson_id": lesson.id}
    figures = {"key": key, "size_bytes": size_bytes, "duration_ms": duration_ms}
    db.session.add(LessonSound(language=language, added_by=acting().person(), **place, **figures))
    db.session.flush()
    rehash(version)


def _queue_next(version_id: UUID, after: int) -> None:
    later = (
        Lesson.version_id == version_id,
        Lesson.kind == "video",
        Lesson.media_key.is_not(None),
        Lesson.number > after,
    )
    for lesson in db.session.scalars(select(Lesson).where(*later).order_by(Lesson.number)):
        if not has_variants(lesson.id):
            body = {"lesson_id": str(lesson.id)}
            title = f"生成第 {lesson.number} 课的省流量版"
            jobs.enqueue(
                VARIANTS, body, key=str(lesson.id), title=title, tenant_id=lesson.tenant_id, principal=_MACHINE
            )
            return
