"""What reviewer and institution say to each other about a lesson: begin, answer, settle. Actions flush; the door commits."""

from uuid import UUID, uuid4

from sqlalchemy import func, select

from lms.foundation import clock
from lms.foundation.database import acting, db
from lms.foundation.errors import Conflict, NotFound, Refused, TooMany
from lms.publishing.models.courses import Lesson, PackageVersion
from lms.publishing.models.life import ReviewComment, ReviewThread
from lms.publishing.queries import courses as queries
from lms.publishing.rules import State

AUTHORITY, INSTITUTION = "authority", "institution"
MOST_WORDS = 1000
MOST_COMMENTS = 2000  # of a version
# While it is looked at and mended; what is approved or was never sent in is not talked about.
OPEN = frozenset({State.SUBMITTED, State.RETURNED})


def begin(version_id: UUID, lesson_number: int, body: str) -> UUID:
    """The reviewer says something about a lesson (0: about the whole); gives the thread's id."""
    version = _talked_about(version_id)
    if lesson_number and not _has_lesson(version_id, lesson_number):
        raise NotFound()
    thread = ReviewThread(id=uuid4(), version_id=version_id, lesson_number=lesson_number, **_place(version))
    db.session.add(thread)
    db.session.flush()
    _say(version, thread.id, AUTHORITY, body)
    return thread.id


def answer(version_id: UUID, thread_id: UUID, side: str, body: str) -> None:
    """Say something in a thread; what was settled is open again."""
    version = _talked_about(version_id)
    thread = _thread(version_id, thread_id)
    thread.resolved_at, thread.resolved_by = None, None
    _say(version, thread_id, side, body)


def resolve(version_id: UUID, thread_id: UUID) -> None:
    """The reviewer is satisfied."""
    _talked_about(version_id)
    thread = _thread(version_id, thread_id)
    if thread.resolved_at is None:
        thread.resolved_at, thread.resolved_by = clock.now(), acting().person()
    db.session.flush()


def _talked_about(version_id: UUID) -> PackageVersion:
    row = queries.locked_row(version_id)
    if row.state not in OPEN:
        raise Conflict("这一版现在不在审核，看看它最新的情况")
    return row


def _thread(version_id: UUID, thread_id: UUID) -> ReviewThread:
    query = select(ReviewThread).where(ReviewThread.id == thread_id, ReviewThread.version_id == version_id)
    found: ReviewThread | None = db.session.scalar(query.with_for_update())
    if found is None:
        raise NotFound()
    return found


def _has_lesson(version_id: UUID, number: int) -> bool:
    query = select(Lesson.id).where(Lesson.version_id == version_id, Lesson.number == number)
    return db.session.scalar(query) is not None


def _say(version: PackageVersion, thread_id: UUID, side: str, body: str) -> None:
    body = body.strip()
    if not body or len(body) > MOST_WORDS:
        raise Refused(f"写一句话，最多 {MOST_WORDS} 个字", field="body")
    own = select(func.count()).select_from(ReviewComment).where(ReviewComment.version_id == version.id)
    if (db.session.scalar(own) or 0) >= MOST_COMMENTS:
        raise TooMany("这一版的意见太多了，退回去，改好再送一版")
    said = {"thread_id": thread_id, "person_id": acting().person(), "side": side, "body": body}
    db.session.add(ReviewComment(version_id=version.id, created_at=clock.now(), **said, **_place(version)))
    db.session.flush()


def _place(version: PackageVersion) -> dict[str, object]:
    return {"tenant_id": version.tenant_id, "region_code": version.region_code, "plan_code": version.plan_code}
