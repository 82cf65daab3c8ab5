"""One live lesson per person over all devices, and the lock under everything that credits time to somebody."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from lms.foundation import clock
from lms.foundation.database import db
from lms.plans.rules import HourPolicy

MISSED_BEATS = 2
A_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Held:
    """A person's lease as it was when it was locked; see models.Lease."""

    person_id: UUID
    session_id: UUID | None
    held_until: datetime | None
    counted_until: datetime | None
    day: date
    day_ms: int
    last_at: datetime | None
    unproved_ms: int
    check_after_ms: int | None
    proved_at: datetime | None
    check_id: UUID | None
    missed_id: UUID | None
    version: int

    @classmethod
    def of(cls, row: Any) -> "Held":
        """The lease as study_read() brings it along."""
        rest = {name: getattr(row, name) for name in NAMES if name not in _APART}
        return cls(session_id=row.l_session_id, last_at=row.l_last_at, **rest)

    def is_live(self, at: datetime) -> bool:
        """Whether a device has been heard of within two beats."""
        return self.session_id is not None and self.held_until is not None and self.held_until > at

    def allows(self, session_id: UUID, at: datetime) -> bool:
        """Whether a session may be credited: it holds the lease, or nobody does any more."""
        return self.session_id == session_id or not self.is_live(at)

    def now(self) -> datetime:
        """The moment that what comes next is judged at: whole milliseconds, but always later than the last."""
        at = whole_milliseconds(clock.now())
        return at if self.last_at is None or at > self.last_at else self.last_at + A_MICROSECOND


NAMES = tuple(Held.__dataclass_fields__)
CHANGING = tuple(name for name in NAMES if name not in {"person_id", "version"})
_APART = frozenset({"session_id", "last_at"})
# Driver SQL: every beat runs them.
_LOCK = f"update lease set version = version + 1 where person_id = %(person)s returning {', '.join(NAMES)}"  # noqa: S608 - our own columns
_MAKE = "insert into lease (person_id, day, day_ms) values (%(person)s, %(today)s, 0) on conflict do nothing"
MOVE = f"update lease set {', '.join(f'{name} = %({name})s' for name in CHANGING)} where person_id = %(person)s"  # noqa: S608 - names of our own columns


def lock(person_id: UUID) -> Held:
    """Lock a person's lease until the transaction ends; it is made when it is first asked for."""
    line = db.session.connection()
    row = line.exec_driver_sql(_LOCK, {"person": person_id}).first()
    if row is None:
        line.exec_driver_sql(_MAKE, {"person": person_id, "today": clock.today()})
        row = line.exec_driver_sql(_LOCK, {"person": person_id}).one()
    return Held(*row)


def grant(held: Held, session_id: UUID, at: datetime, policy: HourPolicy) -> Held:
    """Give the locked lease to a session, whoever held it."""
    return keep(replace(held, session_id=session_id, held_until=until(at, policy), last_at=at))


def until(at: datetime, policy: HourPolicy) -> datetime:
    """How long a lease is held without a beat."""
    return at + timedelta(seconds=MISSED_BEATS * policy.beat_interval_s)


def keep(held: Held) -> Held:
    """Write what has become of a locked lease."""
    db.session.connection().exec_driver_sql(MOVE, values(held))
    return held


def values(held: Held) -> dict[str, object]:
    """What the lease is written with."""
    return {**{name: getattr(held, name) for name in CHANGING}, "person": held.person_id}


def whole_milliseconds(moment: datetime) -> datetime:
    """Cut a moment to the millisecond, so that intervals add up to the whole."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
