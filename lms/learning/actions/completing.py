"""A lesson is learnt: written once, told once."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from lms.foundation import events
from lms.foundation.database import db
from lms.learning.events import LessonCompleted
from lms.learning.models import LessonCompletion
from lms.learning.rules.hours import Timeline
from lms.learning.rules.progress import is_complete
from lms.learning.rules.stretches import Stretches, length
from lms.plans.rules import HourPolicy


def complete(session: Any, lesson: Timeline, covered: Stretches, policy: HourPolicy, at: datetime) -> bool:
    """Complete the lesson of a session if its credited time is enough and it was not complete; say whether it is now."""
    if not is_complete(length(covered), lesson.earnable_ms, policy):
        return False
    row = insert(LessonCompletion).values(
        registration_id=session.registration_id,
        lesson_id=session.lesson_id,
        person_id=session.person_id,
        tenant_id=session.tenant_id,
        region_code=session.region_code,
        plan_code=session.plan_code,
        completed_at=at,
    )
    once = row.on_conflict_do_nothing().returning(LessonCompletion.lesson_id)
    if db.session.execute(once).first() is None:
        return False
    event = LessonCompleted(
        session.registration_id, session.person_id, session.cohort_id, session.tenant_id, session.lesson_id, at
    )
    events.publish(event)
    return True
