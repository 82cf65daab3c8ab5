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
from lms.learning.queries import suspensions
from lms.learning.queries.holds import people_on
from lms.learning.rules.anomalies import Code, SessionFacts

PAGE = 500
# what somebody (or something) pressed; missed and dropped are what nobody did
GIVEN = ("right", "wrong", "cured")
EVENING, MORNING, NOON = time(23), time(6), time(12)
_SESSION = StudySession.__table__
_COLUMNS = (
    "id", "person_id", "registration_id", "cohort_id", "tenant_id", "region_code", "plan_code", "programme_code", "places",
    "launched_at", "last_at", "device_key",
)  # fmt: skip

_VALUES = [_SESSION.c[name] for name in _COLUMNS]


def sessions_alive(since: datetime, until: datetime) -> Iterator[tuple[Any, SessionFacts]]:
    """Every session that was heard of between two moments, with its facts, in pages of 500."""
    after: UUID | None = None
    while page := _next(select(*_VALUES).where(_SESSION.c.last_at.between(since, until)), after):
        facts = _facts(page)
        yield from ((session, facts[session.id]) for session in page)
        after = page[-1].id


def beside(suspects: Sequence[Any]) -> Iterator[tuple[Any, SessionFacts]]:
    """The other sessions of these people, and of whoever used their browsers, on the same days and nights, with their facts.

    Ten answers, four people or four hours are too many only with the last of them: what came before is looked at again.
    """
    mornings = (_moment(clock.local(one.launched_at).date(), time()) for one in suspects)
    noons = (_moment(_night_of(one.launched_at), NOON) for one in suspects)
    first, last = min(*mornings, *noons), max(one.last_at for one in suspects)
    keys = {one.device_key for one in suspects if one.device_key is not None}
    whose = _SESSION.c.person_id.in_({one.person_id for one in suspects}) | _SESSION.c.device_key.in_(keys)
    near = (_SESSION.c.launched_at.between(first, last), _SESSION.c.id.not_in({one.id for one in suspects}))
    after: UUID | None = None
    while page := _next(select(*_VALUES).where(whose, *near), after):
        facts = _facts(page)
        yield from ((session, facts[session.id]) for session in page)
        after = page[-1].id


def sessions_named(limit: int = 200, cohort_id: UUID | None = None) -> Sequence[Any]:
    """The next sessions that inspections name, that have earned something and are not on hold for it yet."""
    earned = select(HourLedger.id).where(HourLedger.session_id == _SESSION.c.id, HourLedger.credited_ms > 0).exists()
    wanted = [StudySession.cohort_id == cohort_id] if cohort_id else []
    query = select(*_VALUES).where(_SESSION.c.id.in_(suspensions.not_yet_held(*wanted)), earned)
    return _next(query, None, limit)


def is_held(session_id: UUID, code: Code) -> bool:
    """Whether this anomaly of a session was noticed before."""
    query = select(Anomaly.id).where(Anomaly.session_id == session_id, Anomaly.code == code.value)
    return db.session.scalar(query) is not None


def _next(query: Any, after: UUID | None, limit: int = PAGE) -> Sequence[Any]:
    """The next page of sessions, by their ids."""
    if after is not None:
        query = query.where(_SESSION.c.id > after)
    return db.session.execute(query.order_by(_SESSION.c.id).limit(limit)).all()


def _facts(page: Sequence[Any]) -> dict[UUID, SessionFacts]:
    ids, people = [one.id for one in page], {one.person_id for one in page}
    first, last = _nights(page)
    sums, shared = _sums(ids), people_on(ids)
    (answers, wrong), nights = _answers(people, first, last), _night_ms(people, first, last)
    places = {cohort_id: bool(cohorts.cohort(cohort_id).place) for cohort_id in {one.cohort_id for one in page}}
    return {
        one.id: SessionFacts(
            **sums.get(one.id, {}),
            answers_ms=tuple(answers.get((one.person_id, clock.local(one.last_at).date()), ())),
            wrong=wrong.get((one.person_id, clock.local(one.last_at).date()), 0),
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


def _answers(
    people: Collection[UUID], first: date, last: date
) -> tuple[dict[tuple[UUID, date], list[int]], dict[tuple[UUID, date], int]]:
    """The response times of everybody's answers, by Shanghai day, in order; and how many of them were wrong."""
    query = (
        select(PresenceAnswer.person_id, PresenceAnswer.at, PresenceAnswer.response_ms, PresenceAnswer.outcome)
        .where(PresenceAnswer.person_id.in_(people), PresenceAnswer.outcome.in_(GIVEN))
        .where(PresenceAnswer.at.between(_moment(first, time()), _moment(last + timedelta(days=2), time())))
        .order_by(PresenceAnswer.at)
    )
    found: dict[tuple[UUID, date], list[int]] = defaultdict(list)
    wrong: dict[tuple[UUID, date], int] = defaultdict(int)
    for person_id, at, response_ms, outcome in db.session.execute(query):
        found[person_id, clock.local(at).date()].append(response_ms)
        wrong[person_id, clock.local(at).date()] += outcome == "wrong"
    return found, wrong


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
