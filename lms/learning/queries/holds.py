"""Time on hold: what was noticed, how it was decided, and how much time waits. Held time is never counted, never deleted."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, func, select, tuple_

from lms.foundation import clock
from lms.foundation.database import acting, db
from lms.foundation.errors import NotFound
from lms.foundation.principal import Principal
from lms.foundation.scoping import covered
from lms.foundation.todo import Ask
from lms.learning.models import HourLedger, StudySession
from lms.learning.models.reviews import Anomaly, HoldDecision
from lms.learning.queries import suspensions
from lms.learning.rules.anomalies import WORDS, Code, Words, told_figures
from lms.learning.rules.holding import HoldState


@dataclass(frozen=True)
class HoldView:
    """An anomaly and where it stands; `held_ms` is the credited time of its session."""

    id: UUID
    session_id: UUID
    person_id: UUID
    registration_id: UUID
    cohort_id: UUID
    tenant_id: UUID
    region_code: str
    plan_code: str
    code: Code
    facts: dict[str, Any]
    created_at: datetime
    due_at: datetime
    lesson_id: UUID
    lesson_title: str
    launched_at: datetime
    device: str
    state: HoldState
    reason: str
    held_ms: int = 0

    @property
    def words(self) -> Words:
        """Its name, why it is looked at, and what the trainee is told."""
        return WORDS[self.code]

    @property
    def day(self) -> date:
        """The Shanghai day on which the session began."""
        return clock.local(self.launched_at).date()

    @property
    def figures(self) -> list[str]:
        """The figures it rests on, as sentences."""
        return list(told_figures(self.code, self.facts))


@dataclass(frozen=True)
class DecisionView:
    """One decision of a hold, in its order."""

    number: int
    verdict: HoldState
    reason: str
    decided_by: UUID
    created_at: datetime


def _last(column: Any) -> Any:
    """A column of the last decision of an anomaly: that one stands."""
    decided = select(column).where(HoldDecision.anomaly_id == Anomaly.id)
    return decided.order_by(HoldDecision.number.desc()).limit(1).scalar_subquery()


_STATE = func.coalesce(_last(HoldDecision.verdict), HoldState.OPEN.value)
_WHY = func.coalesce(_last(HoldDecision.reason), "")
_STANDS = _STATE.is_distinct_from(HoldState.RELEASED.value)
_IS_OPEN = _STATE.in_((HoldState.OPEN.value,))
_PLAIN = tuple(column.name for column in Anomaly.__table__.c if column.name in HoldView.__dataclass_fields__)


_VIEW = select(
    *(getattr(Anomaly, name) for name in _PLAIN),
    StudySession.lesson_id,
    StudySession.lesson_title,
    StudySession.launched_at,
    StudySession.device,
    _STATE.label("state"),
    _WHY.label("reason"),
).join(StudySession, StudySession.id == Anomaly.session_id)


def _holding(name: str, whose: UUID) -> CompoundSelect[Any]:
    """The sessions (of a `cohort_id`, a `person_id`) whose time does not count at the moment: an anomaly that is open or was
    upheld, or an inspection that names their days."""
    noticed = select(Anomaly.session_id).where(_STANDS, getattr(Anomaly, name) == whose)
    return noticed.union(suspensions.not_yet_held(getattr(StudySession, name) == whose))


def held_sessions(cohort_id: UUID) -> frozenset[UUID]:
    """The sessions of a class whose time is on hold."""
    return frozenset(db.session.scalars(_holding("cohort_id", cohort_id)))


def held_ms(cohort_id: UUID) -> dict[UUID, int]:
    """Credited milliseconds on hold, by person of a class."""
    query = select(HourLedger.person_id, func.sum(HourLedger.credited_ms)).where(
        HourLedger.cohort_id == cohort_id, HourLedger.session_id.in_(_holding("cohort_id", cohort_id))
    )
    return {person: int(ms) for person, ms in db.session.execute(query.group_by(HourLedger.person_id))}


def held_by_registration(person_id: UUID) -> dict[UUID, int]:
    """Credited milliseconds on hold, by registration of a person."""
    query = select(HourLedger.registration_id, func.sum(HourLedger.credited_ms)).where(_held_of(person_id))
    return {one: int(ms) for one, ms in db.session.execute(query.group_by(HourLedger.registration_id))}


def held_by_day(person_id: UUID, first: date, last: date) -> dict[date, int]:
    """Credited milliseconds on hold, by day of a person."""
    query = select(HourLedger.day, func.sum(HourLedger.credited_ms)).where(
        _held_of(person_id), HourLedger.day.between(first, last)
    )
    return {day: int(ms) for day, ms in db.session.execute(query.group_by(HourLedger.day))}


def _held_of(person_id: UUID) -> ColumnElement[bool]:
    return (HourLedger.person_id == person_id) & HourLedger.session_id.in_(_holding("person_id", person_id))


def holds_of(person_id: UUID, limit: int = 30) -> list[HoldView]:
    """What of a person's time was or is on hold, newest first."""
    rows = _VIEW.where(Anomaly.person_id == person_id).order_by(Anomaly.created_at.desc()).limit(limit)
    return _views(db.session.execute(rows))


