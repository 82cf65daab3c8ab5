"""A sign of life is written: raw as it came, the rows of the ledger, and the working state, in one statement."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from lms.foundation.database import at_once, db
from lms.foundation.principal import Principal
from lms.learning.actions import leases, sealing
from lms.learning.actions.working import Judged, Work
from lms.learning.rules.hours import Part
from lms.learning.rules.ledger import Flag, LedgerRow
from lms.learning.rules.stretches import reach

SALT_BYTES = 16
_MOVED = (
    "last_at",
    "last_seq",
    "observed_seq",
    "position_ms",
    "segment_from_ms",
    "segment_to_ms",
    "ended_at",
    "place",
    "place_at",
    "hidden",
)
# Nobody else writes for this person meanwhile: the lease's version says so (0022).
_WRITE = "select study_write(%(person)s, %(version)s, %(given)s::jsonb)"
_WRITE_AS = "select study_write_as(%(person)s, %(version)s, %(given)s::jsonb)"
_json = msgspec.json.Encoder()


@dataclass(frozen=True)
class Raw:
    """A beat as it is kept: its number, its id and its text."""

    seq: int
    id: UUID
    body: str


@dataclass(frozen=True)
class Moved:
    """Where the session stands after it; see models.StudySession."""

    last_at: datetime
    last_seq: int
    observed_seq: int
    position_ms: int
    segment_from_ms: int | None
    segment_to_ms: int | None
    ended_at: datetime | None
    place: str
    place_at: datetime | None
    hidden: bool

    @classmethod
    def of(cls, session: Any) -> "Moved":
        """Where the session stands now."""
        return cls(**{name: getattr(session, name) for name in _MOVED})


@dataclass(frozen=True)
class Change:
    """All that a sign of life changes; `judged` is None where content and misses stay as they were."""

    beats: Sequence[Raw]
    rows: Sequence[LedgerRow]
    judged: Judged | None
    moved: Moved
    held: leases.Held


def write(work: Work, change: Change) -> None:
    """Write it in the transaction under way, under the lock."""
    db.session.connection().exec_driver_sql(_WRITE, values(work, change))


def write_at_once(principal: Principal, work: Work, change: Change) -> bool:
    """Write it as a transaction of its own; False where somebody was quicker, and then nothing is written."""
    return bool(at_once(principal, _WRITE_AS, values(work, change))[0][0])


def values(work: Work, change: Change) -> dict[str, Any]:
    """The arguments of study_write() (0022): person, version, and what is given as a JSON text."""
    session, person_id = work.session, work.held.person_id
    whose = {"session_id": session.id, "person_id": person_id, "received_at": work.at}
    given: dict[str, Any] = {
        "lease": {name: getattr(change.held, name) for name in leases.CHANGING},
        "beats": [{**whose, "seq": beat.seq, "id": beat.id, "body": beat.body} for beat in change.beats],
        "rows": [sealing.sealed(row) for row in change.rows],
        "session": {"id": session.id, **{name: getattr(change.moved, name) for name in _MOVED}},
    }
    if change.judged:
        given["coverage"] = _coverage(person_id, session.content_hash, change.judged)
    return {"person": person_id, "version": work.held.version, "given": _json.encode(given).decode()}


def _coverage(person_id: UUID, content_hash: str, judged: Judged) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "content_hash": content_hash,
        "stretches": judged.covered,
        "misses": [[miss.start_ms, miss.end_ms, miss.reason] for miss in judged.misses],
        "places": judged.spent,
        "credited_ms": judged.credited_ms,
        "online_ms": judged.online_ms,
    }


def row_of(work: Work, seq: int, part: Part, ip: str, flag: Flag | None) -> LedgerRow:
    """What the ledger says of a part of an interval."""
    session, ends = work.session, reach(part.counted)
    several = len(part.counted) > 1
    return LedgerRow(
        id=0,
        person_id=session.person_id,
        registration_id=session.registration_id,
        cohort_id=session.cohort_id,
        tenant_id=session.tenant_id,
        region_code=session.region_code,
        plan_code=session.plan_code,
        lesson_id=session.lesson_id,
        session_id=session.id,
        seq=seq,
        content_hash=session.content_hash,
        day=part.day,
        started_at=part.started_at,
        ended_at=part.ended_at,
        device=session.device,
        ip=ip,
        ip_salt=os.urandom(SALT_BYTES),
        from_ms=ends[0] if ends else None,
        to_ms=ends[1] if ends else None,
        claimed_ms=part.claimed_ms,
        observed_ms=part.observed_ms,
        credited_ms=part.credited_ms,
        excluded_ms=part.excluded_ms,
        reason=None if part.reason is None else str(part.reason),
        policy_id=work.policy.id,
        policy_hash=work.policy.hash,
        corrects_id=None,
        correction_no=None,
        created_at=work.at,
        place=part.place,
        counted=[list(stretch) for stretch in part.counted] if several else None,
        flag=flag,
    )
