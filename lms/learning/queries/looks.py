"""The facts that anomalies are judged by, gathered for many sessions at once: a handful of queries however many."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select

from lms.cohorts import queries as cohorts
from lms.foundation import clock
from lms.foundation.database import db
from lms.learning.models import HourLedger, StudySession
from lms.learning.models.presence import PresenceAnswer
from lms.learning.models.reviews import Anomaly
from lms.learning.queries.holds import people_on
from lms.learning.rules.anomalies import Code, SessionFacts

PAGE = 500
EVENING, MORNING = time(23), time(6)
_SESSION = StudySession.__table__
_COLUMNS = (
    "id", "person_id", "registration_id", "cohort_id", "tenant_id", "region_code", "plan_code", "programme_code", "places",
    "launched_at", "last_at",
)  # fmt: skip


def sessions_alive(since: datetime, until: datetime) -> Iterator[tuple[Any, SessionFacts]]:
    """Every session that was heard of between two moments, with its facts, in pages of 500."""
    after: UUID | None = None
    while page := _page(since, until, after):
        facts = _facts(page)
        yield from ((session, facts[session.id]) for session in page)
        after = page[-1].id


def sessions_that_earned(
    cohort_id: UUID, person_id: UUID | None, after: UUID | None, limit: int = 200
) -> Sequence[Any]:
    """The next sessions of a class, or of one of its people, for which the ledger holds time."""
    earned = select(HourLedger.id).where(HourLedger.session_id == _SESSION.c.id, HourLedger.credited_ms > 0).exists()
    query = select(*(_SESSION.c[name] for name in _COLUMNS)).where(_SESSION.c.cohort_id == cohort_id, earned)
    if person_id is not None:
        query = query.where(_SESSION.c.person_id == person_id)
    if after is not None:
        query = query.where(_SESSION.c.id > after)
    return db.session.execute(query.order_by(_SESSION.c.id).limit(limit)).all()


def is_held(session_id: UUID, code: Code) -> bool:
    """Whether this anomaly of a session was noticed before."""
    query = select(Anomaly.id).where(Anomaly.session_id == session_id, Anomaly.code == code.value)
    return db.session.scalar(query) is not None


def _page(since: datetime, until: datetime, after: UUID | None) -> Sequence[Any]:
    query = select(*(_SESSION.c[name] for name in _COLUMNS)).where(_SESSION.c.last_at.between(since, until))
    if after is not None:
        query = query.where(_SESSION.c.id > after)
    return db.session.execute(query.order_by(_SESSION.c.id).limit(PAGE)).all()


def _facts(page: Sequence[Any]) -> dict[UUID, SessionFacts]:
    ids, people = [one.id for one in page], {one.person_id for one in page}
    first, last = _nights(page)
    sums, shared = _sums(ids), people_on(ids)
    answers, nights = _answers(people, first, last), _night_ms(people, first, last)
    places = {cohort_id: bool(cohorts.cohort(cohort_id).place) for cohort_id in {one.cohort_id for one in page}}
    return {
        one.id: SessionFacts(
            **sums.get(one.id, {}),
            answers_ms=tuple(answers.get((one.person_id, clock.local(one.last_at).date()), ())),
            people_on_device=shared.get(one.id, 1),
            classroom=places[one.cohort_id],
            night_ms=nights.get((one.person_id, _night_of(one.last_at)), 0),
            places_known=one.places,
        )
        for one in page
    }


def _sums(ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """What each session claimed, what of it was too fast, and whether it named more places than there are."""
    too_fast = case((HourLedger.flag == "too_fast", HourLedger.excluded_ms), else_=0)
    query = (
        select(
            HourLedger.session_id,
            func.sum(HourLedger.claimed_ms),
            func.sum(too_fast),
            func.bool_or(func.coalesce(HourLedger.flag == Code.PLACES_EXCEED.value, False)),
        )
        .where(HourLedger.session_id.in_(ids))
        .group_by(HourLedger.session_id)
    )
    return {
        one: {"claimed_ms": int(claimed), "too_fast_ms": int(fast), "places_exceeded": exceeded}
        for one, claimed, fast, exceeded in db.session.execute(query)
    }


def _answers(people: Collection[UUID], first: date, last: date) -> dict[tuple[UUID, date], list[int]]:
    """The response times of everybody's right answers, by Shanghai day, in order."""
    query = (
        select(PresenceAnswer.person_id, PresenceAnswer.at, PresenceAnswer.response_ms)
        .where(PresenceAnswer.person_id.in_(people), PresenceAnswer.outcome == "right")
        .where(PresenceAnswer.at.between(_moment(first, time()), _moment(last + timedelta(days=1), time())))
        .order_by(PresenceAnswer.at)
    )
    found: dict[tuple[UUID, date], list[int]] = defaultdict(list)
    for person_id, at, response_ms in db.session.execute(query):
        found[person_id, clock.local(at).date()].append(response_ms)
    return found


def _night_ms(people: Collection[UUID], first: date, last: date) -> dict[tuple[UUID, date], int]:
    """What everybody earned between 23:00 and 6:00, by the day on which the night began."""
    query = (
        select(HourLedger.person_id, HourLedger.started_at, HourLedger.credited_ms)
        .where(HourLedger.person_id.in_(people), HourLedger.day.between(first, last + timedelta(days=1)))
        .where(HourLedger.credited_ms > 0)
    )
    found: dict[tuple[UUID, date], int] = defaultdict(int)
    for person_id, started_at, credited_ms in db.session.execute(query):
        hour = clock.local(started_at).time()
        if hour >= EVENING or hour < MORNING:
            found[person_id, _night_of(started_at)] += credited_ms
    return found


def _night_of(moment: datetime) -> date:
    """The day on which the night of a moment began: before noon it is the day before."""
    return (clock.local(moment) - timedelta(hours=12)).date()


def _nights(page: Sequence[Any]) -> tuple[date, date]:
    return min(_night_of(one.launched_at) for one in page), max(_night_of(one.last_at) for one in page)


def _moment(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, clock.SHANGHAI)
