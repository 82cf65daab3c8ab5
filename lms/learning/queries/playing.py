"""How one lesson stands for one person: what the player's page shows before the first beat."""

from datetime import date
from uuid import UUID

from sqlalchemy import select

from lms.foundation import clock
from lms.foundation.database import db
from lms.learning.models import Coverage, Lease
from lms.learning.queries.courses import Course
from lms.learning.rules import misses as missed
from lms.learning.rules.answers import Answer
from lms.learning.rules.misses import Miss
from lms.learning.rules.progress import LessonState
from lms.learning.rules.reasons import Reason
from lms.learning.rules.stretches import tidy
from lms.plans import queries as plans
from lms.plans.rules import HourPolicy, NoPolicy


def policy_of(course: Course, on: date | None = None) -> HourPolicy | None:
    """The policy of hours in force for a course; None where no rule is."""
    try:
        return plans.hour_policy(course.cohort.programme_code, on or clock.today(), course.cohort.region_code)
    except NoPolicy:
        return None


def standing(person_id: UUID, lesson: LessonState, content_hash: str, policy: HourPolicy) -> Answer:
    """What the person has been told about a lesson so far."""
    mine = (Coverage.person_id == person_id, Coverage.content_hash == content_hash)
    wanted = (Coverage.stretches, Coverage.misses, Coverage.credited_ms, Coverage.online_ms)
    row = db.session.execute(select(*wanted).where(*mine)).first()
    found = tuple(Miss(start, end, Reason(reason)) for start, end, reason in row.misses) if row else ()
    credited_ms = row.credited_ms if row else 0
    whole = ((0, credited_ms),) if credited_ms else ()
    return Answer(
        accrued_ms=0,
        reason=None,
        left=(),
        covered=tidy(row.stretches if row else ()) if lesson.is_video else whole,
        misses=missed.worth_saying(found),
        credited_ms=credited_ms,
        online_ms=row.online_ms if row else 0,
        earnable_ms=lesson.earnable_ms,
        length_ms=lesson.length_ms if lesson.is_video else lesson.earnable_ms,
        day_ms=day_ms(person_id),
        day_cap_ms=policy.daily_cap_ms,
        beat_seconds=policy.beat_interval_s,
    )


def day_ms(person_id: UUID) -> int:
    """What the person has been credited today, in all classes."""
    query = select(Lease.day_ms).where(Lease.person_id == person_id, Lease.day == clock.today())
    return db.session.scalar(query) or 0
