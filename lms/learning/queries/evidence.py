"""What a reviewer looks at before deciding about held time: when and where was studied, how checks were answered, at what pace."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from lms.foundation import clock
from lms.foundation.database import db
from lms.learning.models import HourLedger, PresenceAnswer, PresenceCheck, StudySession
from lms.learning.queries.holds import HoldView
from lms.learning.rules.anomalies import Code

MOST_LINES = 200
PACE_SECONDS = 300
# where how fast it went says something
PACED = frozenset({Code.RAPID_PROGRESS, Code.PLACES_EXCEED, Code.INSPECTION})


@dataclass(frozen=True)
class Window:
    """The day that is looked at, or the night with the half days around it."""

    first: datetime
    last: datetime

    def share(self, moment: datetime) -> float:
        """Where a moment lies, in percent."""
        inside = min(max(moment, self.first), self.last) - self.first
        return 100 * inside / (self.last - self.first)


@dataclass(frozen=True)
class Sitting:
    """One session: whose, when, what, on which kind of device; `credited_ms` is what it earned."""

    id: UUID
    person_id: UUID
    lesson_title: str
    device: str
    started_at: datetime
    ended_at: datetime
    credited_ms: int


@dataclass(frozen=True)
class Given:
    """One answer to a presence check, and the form in which it was asked."""

    at: datetime
    form: str
    response_ms: int
    outcome: str
    way: str


@dataclass(frozen=True)
class Pace:
    """Five minutes of a session: what the server saw pass, what was said to be played, what counted; milliseconds."""

    started_at: datetime
    observed_ms: int
    claimed_ms: int
    credited_ms: int


@dataclass(frozen=True)
class Evidence:
    """All that is shown of a hold; empty where it says nothing about it."""

    window: Window
    sittings: list[Sitting]
    answers: list[Given]
    pace: list[Pace]

    def by_person(self) -> dict[UUID, list[Sitting]]:
        """The sittings of each person, in order."""
        found: dict[UUID, list[Sitting]] = {}
        for one in self.sittings:
            found.setdefault(one.person_id, []).append(one)
        return found

    def bars(self, sittings: list[Sitting]) -> list[tuple[str, float, float]]:
        """Sittings as bars over the window: kind, start and width in percent."""
        ends = [(self.window.share(one.started_at), self.window.share(one.ended_at)) for one in sittings]
        return [("c", start, max(end - start, 0.5)) for start, end in ends]


def of_hold(one: HoldView) -> Evidence:
    """What there is to see about one hold."""
    window = window_of(one)
    answers = _answers(one, window) if one.code is Code.BOT_ANSWERS else []
    return Evidence(window, _sittings(one, window), answers, _pace(one) if one.code in PACED else [])


def window_of(one: HoldView) -> Window:
    """The Shanghai day on which a session began; for a night the day from noon to noon."""
    local = clock.local(one.launched_at)
    if one.code is not Code.NIGHT_MARATHON:
        first = datetime.combine(local.date(), time(), clock.SHANGHAI)
    else:
        first = datetime.combine((local - timedelta(hours=12)).date(), time(12), clock.SHANGHAI)
    return Window(first, first + timedelta(days=1))


def _sittings(one: HoldView, window: Window) -> list[Sitting]:
    """The person's sessions of the day; those of everybody on the same device where that is what was noticed."""
    earned = select(func.coalesce(func.sum(HourLedger.credited_ms), 0)).where(HourLedger.session_id == StudySession.id)
    names = ("id", "person_id", "lesson_title", "device")
    times = (StudySession.launched_at.label("started_at"), StudySession.last_at.label("ended_at"))
    plain = (getattr(StudySession, name) for name in names)
    query = select(*plain, *times, earned.scalar_subquery().label("credited_ms"))
    query = query.where(StudySession.launched_at < window.last, StudySession.last_at >= window.first)
    found = db.session.execute(_whose(query, one).order_by(StudySession.launched_at).limit(MOST_LINES))
    return [Sitting(**{**row._mapping, "credited_ms": int(row.credited_ms)}) for row in found]


def _whose(query: Select[Any], one: HoldView) -> Select[Any]:
    if one.code is not Code.SHARED_DEVICE:
        return query.where(StudySession.person_id == one.person_id)
    key = select(StudySession.device_key).where(StudySession.id == one.session_id).scalar_subquery()
    return query.where(StudySession.device_key == key)


def _answers(one: HoldView, window: Window) -> list[Given]:
    names = (
        PresenceAnswer.at,
        PresenceCheck.form,
        PresenceAnswer.response_ms,
        PresenceAnswer.outcome,
        PresenceAnswer.way,
    )
    query = (
        select(*names)
        .join(PresenceCheck, PresenceCheck.id == PresenceAnswer.check_id)
        .where(PresenceAnswer.person_id == one.person_id, PresenceAnswer.at.between(window.first, window.last))
    )
    return [Given(*row) for row in db.session.execute(query.order_by(PresenceAnswer.at).limit(MOST_LINES))]


def _pace(one: HoldView) -> list[Pace]:
    slot = func.floor(func.extract("epoch", HourLedger.started_at) / PACE_SECONDS)
    sums = (func.sum(column) for column in (HourLedger.observed_ms, HourLedger.claimed_ms, HourLedger.credited_ms))
    mine = (HourLedger.session_id == one.session_id, HourLedger.corrects_id.is_(None), HourLedger.check_id.is_(None))
    query = select(func.min(HourLedger.started_at), *sums).where(*mine).group_by(slot).order_by(slot)
    return [Pace(row[0], *(int(ms) for ms in row[1:])) for row in db.session.execute(query.limit(MOST_LINES))]
