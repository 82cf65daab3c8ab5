"""The lease: one live lesson per person over all devices, and the lock under everything that credits time to somebody."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from lms.foundation import clock
from lms.foundation.database import db
from lms.learning.models import Lease
from lms.plans.rules import HourPolicy

MISSED_BEATS = 2


@dataclass(frozen=True)
class Held:
    """A person's lease as it was when it was locked; see models.Lease."""

    person_id: UUID
    session_id: UUID | None
    held_until: datetime | None
    counted_until: datetime | None
    day: date
    day_ms: int

    def is_live(self, at: datetime) -> bool:
        """Whether a device has been heard of within two beats."""
        return self.session_id is not None and self.held_until is not None and self.held_until > at

    def allows(self, session_id: UUID, at: datetime) -> bool:
        """Whether a session may be credited: it holds the lease, or nobody does any more."""
        return self.session_id == session_id or not self.is_live(at)


LEASE = Lease.__table__
# Built once: every beat runs them.
_LOCK = select(*(LEASE.c[name] for name in Held.__dataclass_fields__)).where(LEASE.c.person_id == bindparam("person"))
_LOCK = _LOCK.with_for_update()
_KEEP = update(LEASE).where(LEASE.c.person_id == bindparam("person"))
_KEEP = _KEEP.values({name: bindparam(name) for name in Held.__dataclass_fields__ if name != "person_id"})


def lock(person_id: UUID) -> Held:
    """Lock a person's lease until the transaction ends; it is made when it is first asked for."""
    row = db.session.execute(_LOCK, {"person": person_id}).first()
    if row is None:
        db.session.execute(
            insert(LEASE).values(person_id=person_id, day=clock.today(), day_ms=0).on_conflict_do_nothing()
        )
        row = db.session.execute(_LOCK, {"person": person_id}).one()
    return Held(*row)


def grant(held: Held, session_id: UUID, at: datetime, policy: HourPolicy) -> None:
    """Give the locked lease to a session, whoever held it."""
    keep(replace(held, session_id=session_id, held_until=until(at, policy)))


def until(at: datetime, policy: HourPolicy) -> datetime:
    """How long a lease is held without a beat."""
    return at + timedelta(seconds=MISSED_BEATS * policy.beat_interval_s)


def keep(held: Held) -> None:
    """Write what has become of a locked lease."""
    values = {name: getattr(held, name) for name in Held.__dataclass_fields__ if name != "person_id"}
    db.session.execute(_KEEP, {**values, "person": held.person_id})
