"""A delivery of beats: kept raw as it came, credited once by the rule, answered with what counts and why not more.

One short transaction. The person's lease is locked first, so all that credits time to one person stands in line.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select, text, update

from lms.cohorts import queries as cohorts
from lms.foundation import clock, evidence
from lms.foundation.database import db
from lms.foundation.errors import Conflict
from lms.learning.actions import leases, sessions, telling
from lms.learning.actions.completing import complete
from lms.learning.models import Beat, HourLedger, StudySession
from lms.learning.rules import misses as missed
from lms.learning.rules import statements
from lms.learning.rules.answers import Answer
from lms.learning.rules.deliveries import Delivery, Sent, played, sort_out
from lms.learning.rules.hours import Accrual, Earned, Interval, Part, Standing, accrue, obstacle
from lms.learning.rules.ledger import KIND, LedgerRow, leaf_content
from lms.learning.rules.misses import Misses
from lms.learning.rules.reasons import Reason
from lms.learning.rules.segments import Why, follow
from lms.learning.rules.stretches import NOTHING, Stretches, length, reach, union
from lms.lrs import actions as lrs
from lms.plans import actions as plan_actions
from lms.plans import queries as plans
from lms.plans.rules import HourPolicy

# Plain tables and statements built once: the path of every beat pays for no objects that it does not use.
BEAT, LEDGER, SESSION = Beat.__table__, HourLedger.__table__, StudySession.__table__
_KEEP_RAW = text(
    "insert into beat (session_id, person_id, received_at, seq, id, body)"
    " select :session, :person, :at, * from unnest(cast(:seqs as int[]), cast(:ids as uuid[]), cast(:bodies as text[]))"
    " on conflict (session_id, seq) do nothing returning seq"
)
_ADD_ROW = insert(LEDGER).inline()
_MOVE = update(SESSION).where(SESSION.c.id == bindparam("session"))
_MOVED = ("last_at", "last_seq", "position_ms", "segment_from_ms", "segment_to_ms", "ended_at")
_MOVE = _MOVE.values({name: bindparam(name) for name in _MOVED})
_COLUMNS = tuple(name for name in LedgerRow.__slots__ if name not in {"id", "leaf_id", "leaf_hash"})

SALT_BYTES = 16


@dataclass(frozen=True)
class _Work:
    """What a delivery is judged by, all read under the person's lock."""

    at: datetime
    held: leases.Held
    current: sessions.Current
    policy: HourPolicy
    standing: Standing

    @property
    def session(self) -> Any:
        """The session's row."""
        return self.current.session

    @property
    def earned(self) -> Earned:
        """What the person has earned in this content, and on the day."""
        return Earned(self.current.covered, self.held.day, self.held.day_ms)


def record(person_id: UUID, session_id: UUID, beats: Sequence[Sent], ip: str) -> Answer:
    """Take in a delivery of beats of the person's own session.

    The same beat again gives the same answer and earns nothing. Raises NotFound for a session that is not theirs,
    Conflict where a number was used by another beat.
    """
    at = sessions.whole_milliseconds(clock.now())
    held = leases.lock(person_id)
    current = sessions.load(session_id, person_id)
    work = _prepare(held, current, at)
    fresh = _keep_raw(work, beats)
    if not fresh:
        return _same_answer(work, beats)
    overtaken, onward = sort_out(fresh, current.session.last_seq)
    if overtaken:
        answer = _write(work, overtaken, replace(work.standing, in_order=False), ip)
    if onward:
        answer = _go_on(work, onward, ip)
    return answer


def _prepare(held: leases.Held, current: sessions.Current, at: datetime) -> _Work:
    session = current.session
    today = clock.local(at).date()
    policy = plans.hour_policy(session.programme_code, today, session.region_code)
    if policy.id != session.policy_id:
        plan_actions.remember(policy)
    is_open = cohorts.is_open_now(session.cohort_id, today)
    standing = Standing(class_open=is_open, holds_lease=held.allows(session.id, at))
    return _Work(at, held, current, policy, standing)


def _keep_raw(work: _Work, beats: Sequence[Sent]) -> list[Sent]:
    """Keep the beats as they came; return those that were not here before."""
    values = {"session": work.session.id, "person": work.session.person_id, "at": work.at}
    values |= {"seqs": [b.seq for b in beats], "ids": [b.id for b in beats], "bodies": [b.body for b in beats]}
    fresh = set(db.session.scalars(_KEEP_RAW, values))
    known = [beat for beat in beats if beat.seq not in fresh]
    if known:
        _refuse_other(work.session.id, known)
    return [beat for beat in beats if beat.seq in fresh]


def _refuse_other(session_id: UUID, known: Sequence[Sent]) -> None:
    """A number of a session belongs to one beat for ever."""
    query = select(Beat.seq, Beat.id).where(Beat.session_id == session_id, Beat.seq.in_([beat.seq for beat in known]))
    ids = {row.seq: row.id for row in db.session.execute(query)}
    if any(ids[beat.seq] != beat.id for beat in known):
        raise Conflict("这条学习记录的序号已经用过了，刷新这一页接着学", code="seq_taken")


