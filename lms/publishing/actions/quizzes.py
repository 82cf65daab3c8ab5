"""The quizzes of a version that was not sent in yet, written in the browser. Actions flush; the door commits."""

from hashlib import sha256
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from courses.course import Quiz
from lms.foundation.database import db
from lms.foundation.errors import Conflict, NotFound
from lms.publishing.actions.unsent import rehash, unsent
from lms.publishing.models.courses import Lesson

QUICKER = "这份小测验刚才已经改过了，刷新看看最新的题再改"


def write(version_id: UUID, lesson_id: UUID, quiz: Quiz, seen: str) -> None:
    """Put a quiz in the place of the one that was seen (its hash); raises NotFound, Conflict when somebody was quicker."""
    version = unsent(version_id)
    mine = (Lesson.id == lesson_id, Lesson.version_id == version_id, Lesson.kind == "quiz")
    lesson = db.session.scalar(select(Lesson).where(*mine).with_for_update())
    if lesson is None:
        raise NotFound()
    if lesson.content_hash != seen:
        raise Conflict(QUICKER)
    lesson.quiz, lesson.content_hash = quiz.as_json(), hash_of(quiz)
    db.session.flush()
    rehash(version)


def add(version_id: UUID, title: str, quiz: Quiz) -> UUID:
    """A quiz as the last lesson of a version; gives the lesson's id."""
    version = unsent(version_id)
    last = db.session.scalar(select(func.coalesce(func.max(Lesson.number), 0)).where(Lesson.version_id == version_id))
    place = {name: getattr(version, name) for name in ("tenant_id", "region_code", "plan_code")}
    row = Lesson(
        version_id=version_id,
        number=(last or 0) + 1,
        title=title,
        kind="quiz",
        content_hash=hash_of(quiz),
        quiz=quiz.as_json(),
        **place,
    )
    db.session.add(row)
    db.session.flush()
    rehash(version)
    return row.id


def hash_of(quiz: Quiz) -> str:
    """The hash of a quiz: the same for the same questions however they were written down."""
    return sha256(msgspec.json.encode(quiz.as_json(), order="sorted")).hexdigest()
