"""Presence checks: put, answered, missed. What a miss takes back and a late answer gives back are rows of the ledger."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.errors import NotFound
from lms.foundation.principal import Principal
from lms.learning.actions import leases, taking
from lms.learning.models import Lease, PresenceAnswer, PresenceCheck, StudySession, StudyWish
from lms.learning.rules import presence as rule
from lms.plans import queries as plans
from lms.plans.rules import HourPolicy

if TYPE_CHECKING:
    from lms.learning.actions.working import Work

WAYS = ("touch", "keyboard", "voice")
_sweeper = Principal.system_of("presence")
_chance = secrets.SystemRandom()
_PLACED = ("tenant_id", "region_code", "plan_code")


@dataclass(frozen=True)
class Asked:
    """A check as the page may see it; the answer stays here."""

    id: UUID
    issued_at: datetime
    due_at: datetime
    form: str
    asked: dict[str, Any]
    missed: bool = False
    answer: str = ""
    cure_until: datetime | None = None

    def as_json(self, at: datetime) -> dict[str, Any]:
        """What the page shows, with the seconds that are left; none once it was missed."""
        left = max(0, (self.due_at - at) // timedelta(seconds=1))
        return {"id": str(self.id), "form": self.form, **self.asked, "seconds": None if self.missed else left}


@dataclass(frozen=True)
class Told:
    """What became of an answer: right, wrong, cured, dropped or gone; and the check that is open now."""

    outcome: str
    given_back_ms: int = 0
    check: dict[str, Any] | None = None


def begun(held: leases.Held, policy: HourPolicy, at: datetime) -> leases.Held:
    """A lesson is opened: somebody never asked before is asked from here on."""
    if held.check_after_ms is not None or not policy.presence_mean_s:
        return held
    return replace(held, check_after_ms=rule.gap_ms(policy, _chance), proved_at=at, unproved_ms=0)


def is_due(work: "Work", held: leases.Held) -> bool:
    """Whether a check is to be put now."""
    asks = work.policy.presence_mean_s and work.standing.holds_lease and held.check_after_ms is not None
    waits = held.check_id is not None or held.missed_id is not None
    return bool(asks) and not waits and held.unproved_ms >= (held.check_after_ms or 0)


def due(work: "Work", held: leases.Held) -> Asked | None:
    """The check that is to be put now; None where none is due."""
    return _made(held.person_id, work.policy, work.at) if is_due(work, held) else None


def _made(person_id: UUID, policy: HourPolicy, at: datetime) -> Asked:
    slow = is_slow(person_id)
    question = rule.compose(_chance, slow)
    due_at = at + timedelta(seconds=rule.answer_s(policy, slow))
    cure_until = max(due_at, at + timedelta(hours=policy.presence_cure_hours))
    return Asked(uuid4(), at, due_at, question.form, question.asked, False, question.answer, cure_until)


def put(session: Any, asked: Asked) -> None:
    """Write a check down."""
    values = {name: getattr(session, name) for name in ("person_id", "cohort_id", *_PLACED)}
    names = ("id", "issued_at", "due_at", "cure_until", "form", "asked", "answer")
    row = {**values, "session_id": session.id, **{name: getattr(asked, name) for name in names}}
    db.session.execute(insert(PresenceCheck).values(**row))


def standing_open(session: Any, held: leases.Held) -> Asked | None:
    """The check that waits for an answer, as study_read() brought it along with the session (0022)."""
    if session.asked_id is None:
        return None
    asked_for = (session.issued_at, session.due_at, session.form, session.asked)
    return Asked(session.asked_id, *asked_for, missed=held.missed_id is not None)


def is_overdue(held: leases.Held, due_at: datetime | None, at: datetime) -> bool:
    """Whether a check has just been missed and nobody has said so yet."""
    return held.check_id is not None and held.missed_id is None and due_at is not None and at > due_at


def settled(held: leases.Held, at: datetime) -> leases.Held:
    """The lease once a check that was missed meanwhile has been seen to."""
    if held.check_id is None or held.missed_id is not None:
        return held
    due_at = db.session.scalar(select(PresenceCheck.due_at).where(PresenceCheck.id == held.check_id))
    return miss(held, at) if is_overdue(held, due_at, at) else held


def miss(held: leases.Held, at: datetime) -> leases.Held:
    """Nobody answered in time: what was credited since the last proof is taken back until somebody does."""
    check = _check(held.check_id, held.person_id)
    held = taking.take_back(held, check.id, at)
    _keep(check, "missed", "none", at)
    return leases.keep(replace(held, missed_id=check.id, unproved_ms=0, last_at=at))


def answer(person_id: UUID, check_id: UUID, chosen: str, way: str) -> Told:
    """Take in the answer to a check of the person's own; only the one that is open can be answered.

    A wrong one puts another question, the third one in a row is a miss. Raises NotFound for somebody else's.
    """
    held = leases.lock(person_id)
    held = settled(held, held.now())
    at, check = held.now(), _check(check_id, person_id)
    if held.check_id != check.id:
        return Told("gone")
    way = way if way in WAYS else "touch"
    if not rule.is_right(check.form, check.answer, chosen, _response_ms(check, at)):
        return _ask_again(held, check, way, at)
    return _proved(held, check, way, at)


def _ask_again(held: leases.Held, check: PresenceCheck, way: str, at: datetime) -> Told:
    _keep(check, "wrong", way, at)
    if held.missed_id is None and _wrong_since(held) >= rule.MOST_WRONG:
        held = miss(replace(held, last_at=at), at)
        at = held.now()
    session = db.session.get_one(StudySession, check.session_id)
    asked = replace(_made(held.person_id, _policy(session, at), at), missed=held.missed_id is not None)
    put(session, asked)
    leases.keep(replace(held, check_id=asked.id, last_at=at))
    return Told("wrong", check=asked.as_json(at))


def _proved(held: leases.Held, check: PresenceCheck, way: str, at: datetime) -> Told:
    session = db.session.get_one(StudySession, check.session_id)
    policy, outcome, given_ms = _policy(session, at), "right", 0
    if held.missed_id is not None:
        first = _check(held.missed_id, held.person_id)
        outcome = "cured" if at <= first.cure_until else "dropped"
        if outcome == "cured":
            held, given_ms = taking.give_back(held, first.id, at)
        if first.id != check.id:
            _keep(first, outcome, way, at)
    _keep(check, outcome if held.missed_id in (None, check.id) else "right", way, at)
    held = replace(held, check_id=None, missed_id=None, unproved_ms=0, proved_at=at, last_at=at)
    leases.keep(replace(held, check_after_ms=rule.gap_ms(policy, _chance)))
    return Told(outcome, given_ms)


def _policy(session: StudySession, at: datetime) -> HourPolicy:
    return plans.hour_policy(session.programme_code, clock.local(at).date(), session.region_code)


def _wrong_since(held: leases.Held) -> int:
    mine = (PresenceAnswer.person_id == held.person_id, PresenceAnswer.outcome == "wrong")
    query = select(func.count()).where(*mine, PresenceAnswer.at > held.proved_at)
    return db.session.scalar(query) or 0


def _check(check_id: UUID | None, person_id: UUID) -> PresenceCheck:
    mine = select(PresenceCheck).where(PresenceCheck.id == check_id, PresenceCheck.person_id == person_id)
    found = db.session.scalars(mine).first()
    if found is None:
        raise NotFound()
    return found


def _response_ms(check: PresenceCheck, at: datetime) -> int:
    return (at - check.issued_at) // timedelta(milliseconds=1)


def _keep(check: PresenceCheck, outcome: str, way: str, at: datetime) -> None:
    placed = {name: getattr(check, name) for name in ("person_id", *_PLACED)}
    row = {"id": uuid4(), "check_id": check.id, "at": at, "outcome": outcome, "way": way, **placed}
    db.session.execute(insert(PresenceAnswer).values(response_ms=_response_ms(check, at), **row))


def sweep(most: int = 500) -> int:
    """See to the checks that nobody came back to; say how many were missed. Each in a transaction of its own."""
    with transaction(_sweeper):
        waiting = select(Lease.person_id).join(PresenceCheck, PresenceCheck.id == Lease.check_id)
        overdue = waiting.where(Lease.missed_id.is_(None), PresenceCheck.due_at < clock.now())
        people = list(db.session.scalars(overdue.limit(most)))
    for person_id in people:
        with transaction(_sweeper):
            held = leases.lock(person_id)
            settled(held, held.now())
    return len(people)


def wish(person_id: UUID, slow: bool) -> None:
    """Keep how somebody wishes to be asked."""
    values = {"slow": slow, "changed_at": clock.now()}
    row = upsert(StudyWish).values(person_id=person_id, **values)
    db.session.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=values))


def is_slow(person_id: UUID) -> bool:
    """Whether somebody wishes to be given more time; asked of nobody."""
    return bool(db.session.scalar(select(StudyWish.slow).where(StudyWish.person_id == person_id)))
