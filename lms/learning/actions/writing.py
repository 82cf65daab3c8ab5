"""A sign of life is written: raw as it came, the rows of the ledger, and the working state, in one statement."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from lms.foundation.database import db
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
# Every beat runs it. Nobody else writes for this person meanwhile: the lease is locked.
_WRITE = f"""with kept as (
  insert into beat (session_id, person_id, received_at, seq, id, body)
  select %(session)s, %(person)s, %(at)s, * from unnest(%(seqs)s::int[], %(ids)s::uuid[], %(bodies)s::text[])),
added as ({sealing.ADD}),
covered as (
  insert into coverage (person_id, content_hash, stretches, misses, places, credited_ms, online_ms)
  select %(person)s, %(content)s, %(stretches)s::jsonb, %(misses)s::jsonb, %(spent)s::jsonb, %(credited)s, %(online)s
  where %(covers)s
  on conflict (person_id, content_hash) do update set stretches = excluded.stretches, misses = excluded.misses,
    places = excluded.places, credited_ms = excluded.credited_ms, online_ms = excluded.online_ms),
moved as (update study_session set {", ".join(f"{name} = %(s_{name})s" for name in _MOVED)} where id = %(session)s)
{leases.MOVE}"""  # noqa: S608 - names of our own columns
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


def write(
    work: Work, beats: Sequence[Raw], rows: Sequence[LedgerRow], judged: Judged | None, moved: Moved, held: leases.Held
) -> None:
    """Write all that a sign of life changes; `judged` is None where content and misses stay as they were."""
    session = work.session
    covers = judged is not None
    values = {
        "session": session.id,
        "at": work.at,
        "seqs": [beat.seq for beat in beats],
        "ids": [beat.id for beat in beats],
        "bodies": [beat.body for beat in beats],
        "rows": sealing.sealed(rows),
        "covers": covers,
        "content": session.content_hash,
        "stretches": _json.encode(judged.covered).decode() if judged else "[]",
        "misses": _misses(judged) if judged else "[]",
        "spent": _json.encode(judged.spent).decode() if judged else "{}",
        "credited": judged.credited_ms if judged else 0,
        "online": judged.online_ms if judged else 0,
        **{f"s_{name}": getattr(moved, name) for name in _MOVED},
        **leases.values(held),
    }
    db.session.connection().exec_driver_sql(_WRITE, values)


def _misses(judged: Judged) -> str:
    return _json.encode([[miss.start_ms, miss.end_ms, miss.reason] for miss in judged.misses]).decode()


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
