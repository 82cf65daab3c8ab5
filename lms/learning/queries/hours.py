"""A person's hours: days, courses, and the time that did not count, all from the ledger."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import case, func, select

from lms.foundation.database import db
from lms.learning.models import Coverage, HourLedger, StudySession
from lms.learning.rules.reasons import CURABLE, NO_LOSS, Reason


@dataclass(frozen=True)
class DayTotal:
    """A Shanghai day in milliseconds: what counts, what was lost (not what was only watched again), what waits to be confirmed."""

    day: date
    credited_ms: int = 0
    lost_ms: int = 0
    waiting_ms: int = 0

    @property
    def online_ms(self) -> int:
        """All that was played."""
        return self.credited_ms + self.lost_ms + self.waiting_ms

    def with_waiting(self, held_ms: int, taken_ms: int) -> "DayTotal":
        """The same day with what waits apart: of what was credited what is on hold, of what was lost what an answer gives back."""
        credited_ms, lost_ms = self.credited_ms - held_ms, max(0, self.lost_ms - taken_ms)
        return DayTotal(self.day, credited_ms, lost_ms, held_ms + taken_ms)


_NO_LOSS = [str(reason) for reason in NO_LOSS]
# What two people have added since is no loss any more.
_LOST = case(
    (HourLedger.corrects_id.is_not(None), -HourLedger.credited_ms),
    (HourLedger.reason.in_(_NO_LOSS), 0),
    else_=HourLedger.excluded_ms,
)


def day_totals(person_id: UUID, first: date, last: date) -> list[DayTotal]:
    """Every day from the first to the last, also those on which nothing was learnt."""
    query = (
        select(HourLedger.day, func.sum(HourLedger.credited_ms), func.sum(_LOST))
        .where(HourLedger.person_id == person_id, HourLedger.day.between(first, last))
        .group_by(HourLedger.day)
    )
    found = {day: DayTotal(day, int(credited), int(lost)) for day, credited, lost in db.session.execute(query)}
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [found.get(day, DayTotal(day)) for day in days]


def credited_by_registration(person_id: UUID) -> dict[UUID, int]:
    """Credited milliseconds by registration: what the ledger says of each class."""
    query = (
        select(HourLedger.registration_id, func.sum(HourLedger.credited_ms))
        .where(HourLedger.person_id == person_id)
        .group_by(HourLedger.registration_id)
    )
    return {registration_id: int(ms) for registration_id, ms in db.session.execute(query)}


@dataclass(frozen=True)
class Uncounted:
    """Time of one day and lesson that did not count for one reason; `mended` when it was watched again since."""

    day: date
    started_at: datetime
    registration_id: UUID
    lesson_id: UUID
    lesson_title: str
    reason: Reason
    lost_ms: int
    from_ms: int | None
    mended: bool

    @property
    def curable(self) -> bool:
        """Whether watching again is the way out, and is still to be done."""
        return self.reason in CURABLE and not self.mended and self.from_ms is not None


def uncounted(
    person_id: UUID, since: date, *, but: UUID | None = None, at_least_ms: int = 10_000, limit: int = 20
) -> list[Uncounted]:
    """What did not count since a day, newest first; without what the check `but` took, which can still be answered."""
    lost = func.sum(HourLedger.excluded_ms)
    query = (
        select(
            HourLedger.day,
            func.min(HourLedger.started_at),
            HourLedger.registration_id,
            HourLedger.lesson_id,
            HourLedger.reason,
            lost,
            HourLedger.content_hash,
            func.max(StudySession.lesson_title),
        )
        .join(StudySession, StudySession.id == HourLedger.session_id)
        .where(HourLedger.person_id == person_id, HourLedger.day >= since, HourLedger.excluded_ms > 0)
        .where(HourLedger.reason.not_in(_NO_LOSS), *([HourLedger.check_id.is_distinct_from(but)] if but else []))
        .group_by(
            HourLedger.day,
            HourLedger.registration_id,
            HourLedger.lesson_id,
            HourLedger.reason,
            HourLedger.content_hash,
        )
        .having(lost >= at_least_ms)
        .order_by(HourLedger.day.desc(), func.min(HourLedger.started_at).desc())
        .limit(limit)
    )
    rows = db.session.execute(query).all()
    open_misses = _open_misses(person_id, {row[6] for row in rows})
    return [_uncounted(row, open_misses) for row in rows]


def _open_misses(person_id: UUID, hashes: set[str]) -> dict[tuple[str, str], int]:
    """Where the first miss of each content and reason begins that was not watched again."""
    query = select(Coverage.content_hash, Coverage.misses)
    rows = db.session.execute(query.where(Coverage.person_id == person_id, Coverage.content_hash.in_(hashes)))
    found: dict[tuple[str, str], int] = {}
    for content_hash, misses in rows:
        for start, _end, reason in misses:
            found.setdefault((content_hash, reason), start)
    return found


def _uncounted(row: tuple, open_misses: dict[tuple[str, str], int]) -> Uncounted:
    day, started_at, registration_id, lesson_id, reason, lost_ms, content_hash, title = row
    from_ms = open_misses.get((content_hash, reason))
    mended = from_ms is None and Reason(reason) in CURABLE
    return Uncounted(day, started_at, registration_id, lesson_id, title, Reason(reason), int(lost_ms), from_ms, mended)
