"""A delivery of beats: kept raw as it came, credited once by the rule, answered with what counts and why not more.

One short transaction. The person's lease is locked first, so all that credits time to one person stands in line; the
ordinary beat takes no lock, and is written only if nothing of the person has moved since it was read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict, Refused
from lms.foundation.principal import Principal
from lms.learning.actions import leases, presence, telling, working, writing
from lms.learning.actions.completing import complete
from lms.learning.actions.working import Judged, Work
from lms.learning.actions.writing import Change, Moved, Raw
from lms.learning.models import Beat, HourLedger
from lms.learning.rules import misses as missed
from lms.learning.rules import places, statements
from lms.learning.rules.answers import Answer
from lms.learning.rules.deliveries import Delivery, Sent, ahead, played, sort_out
from lms.learning.rules.hours import Part, Standing, obstacle
from lms.learning.rules.progress import is_complete
from lms.learning.rules.reasons import Reason
from lms.learning.rules.segments import Followed, Why, follow
from lms.learning.rules.stretches import NOTHING, union
from lms.lrs import actions as lrs

AHEAD = "这条学习记录的序号对不上，刷新这一页接着学"


@dataclass(frozen=True)
class _Seen:
    """A sign of life as the rule takes it: what came with it, whether it goes on from the last, and where it is kept."""

    delivery: Delivery
    raw: tuple[Raw, ...]
    seq: int
    in_order: bool = True
    by_server: bool = False


def take(principal: Principal, session_id: UUID, beats: Sequence[Sent], ip: str, read: Any | None = None) -> Answer:
    """Take in a delivery of beats of the person's own session, outside any transaction.

    The ordinary beat, which only goes on, is read and written in one round trip each; `read` is what was read already.
    Whatever else there is to do, or who was not quick enough, stands in line: see record().
    """
    answer = _at_once(principal, session_id, beats, ip, read)
    if answer is None:
        with transaction(principal):
            answer = record(principal.person(), session_id, beats, ip)
    return answer


def record(person_id: UUID, session_id: UUID, beats: Sequence[Sent], ip: str) -> Answer:
    """Take in a delivery of beats of the person's own session.

    The same beat again gives the same answer and earns nothing. Raises NotFound for a session that is not theirs,
    Conflict where a number was used by another beat, Refused for one that lies too far ahead.
    """
    work = working.take_up(person_id, session_id, [beat.seq for beat in beats])
    fresh = _fresh(work, beats)
    if not fresh:
        return _same_answer(work, beats)
    overtaken, onward = sort_out(fresh, work.session.last_seq)
    if overtaken:
        seen = _Seen(overtaken, _raw(overtaken), overtaken.seq, in_order=False)
        answer = _take_in(work, seen, ip)
        if onward:
            work = working.take_up(person_id, session_id)
    return _take_in(work, _Seen(onward, _raw(onward), onward.seq), ip) if onward else answer


def see(work: Work, place: str, raw: Raw, ip: str) -> Answer:
    """The server saw life in a session by itself: the package there saved or told something."""
    return _take_in(work, _by_server(work, place, raw), ip)


def seen_at_once(work: Work, place: str, raw: Raw, ip: str) -> tuple[Change, Answer] | None:
    """What see() would write and answer for work that nobody has locked; None where there is more to do than to go on."""
    weighed = _ordinary(work, _by_server(work, place, raw), ip)
    return (weighed.change, _answer(work, weighed.judged, weighed.reason, None)) if weighed else None


def _by_server(work: Work, place: str, raw: Raw) -> _Seen:
    sent = Sent(raw.id, raw.seq, NOTHING, work.session.position_ms, Why.TICK, raw.body, place or None)
    return _Seen(Delivery((sent,)), (raw,), raw.seq, by_server=True)


def _fresh(work: Work, beats: Sequence[Sent]) -> list[Sent]:
    """The beats that were not here before; a number of a session belongs to one beat for ever."""
    known = work.current.known
    if ahead(beats, work.session.last_seq):
        raise Refused(AHEAD, code="seq_ahead")
    if any(known.get(beat.seq, beat.id) != beat.id for beat in beats):
        raise Conflict("这条学习记录的序号已经用过了，刷新这一页接着学", code="seq_taken")
    return [beat for beat in beats if beat.seq not in known]


def _raw(delivery: Delivery) -> tuple[Raw, ...]:
    return tuple(Raw(beat.seq, beat.id, beat.body) for beat in delivery.beats)


@dataclass(frozen=True)
class _Weighed:
    """What is to be written for a sign of life, and what is to be told of it."""

    judged: Judged
    change: Change
    followed: Followed | None
    reason: Reason | None

    @property
    def is_told(self) -> bool:
        """Whether the record store hears of it."""
        return self.followed is not None and bool(self.followed.ended)


def _weigh(work: Work, seen: _Seen, ip: str) -> _Weighed:
    """Judge a sign of life; what was overtaken moves nothing on."""
    standing = work.standing if seen.in_order else replace(work.standing, in_order=False)
    judged = working.judge(work, seen.delivery, standing)
    parts = _worth_keeping(work, seen, judged)
    rows = [writing.row_of(work, seen.seq, part, ip, judged.flag) for part in parts]
    moved, followed = _onward(work, seen, judged) if seen.in_order else (Moved.of(work.session), None)
    leaving = seen.delivery.beats[-1].why is Why.LEAVE
    held = replace(_after(work, judged, leaving) if seen.in_order else work.held, last_at=work.at)
    change = Change(seen.raw, rows, judged if _changes(work, judged) else None, moved, held)
    return _Weighed(judged, change, followed, _reason(work, standing, parts))


def _take_in(work: Work, seen: _Seen, ip: str) -> Answer:
    """Judge a sign of life, write it, tell of it, and say how things stand, under the lock."""
    weighed = _weigh(work, seen, ip)
    change = weighed.change
    asked = presence.due(work, change.held)
    if asked:
        change = replace(change, held=replace(change.held, check_id=asked.id))
    writing.write(work, change)
    if asked:
        presence.put(work.session, asked)
    answer = _answer(work, weighed.judged, weighed.reason, asked)
    return _tell(work, seen, weighed.judged, weighed.followed, answer) if seen.in_order else answer


def _at_once(principal: Principal, session_id: UUID, beats: Sequence[Sent], ip: str, read: Any | None) -> Answer | None:
    """Take in an ordinary delivery without a lock; None where it is no ordinary one, or somebody was quicker.

    What goes on from the last beat cannot be here yet.
    """
    work = working.glance(principal, session_id, read)
    if work is None:
        return None
    overtaken, onward = sort_out(beats, work.session.last_seq)
    if overtaken or onward is None or onward.beats[-1].why is Why.LEAVE or ahead(beats, work.session.last_seq):
        return None
    weighed = _ordinary(work, _Seen(onward, _raw(onward), onward.seq), ip)
    if weighed is None or not writing.write_at_once(principal, work, weighed.change):
        return None
    return _answer(work, weighed.judged, weighed.reason, None)


def _ordinary(work: Work, seen: _Seen, ip: str) -> _Weighed | None:
    """A sign of life that only goes on: nothing is told, completed or asked."""
    weighed = _weigh(work, seen, ip)
    judged = weighed.judged
    completes = judged.accrued_ms and is_complete(judged.credited_ms, work.lesson.earnable_ms, work.policy)
    return None if weighed.is_told or completes or presence.is_due(work, weighed.change.held) else weighed


def _worth_keeping(work: Work, seen: _Seen, judged: Judged) -> tuple[Part, ...]:
    """The parts that the ledger has something to say of: an empty beat at the start or a pause earns and loses nothing."""
    if work.current.is_video:
        return judged.parts if seen.delivery.worth_a_row else ()
    return tuple(part for part in judged.parts if part.observed_ms)


def _reason(work: Work, standing: Standing, parts: Sequence[Part]) -> Reason | None:
    return parts[-1].reason if parts else obstacle(work.lesson, standing)


def _changes(work: Work, judged: Judged) -> bool:
    """Whether what is kept of the content is another than before."""
    now, before = judged, work.current
    return bool(
        now.accrued_ms
        or now.online_ms != before.online_ms
        or now.misses != before.misses
        or (not before.is_video and len(now.spent) != len(before.spent))
    )


def _after(work: Work, judged: Judged, leaving: bool) -> leases.Held:
    """A session that does not hold the lease moves nothing of it."""
    return working.after(work, judged, leaving=leaving) if work.standing.holds_lease else work.held


def _onward(work: Work, seen: _Seen, judged: Judged) -> tuple[Moved, Followed | None]:
    """Where the session stands after beats that go on from its last one."""
    session, last = work.session, seen.delivery.beats[-1]
    moved = replace(Moved.of(session), last_at=work.at)
    if seen.by_server:
        return _at_place(work, seen, judged, replace(moved, observed_seq=-seen.seq)), None
    ended_at = work.at if last.why is Why.LEAVE else None
    moved = replace(moved, last_seq=seen.seq, ended_at=ended_at)
    if not work.current.is_video:
        return _at_place(work, seen, judged, replace(moved, hidden=last.hidden)), None
    followed = follow(telling.running(work.current), played(seen.delivery.beats, session.length_ms))
    start, end = followed.open or (None, None)
    place_ms = min(last.position_ms, session.length_ms)
    return replace(moved, position_ms=place_ms, segment_from_ms=start, segment_to_ms=end), followed


def _at_place(work: Work, seen: _Seen, judged: Judged, moved: Moved) -> Moved:
    """The page stands where the last beat says; where nothing was said, where it stood. The first name is no move."""
    told = seen.delivery.place
    place = moved.place if told is None else places.name(told, judged.spent)
    if place == moved.place:
        return moved
    return replace(moved, place=place, place_at=work.at if moved.place else moved.place_at)


def _tell(work: Work, seen: _Seen, judged: Judged, followed: Followed | None, answer: Answer) -> Answer:
    """Tell the record store what has ended, and complete the lesson where its time is full."""
    told: list[statements.Statement] = []
    place_ms = min(seen.delivery.beats[-1].position_ms, work.session.length_ms)
    if followed:
        why = seen.delivery.beats[-1].why
        told = telling.going_on(work.current, followed, why, place_ms, judged.covered, work.at)
    earnable_ms = work.lesson.earnable_ms
    if judged.accrued_ms and complete(work.session, judged.credited_ms, earnable_ms, work.policy, work.at):
        if work.current.is_video:
            scene = work.current.scene
            told.append(statements.completed(scene, work.at, place_ms, judged.covered, judged.credited_ms))
        answer = replace(answer, complete=True)
    if told:
        lrs.store(told, work.session.tenant_id)
    return answer


def _same_answer(work: Work, beats: Sequence[Sent]) -> Answer:
    """Beats that were here before: what they earned then, and how things stand now."""
    came_at = select(Beat.received_at).where(Beat.session_id == work.session.id, Beat.seq == beats[-1].seq)
    mates = select(Beat.seq).where(Beat.session_id == work.session.id, Beat.received_at == came_at.scalar_subquery())
    query = select(HourLedger.credited_ms, HourLedger.reason).where(
        HourLedger.session_id == work.session.id,
        HourLedger.seq.in_(mates),
        HourLedger.corrects_id.is_(None),
        HourLedger.check_id.is_(None),
    )
    rows = db.session.execute(query.order_by(HourLedger.id)).all()
    reason = rows[-1].reason if rows else None
    answer = _answer(work, _as_it_stands(work), Reason(reason) if reason else None, None)
    return replace(answer, accrued_ms=sum(row.credited_ms for row in rows))


def _as_it_stands(work: Work) -> Judged:
    current, held = work.current, work.held
    return Judged(
        parts=(),
        covered=current.covered,
        misses=current.misses,
        spent=dict(current.spent),
        day=held.day,
        day_ms=held.day_ms,
        credited_ms=current.credited_ms,
        online_ms=current.online_ms,
    )


def _answer(work: Work, judged: Judged, reason: Reason | None, asked: presence.Asked | None) -> Answer:
    today = clock.local(work.at).date()
    credited_ms, is_video = judged.credited_ms, work.current.is_video
    check: Any = asked or presence.standing_open(work.session, work.held)
    return Answer(
        accrued_ms=judged.accrued_ms,
        reason=reason,
        left=union(NOTHING, judged.left),
        covered=judged.covered if is_video else (((0, credited_ms),) if credited_ms else ()),
        misses=missed.worth_saying(judged.misses),
        credited_ms=credited_ms,
        online_ms=judged.online_ms,
        earnable_ms=work.lesson.earnable_ms,
        length_ms=work.session.length_ms if is_video else work.lesson.earnable_ms,
        day_ms=judged.day_ms if judged.day == today else 0,
        day_cap_ms=work.policy.daily_cap_ms,
        beat_seconds=work.policy.beat_interval_s,
        stop=not work.standing.holds_lease,
        check=check.as_json(work.at) if check and work.standing.holds_lease else None,
        prove="" if work.standing.identified else f"/learn/courses/{work.session.registration_id}/identity",
    )
