"""For which days inspections hold the hours of a class or a person."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, cast, func, or_, select

from lms.foundation.database import db
from lms.learning.models import HourSuspension, StudySession
from lms.learning.models.reviews import Anomaly
from lms.learning.rules.anomalies import Code


@dataclass(frozen=True)
class Suspension:
    """One inspection's hold: of a class, or of one of its people; no `since` from the beginning, no `until` until it is lifted."""

    cohort_id: UUID
    person_id: UUID | None
    inspection_id: UUID
    number: int
    since: date | None
    until: date | None


_LATER = HourSuspension.__table__.alias("later")
_STANDS = ~(
    select(_LATER.c.id)
    .where(_LATER.c.inspection_id == HourSuspension.inspection_id, _LATER.c.number > HourSuspension.number)
    .exists()
)
_VIEW = select(*(getattr(HourSuspension, name) for name in Suspension.__dataclass_fields__)).where(_STANDS)


def of_inspection(inspection_id: UUID) -> Suspension | None:
    """What an inspection holds at the moment; None where it never held anything."""
    row = db.session.execute(_VIEW.where(HourSuspension.inspection_id == inspection_id)).first()
    return Suspension(*row) if row else None


def open_for(person_id: UUID, cohort_ids: set[UUID], today: date) -> list[Suspension]:
    """What holds a person's hours today or further on, by class."""
    whose = or_(HourSuspension.person_id.is_(None), HourSuspension.person_id == person_id)
    lasts = or_(HourSuspension.until.is_(None), HourSuspension.until >= today)
    query = _VIEW.where(HourSuspension.cohort_id.in_(cohort_ids), whose, lasts)
    return [Suspension(*row) for row in db.session.execute(query.order_by(HourSuspension.created_at))]


def not_yet_held(*wanted: ColumnElement[bool]) -> Any:
    """The ids of the sessions that an inspection names and that have no hold of their own for it yet."""
    met = select(Anomaly.id).where(Anomaly.session_id == StudySession.id, Anomaly.code == Code.INSPECTION.value)
    covers = (
        (HourSuspension.cohort_id == StudySession.cohort_id)
        & or_(HourSuspension.person_id.is_(None), HourSuspension.person_id == StudySession.person_id)
        & or_(HourSuspension.since.is_(None), _day(StudySession.last_at) >= HourSuspension.since)
        & or_(HourSuspension.until.is_(None), _day(StudySession.launched_at) <= HourSuspension.until)
    )
    return select(StudySession.id).join(HourSuspension, covers).where(_STANDS, ~met.exists(), *wanted)


def _day(moment: Any) -> Any:
    return cast(func.timezone("Asia/Shanghai", moment), Date)
