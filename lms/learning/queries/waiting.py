"""Time that waits for a late answer: a presence check was missed and can still be answered."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select

from lms.foundation.database import db
from lms.learning.models import HourLedger, Lease, PresenceCheck, StudySession


@dataclass(frozen=True)
class Waiting:
    """A missed check that may be answered until `cure_until`, the lesson it was put in, and what it took by day; milliseconds."""

    check_id: UUID
    cure_until: datetime
    registration_id: UUID
    lesson_id: UUID
    lesson_title: str
    days: dict[date, int]

    @property
    def taken_ms(self) -> int:
        """All that an answer gives back, where it was not learnt again since."""
        return sum(self.days.values())


def missed_check(person_id: UUID, at: datetime) -> Waiting | None:
    """What waits for a person's late answer; None where nothing does, or it is too late."""
    names = (StudySession.registration_id, StudySession.lesson_id, StudySession.lesson_title)
    query = (
        select(PresenceCheck.id, PresenceCheck.cure_until, *names)
        .join(Lease, Lease.missed_id == PresenceCheck.id)
        .join(StudySession, StudySession.id == PresenceCheck.session_id)
        .where(Lease.person_id == person_id, PresenceCheck.cure_until > at)
    )
    row = db.session.execute(query).first()
    return Waiting(*row, _taken(person_id, row.id)) if row else None


def _taken(person_id: UUID, check_id: UUID) -> dict[date, int]:
    mine = (HourLedger.person_id == person_id, HourLedger.check_id == check_id)
    query = select(HourLedger.day, func.sum(HourLedger.excluded_ms)).where(*mine).group_by(HourLedger.day)
    return {day: int(ms) for day, ms in db.session.execute(query)}