def _go_on(work: _Work, delivery: Delivery, ip: str) -> Answer:
    """Credit beats that go on from the last one, and move the session, the lease and the coverage with them."""
    why, session = delivery.beats[-1].why, work.session
    accrual = _accrue(work, delivery, work.standing)
    answer = _write(work, delivery, work.standing, ip, accrual)
    place_ms = min(delivery.beats[-1].position_ms, session.length_ms)
    followed = follow(telling.running(work.current), played(delivery.beats, session.length_ms))
    told = telling.going_on(work.current, followed, why, place_ms, answer.covered, work.at)
    _move_session(work, delivery, place_ms, followed.open)
    if work.standing.holds_lease:
        _move_lease(work, accrual, leaving=why is Why.LEAVE)
    if accrual.credited_ms and complete(session, work.current.lesson, answer.covered, work.policy, work.at):
        told.append(statements.completed(work.current.scene, work.at, place_ms, answer.covered, length(answer.covered)))
        answer = replace(answer, complete=True)
    if told:
        lrs.store(told, session.tenant_id)
    return answer


def _accrue(work: _Work, delivery: Delivery, standing: Standing) -> Accrual:
    """Ask the rule. The interval begins at the session's last beat, or where the person was last credited elsewhere."""
    started_at = max(filter(None, (work.session.last_at, work.held.counted_until)))
    interval = Interval(started_at, max(started_at, work.at), delivery.claimed, delivery.kept)
    return accrue(interval, work.current.lesson, work.earned, work.policy, standing)


def _write(work: _Work, delivery: Delivery, standing: Standing, ip: str, accrual: Accrual | None = None) -> Answer:
    """Write what the rule said into the ledger and the coverage."""
    accrual = accrual or _accrue(work, delivery, standing)
    if delivery.worth_a_row:
        for part in accrual.parts:
            _write_row(work, delivery, part, ip)
    after = missed.after(work.current.misses, accrual.parts, accrual.earned.covered)
    if accrual.credited_ms or after != work.current.misses:
        sessions.keep_coverage(work.session.person_id, work.session.content_hash, accrual.earned.covered, after)
    reason = obstacle(work.current.lesson, standing)
    if delivery.worth_a_row:
        reason = accrual.parts[-1].reason
    return _answer(work, accrual.credited_ms, reason, accrual.left, accrual.earned, after)


def _write_row(work: _Work, delivery: Delivery, part: Part, ip: str) -> None:
    """Add one row to the ledger, and its leaf to the evidence."""
    row = _row(work, delivery, part, ip)
    leaf = evidence.append(KIND, leaf_content(row, evidence.commitment))
    values = {name: getattr(row, name) for name in _COLUMNS}
    db.session.execute(_ADD_ROW, {**values, "leaf_id": leaf.id, "leaf_hash": leaf.hash})


def _row(work: _Work, delivery: Delivery, part: Part, ip: str) -> LedgerRow:
    session, ends = work.session, reach(part.counted)
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
        seq=delivery.seq,
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
    )


def _move_session(work: _Work, delivery: Delivery, place_ms: int, segment: tuple[int, int] | None) -> None:
    start, end = segment or (None, None)
    leaving = delivery.beats[-1].why is Why.LEAVE
    moved = (work.at, delivery.seq, place_ms, start, end, work.at if leaving else None)
    db.session.execute(_MOVE, {**dict(zip(_MOVED, moved, strict=True)), "session": work.session.id})


def _move_lease(work: _Work, accrual: Accrual, leaving: bool) -> None:
    held = replace(
        work.held,
        session_id=None if leaving else work.session.id,
        held_until=None if leaving else leases.until(work.at, work.policy),
    )
    if accrual.credited_ms:
        held = replace(held, counted_until=work.at, day=accrual.earned.day, day_ms=accrual.earned.day_ms)
    leases.keep(held)


def _same_answer(work: _Work, beats: Sequence[Sent]) -> Answer:
    """Beats that were here before: what they earned then, and how things stand now."""
    came_at = select(Beat.received_at).where(Beat.session_id == work.session.id, Beat.seq == beats[-1].seq)
    mates = select(Beat.seq).where(Beat.session_id == work.session.id, Beat.received_at == came_at.scalar_subquery())
    query = select(HourLedger.credited_ms, HourLedger.reason).where(
        HourLedger.session_id == work.session.id, HourLedger.seq.in_(mates), HourLedger.corrects_id.is_(None)
    )
    rows = db.session.execute(query.order_by(HourLedger.id)).all()
    reason = rows[-1].reason if rows else None
    earned_then = sum(row.credited_ms for row in rows)
    return _answer(work, earned_then, Reason(reason) if reason else None, NOTHING, work.earned, work.current.misses)


def _answer(
    work: _Work, accrued_ms: int, reason: Reason | None, left: Stretches, earned: Earned, misses: Misses
) -> Answer:
    return Answer(
        accrued_ms=accrued_ms,
        reason=reason,
        left=union(NOTHING, left),
        covered=earned.covered,
        misses=missed.worth_saying(misses),
        earnable_ms=work.current.lesson.earnable_ms,
        length_ms=work.session.length_ms,
        day_ms=earned.on(clock.local(work.at).date()),
        day_cap_ms=work.policy.daily_cap_ms,
        beat_seconds=work.policy.beat_interval_s,
        stop=not work.standing.holds_lease,
    )