def hold(anomaly_id: UUID) -> HoldView:
    """One hold that the principal may see; raises NotFound."""
    found = _views(db.session.execute(_VIEW.where(Anomaly.id == anomaly_id)))
    if not found:
        raise NotFound()
    return found[0]


def decisions_of(anomaly_id: UUID) -> list[DecisionView]:
    """What was decided of a hold, in order."""
    query = select(HoldDecision).where(HoldDecision.anomaly_id == anomaly_id).order_by(HoldDecision.number)
    return [
        DecisionView(row.number, HoldState(row.verdict), row.reason, row.decided_by, row.created_at)
        for row in db.session.scalars(query)
    ]


def open_holds(principal: Principal, ask: Ask) -> list[HoldView]:
    """Holds that nobody has decided, in the principal's scope, the oldest first."""
    query = _VIEW.where(_IS_OPEN, *_in_scope(principal, ask.plan_code))
    if ask.after:
        query = query.where(tuple_(Anomaly.created_at, Anomaly.id) > ask.after)
    return _views(db.session.execute(query.order_by(Anomaly.created_at, Anomaly.id).limit(ask.limit)))


def open_with(one: HoldView) -> list[HoldView]:
    """The holds that nobody has decided of the same person and class for the same thing, the oldest first; itself among them."""
    same = (Anomaly.person_id == one.person_id, Anomaly.cohort_id == one.cohort_id, Anomaly.code == one.code.value)
    return _views(db.session.execute(_VIEW.where(_IS_OPEN, *same).order_by(Anomaly.created_at, Anomaly.id)))


def count_open(principal: Principal, plan_code: str) -> int:
    """How many wait."""
    query = select(func.count()).select_from(Anomaly).where(_IS_OPEN, *_in_scope(principal, plan_code))
    return db.session.scalar(query) or 0


def _in_scope(principal: Principal, plan_code: str) -> list[ColumnElement[bool]]:
    """An authority decides within its scope; somebody's own holds are never among them."""
    inside = covered(Anomaly.region_code, Anomaly.plan_code, principal.scope)
    plan = [Anomaly.plan_code == plan_code] if plan_code else []
    return [inside, Anomaly.person_id.is_distinct_from(principal.person_id), *plan]


def people_on(session_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many people used the same browser on the Shanghai day of each session."""
    other = StudySession.__table__.alias("other")
    mine = StudySession.__table__
    local = func.date(func.timezone("Asia/Shanghai", mine.c.launched_at))
    others = func.date(func.timezone("Asia/Shanghai", other.c.launched_at))
    query = (
        select(mine.c.id, func.count(other.c.person_id.distinct()))
        .join(other, (other.c.device_key == mine.c.device_key) & (others == local))
        .where(mine.c.id.in_(session_ids))
        .group_by(mine.c.id)
    )
    return {one: people for one, people in db.session.execute(query)}  # noqa: C416 - rows, not pairs


def _views(rows: Iterable[Any]) -> list[HoldView]:
    found = [row._mapping for row in rows]
    credited = _credited([row["session_id"] for row in found])
    return [
        HoldView(
            **{**row, "code": Code(row["code"]), "state": HoldState(row["state"])},
            held_ms=credited.get(row["session_id"], 0),
        )
        for row in found
    ]


def _credited(session_ids: list[UUID]) -> dict[UUID, int]:
    query = select(HourLedger.session_id, func.sum(HourLedger.credited_ms)).where(
        HourLedger.session_id.in_(session_ids)
    )
    return {one: int(ms) for one, ms in db.session.execute(query.group_by(HourLedger.session_id))}


def may_decide(one: HoldView) -> bool:
    """Whether the principal's scope covers a hold that is not their own."""
    me = acting()
    return one.person_id != me.person_id and any(scope.covers(one.region_code, one.plan_code) for scope in me.scope)
