"""What a sign of life is judged by, all read under the person's lock, and what the rule says of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lms.cohorts.rules import filing
from lms.foundation import clock
from lms.foundation.errors import NotFound
from lms.foundation.principal import Principal
from lms.learning.actions import leases, presence, proving, sessions
from lms.learning.actions.leases import whole_milliseconds
from lms.learning.rules import hours, places
from lms.learning.rules import misses as missed
from lms.learning.rules.deliveries import Delivery
from lms.learning.rules.hours import Earned, Interval, Part, Standing, Timeline
from lms.learning.rules.ledger import Flag
from lms.learning.rules.misses import Misses
from lms.learning.rules.places import Pages, Spent, Stay
from lms.learning.rules.stretches import NOTHING, Stretches, length
from lms.plans import actions as plan_actions
from lms.plans import queries as plans
from lms.plans.rules import HourPolicy


@dataclass(frozen=True)
class Work:
    """The moment, the person's lease, the session with its content, the policy and the standing."""

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
    def lesson(self) -> Timeline | Pages:
        """What it is that is learnt."""
        return self.current.lesson


@dataclass(frozen=True)
class Judged:
    """What the rule said, and how content and day stand after it."""

    parts: tuple[Part, ...]
    covered: Stretches
    misses: Misses
    spent: dict[str, int]
    day: date
    day_ms: int
    credited_ms: int
    online_ms: int
    left: Stretches = NOTHING
    flag: Flag | None = None

    @property
    def accrued_ms(self) -> int:
        """What it earned."""
        return sum(part.credited_ms for part in self.parts)


def take_up(person_id: UUID, session_id: UUID, seqs: Sequence[int] = ()) -> Work:
    """Lock the person's lease and read what a sign of life of the session is judged by; raises NotFound."""
    held = leases.lock(person_id)
    at, current = held.now(), sessions.load(session_id, person_id, seqs)
    if presence.is_overdue(held, current.session.due_at, at):
        held = presence.miss(held, at)
        at, current = held.now(), sessions.load(session_id, person_id, seqs)
    session, today = current.session, clock.local(at).date()
    policy = plans.hour_policy(session.programme_code, today, session.region_code, session.newest_policy)
    if policy.id != session.policy_id:
        plan_actions.remember(policy)
    return _work(held, current, policy, at, proving.is_proved(person_id, policy, at))


def glance(principal: Principal, session_id: UUID, read: Any | None = None) -> Work | None:
    """The same without a lock and in one round trip; None where more must be asked or done first. Raises NotFound.

    `read` is the row of study_read_as() where it is here already, empty for a session that is not theirs.
    """
    row = sessions.glance(session_id, principal) if read is None else read
    if row.id is None:
        raise NotFound()
    return at_a_glance(leases.Held.of(row), sessions.current_of(row))


def at_a_glance(held: leases.Held, current: sessions.Current) -> Work | None:
    """What was read without a lock; None where more must be asked or done first."""
    at, session = held.now(), current.session
    policy = plans.kept_hour_policy(
        session.programme_code, clock.local(at).date(), session.region_code, session.newest_policy
    )
    if policy is None or policy.id != session.policy_id or policy.identity_level:
        return None
    if presence.is_overdue(held, session.due_at, at):
        return None
    return _work(held, current, policy, at, identified=True)


def _work(held: leases.Held, current: sessions.Current, policy: HourPolicy, at: datetime, identified: bool) -> Work:
    standing = Standing(
        class_open=_is_open(current.session, clock.local(at).date()),
        holds_lease=held.allows(current.session.id, at),
        identified=identified,
        present=held.missed_id is None,
    )
    return Work(at, held, current, policy, standing)


def _is_open(session: Any, today: date) -> bool:
    """Whether the class is open; False where the principal sees none."""
    return session.state is not None and filing.is_open(
        filing.State(session.state), session.starts_on, session.ends_on, today
    )


def judge(work: Work, delivery: Delivery, standing: Standing) -> Judged:
    """Ask the rule. The interval begins at the session's last sign of life, or where the person was last credited elsewhere."""
    last = max(filter(None, (work.session.last_at, work.held.counted_until)))
    started_at = whole_milliseconds(last)
    ended_at = max(started_at, whole_milliseconds(work.at))
    if isinstance(work.lesson, Timeline):
        return _by_timeline(work, Interval(started_at, ended_at, delivery.claimed, delivery.kept), standing)
    return _by_places(work, started_at, ended_at, delivery, standing)


def _by_timeline(work: Work, interval: Interval, standing: Standing) -> Judged:
    current, held = work.current, work.held
    earned = Earned(current.covered, held.day, held.day_ms)
    accrual = hours.accrue(interval, current.lesson, earned, work.policy, standing)  # type: ignore[arg-type]
    earned = accrual.earned
    return Judged(
        parts=accrual.parts,
        covered=earned.covered,
        misses=missed.after(current.misses, accrual.parts, earned.covered),
        spent={},
        day=earned.day,
        day_ms=earned.day_ms,
        credited_ms=length(earned.covered),
        online_ms=current.online_ms + _online(accrual.parts),
        left=accrual.left,
        flag=Flag.TOO_FAST if accrual.too_fast else None,
    )


def _by_places(work: Work, started_at: datetime, ended_at: datetime, delivery: Delivery, standing: Standing) -> Judged:
    current, session, lesson = work.current, work.session, work.lesson
    assert isinstance(lesson, Pages)
    since = whole_milliseconds(session.place_at or session.launched_at)
    before = Spent(current.spent, work.held.day, work.held.day_ms)
    told = None if delivery.place is None else places.name(delivery.place, before.places)
    place = places.stood_at(session.place, told)
    stay = Stay(started_at, ended_at, place, since, session.hidden, delivery.kept)
    stood = places.accrue(stay, lesson, before, work.policy, standing)
    spent = stood.spent if told is None else places.named(told, stood.spent)
    exceeds = places.exceeds(spent, lesson) and not places.exceeds(before, lesson)
    return Judged(
        parts=stood.parts,
        covered=NOTHING,
        misses=(),
        spent=dict(spent.places),
        day=spent.day,
        day_ms=spent.day_ms,
        credited_ms=spent.credited_ms,
        online_ms=current.online_ms + _online(stood.parts),
        flag=Flag.PLACES_EXCEED_MANIFEST if exceeds else None,
    )


def _online(parts: Sequence[Part]) -> int:
    return sum(min(part.observed_ms, part.claimed_ms) for part in parts)


def after(work: Work, judged: Judged, *, leaving: bool) -> leases.Held:
    """The lease after a sign of life of the session that holds it."""
    held = replace(
        work.held,
        session_id=None if leaving else work.session.id,
        held_until=None if leaving else leases.until(work.at, work.policy),
    )
    if not judged.accrued_ms:
        return held
    unproved_ms = held.unproved_ms + judged.accrued_ms
    return replace(held, counted_until=work.at, day=judged.day, day_ms=judged.day_ms, unproved_ms=unproved_ms)
