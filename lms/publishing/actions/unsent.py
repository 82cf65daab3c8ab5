"""What may still change before a version is sent in: its quizzes and its sound tracks. Whatever changes, its hash follows."""

from hashlib import sha256
from uuid import UUID

import msgspec
from sqlalchemy import select

from lms.foundation.database import acting, db
from lms.foundation.errors import Conflict, NotFound
from lms.publishing.checking import CheckedLesson, content_hash
from lms.publishing.models.courses import Lesson, PackageVersion
from lms.publishing.models.variants import LessonSound
from lms.publishing.queries.variants import hash_in
from lms.publishing.rules import State

OPEN = (State.CHECKED, State.RETURNED)
CLOSED = "这一版已经送审，内容不再变。要改，就等退回来，或者上传新的一版"


def unsent(version_id: UUID) -> PackageVersion:
    """A version of the acting clerk's institution that was not sent in, ours until the commit; raises NotFound, Conflict."""
    mine = (PackageVersion.id == version_id, PackageVersion.tenant_id.in_(acting().organisations))
    row = db.session.scalar(select(PackageVersion).where(*mine).with_for_update())
    if row is None:
        raise NotFound()
    if State(row.state) not in OPEN:
        raise Conflict(CLOSED)
    return row


def rehash(version: PackageVersion) -> None:
    """Write the version's hash anew over all that a trainee will see and hear."""
    rows = db.session.scalars(select(Lesson).where(Lesson.version_id == version.id).order_by(Lesson.number)).all()
    checked = tuple(
        CheckedLesson(
            row.number,
            row.title,
            row.kind,
            row.content_hash,
            captions_hash=hash_in(row.captions_key) if row.captions_key else "",
        )
        for row in rows
    )
    whole = content_hash(version.title, checked)
    heard = select(LessonSound.lesson_id, LessonSound.language, LessonSound.key).where(
        LessonSound.version_id == version.id
    )
    numbers = {row.id: row.number for row in rows}
    sounds = sorted([numbers[id], language, key or ""] for id, language, key in db.session.execute(heard))
    version.content_hash = sha256(msgspec.json.encode([whole, sounds])).hexdigest() if sounds else whole
    db.session.flush()
