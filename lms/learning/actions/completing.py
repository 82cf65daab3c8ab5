"""A lesson is learnt: written once, told once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from lms.foundation import events
from lms.foundation.database import db
from lms.learning.events import LessonCompleted
from lms.learning.models import LessonCompletion
from lms.learning.rules.progress import is_complete, needed_ms
from lms.plans.rules import HourPolicy

_RECONSIDER = (
    "update lesson_completion set undone = needs_ms > %(credited)s where person_id = %(person)s"
    " and content_hash = %(content)s and undone <> (needs_ms > %(credited)s)"
)


def complete(session: Any, credited_ms: int, earnable_ms: int, policy: HourPolicy, at: datetime) -> bool:
    """Complete the lesson of a session if its credited time is enough and it was not complete; say whether it is now."""
    if not is_complete(credited_ms, earnable_ms, policy):
        return False
    return _keep(session, needed_ms(earnable_ms, policy), at)


def complete_by_package(session: Any, at: datetime) -> bool:
    """A package says that its lesson is learnt. It is heard only where the reviewer approved no time at all.

    Where the lesson can earn time, done follows the ledger alone; what the package says is kept beside it.
    """
    if session.approved_ms != 0:
        return False
    return _keep(session, 0, at)


def reconsider(person_id: UUID, content_hash: str, credited_ms: int) -> None:
    """What a content holds has changed: lessons of it that need more are not done, those that need no more are again."""
    values = {"person": person_id, "content": content_hash, "credited": credited_ms}
    db.session.connection().exec_driver_sql(_RECONSIDER, values)


def _keep(session: Any, needs_ms: int, at: datetime) -> bool:
    row = insert(LessonCompletion).values(
        registration_id=session.registration_id,
        lesson_id=session.lesson_id,
        person_id=session.person_id,
        tenant_id=session.tenant_id,
        region_code=session.region_code,
        plan_code=session.plan_code,
        completed_at=at,
        content_hash=session.content_hash,
        needs_ms=needs_ms,
    )
    once = row.on_conflict_do_nothing().returning(LessonCompletion.lesson_id)
    if db.session.execute(once).first() is None:
        reconsider(session.person_id, session.content_hash, needs_ms)
        return False
    event = LessonCompleted(
        session.registration_id, session.person_id, session.cohort_id, session.tenant_id, session.lesson_id, at
    )
    events.publish(event)
    return True
