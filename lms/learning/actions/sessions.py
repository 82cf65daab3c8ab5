"""The working state of a study session, read under the person's lock: the session, and what its content has earned."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, select
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

SESSION, COVERAGE = StudySession.__table__, Coverage.__table__
# Built once: every beat runs them.
_LOAD = (
    select(*SESSION.c, COVERAGE.c.stretches, COVERAGE.c.misses)
    .outerjoin(
        COVERAGE, and_(COVERAGE.c.person_id == SESSION.c.person_id, COVERAGE.c.content_hash == SESSION.c.content_hash)
    )
    .where(SESSION.c.id == bindparam("session"), SESSION.c.person_id == bindparam("person"))
)
_KEEP = insert(COVERAGE)
_KEEP = _KEEP.on_conflict_do_update(
    index_elements=["person_id", "content_hash"],
    set_={name: _KEEP.excluded[name] for name in ("stretches", "misses", "credited_ms")},
)


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
    row = db.session.execute(_LOAD, {"session": session_id, "person": person_id}).first()
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
        "person_id": person_id,
        "content_hash": content_hash,
        "stretches": [list(stretch) for stretch in covered],
        "misses": [[miss.start_ms, miss.end_ms, str(miss.reason)] for miss in misses],
        "credited_ms": length(covered),
    }
    db.session.execute(_KEEP, values)


def whole_milliseconds(moment: datetime) -> datetime:
    """Cut a moment to the millisecond, so that intervals add up to the whole."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
