"""The working state of a study session, read under the person's lock: the session, and what its content has earned."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.dialects.postgresql import insert

from lms.config import settings
from lms.foundation.database import db
from lms.foundation.errors import NotFound
from lms.learning.models import Coverage, StudySession
from lms.learning.rules.hours import Timeline
from lms.learning.rules.misses import Miss, Misses
from lms.learning.rules.reasons import Reason
from lms.learning.rules.statements import Scene
from lms.learning.rules.stretches import Stretches, length, tidy

_COLUMNS = list(StudySession.__table__.columns)


@dataclass(frozen=True)
class Current:
    """A session with the coverage of its content."""

    session: Any
    covered: Stretches
    misses: Misses

    @property
    def lesson(self) -> Timeline:
        """Length and approved time as they were when the session began."""
        return Timeline(self.session.length_ms, self.session.approved_ms)

    @property
    def scene(self) -> Scene:
        """What its statements share."""
        return scene_of(self.session)


def load(session_id: UUID, person_id: UUID) -> Current:
    """Read a session of this very person, after the lease is locked; raises NotFound."""
    mine = and_(Coverage.person_id == StudySession.person_id, Coverage.content_hash == StudySession.content_hash)
    query = (
        select(*_COLUMNS, Coverage.stretches, Coverage.misses)
        .outerjoin(Coverage, mine)
        .where(StudySession.id == session_id, StudySession.person_id == person_id)
    )
    row = db.session.execute(query).first()
    if row is None:
        raise NotFound()
    return Current(row, tidy(row.stretches or ()), misses_of(row.misses))


def misses_of(rows: list[Any] | None) -> Misses:
    """Read the misses as the table keeps them."""
    return tuple(Miss(start, end, Reason(reason)) for start, end, reason in rows or ())


def scene_of(session: Any) -> Scene:
    """What the statements of a session share."""
    return Scene(
        origin=settings().app_origin,
        person_id=session.person_id,
        registration_id=session.registration_id,
        cohort_id=session.cohort_id,
        version_id=session.version_id,
        lesson_id=session.lesson_id,
        lesson_title=session.lesson_title,
        session_id=session.id,
        length_ms=session.length_ms,
    )


def keep_coverage(person_id: UUID, content_hash: str, covered: Stretches, misses: Misses) -> None:
    """Write what a person has been credited in a content, and what was missed."""
    values = {
        "stretches": [list(stretch) for stretch in covered],
        "misses": [[miss.start_ms, miss.end_ms, str(miss.reason)] for miss in misses],
        "credited_ms": length(covered),
    }
    row = insert(Coverage.__table__).values(person_id=person_id, content_hash=content_hash, **values)
    db.session.execute(row.on_conflict_do_update(index_elements=["person_id", "content_hash"], set_=values))


def whole_milliseconds(moment: datetime) -> datetime:
    """Cut a moment to the millisecond, so that intervals add up to the whole."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
