"""Credited time is taken back, and given back: rows of the ledger, and the coverage of each content with them."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from lms.foundation.database import db
from lms.learning.actions import completing, leases, sealing, sessions
from lms.learning.models import Coverage, HourLedger
from lms.learning.rules import misses as missed
from lms.learning.rules import presence as rule
from lms.learning.rules.hours import Timeline
from lms.learning.rules.ledger import LedgerRow
from lms.learning.rules.misses import Misses
from lms.learning.rules.places import Pages
from lms.learning.rules.reasons import Reason
from lms.learning.rules.stretches import NOTHING, Stretches, length, minus, tidy, union
from lms.plans import queries as plans

_ROW = select(*(getattr(HourLedger, name) for name in LedgerRow.__slots__))
# No interval is longer, so what was judged after a proof did not begin further back.
LONGEST = timedelta(minutes=30)


@dataclass(frozen=True)
class _Content:
    """What a content holds for the person."""

    covered: Stretches
    misses: Misses
    places: dict[str, int]


def take_back(held: leases.Held, check_id: UUID, at: datetime) -> leases.Held:
    """Take back all that was credited to the person since the last proof; a row for each session, day and place."""
    together: dict[tuple[UUID, date, str | None], list[LedgerRow]] = {}
    for row in _since_proof(held):
        together.setdefault((row.session_id, row.day, row.place), []).append(row)
    rows = [_taken(group, check_id, at) for group in together.values()]
    for row in rows:
        _cover(row, lambda content, row=row: _without(content, row))
    sealing.add(rows)
    return replace(held, day_ms=held.day_ms + sum(row.credited_ms for row in rows if row.day == held.day))


def give_back(held: leases.Held, check_id: UUID, at: datetime) -> tuple[leases.Held, int]:
    """Give back what a check took, as far as it was not earned again since and no limit is passed; in milliseconds."""
    mine = (HourLedger.person_id == held.person_id, HourLedger.check_id == check_id)
    taken = [LedgerRow(*row) for row in db.session.execute(_ROW.where(*mine).order_by(HourLedger.id))]
    rows: list[LedgerRow] = []
    for row in taken:
        given = _given(held, row, at)
        if given.credited_ms:
            _cover(given, lambda content, given=given: _with(content, given))
            rows.append(given)
            sealing.add([given])
            if given.day == held.day:
                held = replace(held, day_ms=held.day_ms + given.credited_ms)
    return held, sum(row.credited_ms for row in rows)


def _since_proof(held: leases.Held) -> list[LedgerRow]:
    if held.proved_at is None:
        return []
    mine = (HourLedger.person_id == held.person_id, HourLedger.started_at >= held.proved_at - LONGEST)
    own = (HourLedger.corrects_id.is_(None), HourLedger.check_id.is_(None), HourLedger.credited_ms > 0)
    query = _ROW.where(*mine, *own, HourLedger.created_at > held.proved_at).order_by(HourLedger.id)
    return [LedgerRow(*row) for row in db.session.execute(query)]


def stretches_of(row: LedgerRow) -> Stretches:
    """The stretches that a row counts."""
    if row.counted is not None:
        return tidy(row.counted)
    return NOTHING if row.from_ms is None or row.to_ms is None else ((row.from_ms, row.to_ms),)


def _taken(group: Sequence[LedgerRow], check_id: UUID, at: datetime) -> LedgerRow:
    counted = tidy(stretch for row in group for stretch in stretches_of(row))
    return _moved(group[-1], -sum(row.credited_ms for row in group), counted, check_id, at)


def _given(held: leases.Held, row: LedgerRow, at: datetime) -> LedgerRow:
    """What comes back of a row that was taken, on the day it was earned."""
    session = sessions.load(row.session_id, row.person_id)
    policy = plans.hour_policy_by_id(row.policy_id)
    day_left_ms = policy.daily_cap_ms - _on(held, row.day)
    if isinstance(session.lesson, Timeline):
        counted = rule.give_back(stretches_of(row), session.covered, session.lesson.earnable_ms, day_left_ms)
        return _moved(row, length(counted), counted, row.check_id, at)
    lesson: Pages = session.lesson
    place_left_ms = lesson.ceiling_ms(policy) - session.spent.get(row.place or "", 0)
    lesson_left_ms = lesson.earnable_ms - session.credited_ms
    ms = rule.give_back_ms(-row.credited_ms, place_left_ms, lesson_left_ms, day_left_ms)
    return _moved(row, ms, NOTHING, row.check_id, at)


def _on(held: leases.Held, day: date) -> int:
    """What a day has earned the person."""
    if day == held.day:
        return held.day_ms
    mine = (HourLedger.person_id == held.person_id, HourLedger.day == day)
    return int(db.session.scalar(select(func.sum(HourLedger.credited_ms)).where(*mine)) or 0)


def _moved(row: LedgerRow, ms: int, counted: Stretches, check_id: UUID | None, at: datetime) -> LedgerRow:
    """A row like another that moves time, and names no interval of its own."""
    now = leases.whole_milliseconds(at)
    return replace(
        row,
        started_at=now,
        ended_at=now,
        ip_salt=os.urandom(len(row.ip_salt)),
        from_ms=counted[0][0] if counted else None,
        to_ms=counted[-1][1] if counted else None,
        claimed_ms=0,
        observed_ms=0,
        credited_ms=ms,
        excluded_ms=-ms,
        reason=str(Reason.PRESENCE),
        created_at=at,
        counted=[list(stretch) for stretch in counted] if counted else None,
        flag=None,
        check_id=check_id,
    )


def _cover(row: LedgerRow, change: Any) -> None:
    mine = (Coverage.person_id == row.person_id, Coverage.content_hash == row.content_hash)
    found = db.session.execute(select(Coverage.stretches, Coverage.misses, Coverage.places).where(*mine)).one()
    now: _Content = change(_Content(tidy(found.stretches), sessions.misses_of(found.misses), dict(found.places)))
    sessions.keep_coverage(row.person_id, row.content_hash, now.covered, now.misses, now.places)
    completing.reconsider(row.person_id, row.content_hash, length(now.covered) + sum(now.places.values()))


def _without(content: _Content, row: LedgerRow) -> _Content:
    taken = stretches_of(row)
    misses = missed.with_taken(content.misses, taken, Reason.PRESENCE)
    return _Content(minus(content.covered, taken), misses, _moved_place(content.places, row))


def _with(content: _Content, row: LedgerRow) -> _Content:
    covered = union(content.covered, stretches_of(row))
    return _Content(covered, missed.after(content.misses, (), covered), _moved_place(content.places, row))


def _moved_place(places: dict[str, int], row: LedgerRow) -> dict[str, int]:
    if row.place is None:
        return places
    return {**places, row.place: places.get(row.place, 0) + row.credited_ms}
