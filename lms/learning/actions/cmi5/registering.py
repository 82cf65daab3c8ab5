"""A learner comes onto a cmi5 course: an id for what is said of them there, and what is satisfied from the beginning."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert

from lms.cohorts import queries as cohorts
from lms.cohorts.events import CohortOpened, PeopleEnrolled
from lms.foundation import clock
from lms.foundation.database import db, widened
from lms.foundation.errors import Conflict
from lms.learning.actions.cmi5.satisfying import Plan, plan_of, tell
from lms.learning.actions.cmi5.sessions import lock_registration, terms_of_nobody
from lms.learning.actions.opening import agent_of
from lms.learning.models import Cmi5Registration, Launch, Registration
from lms.learning.rules.cmi5.terms import Json, MoveOn
from lms.lrs import actions as lrs
from lms.publishing import queries as publishing

TAKEN = "这个 registration 已经用在别的课程或别的学员上，换一个新的 UUID，或者不填由平台来定"


def registered(launch: Launch, at: datetime) -> tuple[Cmi5Registration, list[Json]]:
    """The registration of a launch, locked, and what is to be told where it is new (9.6.1.1-3).

    Raises Conflict where the id belongs to another course, another actor or somebody's place in a class.
    """
    values = {name: getattr(launch, name) for name in ("tenant_id", "region_code", "plan_code", "person_id", "kind")}
    if launch.kind == "external":
        _refuse_of_class(launch)
    return _register(launch.registration, {**values, "version_id": launch.version_id, "actor": launch.actor}, at)


def opened(event: CohortOpened) -> None:
    """A class was opened: what asks for nothing is satisfied for all its people (a job of its own)."""
    _all(event, cohorts.members(event.cohort_id))


def enrolled(event: PeopleEnrolled) -> None:
    """People joined a class that is open."""
    _all(event, event.person_ids)


def _all(event: CohortOpened | PeopleEnrolled, people: Any) -> None:
    """Courses that ask something of everybody everywhere need nothing now: the first launch registers."""
    if not any(_asks_nothing(lesson) for lesson in publishing.lessons(event.version_id)):
        return
    mine = select(Registration).where(
        Registration.cohort_id == event.cohort_id, Registration.person_id.in_(list(people))
    )
    told: list[Json] = []
    plan = plan_of(event.version_id)
    for row in db.session.scalars(mine.order_by(Registration.id)):
        values = {
            name: getattr(row, name) for name in ("tenant_id", "region_code", "plan_code", "person_id", "version_id")
        }
        told += _register(row.id, {**values, "kind": "class", "actor": agent_of(row.person_id)}, clock.now(), plan)[1]
    if told:
        lrs.store(told, event.tenant_id)


def _asks_nothing(lesson: publishing.LessonView) -> bool:
    return lesson.kind == "au" and lesson.settings.get("move_on", MoveOn.NOT_APPLICABLE) == MoveOn.NOT_APPLICABLE


def _register(
    registration: UUID, values: dict[str, Any], at: datetime, plan: Plan | None = None
) -> tuple[Cmi5Registration, list[Json]]:
    new = insert(Cmi5Registration).values(id=registration, created_at=at, **values).on_conflict_do_nothing()
    with widened("cmi5: a registration is told apart from every other of its tenant"):
        made = db.session.execute(new.returning(Cmi5Registration.id)).first() is not None
    row = lock_registration(values["tenant_id"], registration)
    if row is None or any(getattr(row, name) != values[name] for name in ("kind", "version_id", "actor", "person_id")):
        raise Conflict(TAKEN, code="registration_taken")
    if not made:
        return row, []
    plan = plan or plan_of(row.version_id)
    if not any(asked is MoveOn.NOT_APPLICABLE for asked in plan.move_on.values()):
        return row, []
    return row, tell(row, plan, terms_of_nobody(row, next(iter(plan.lessons.values()))), at)


def _refuse_of_class(launch: Launch) -> None:
    """An outside system never speaks of a trainee of a class, not even before the trainee has begun."""
    with widened("cmi5: a registration of a class is nobody's outside"):
        taken = db.session.scalar(select(exists().where(Registration.id == launch.registration)))
    if taken:
        raise Conflict(TAKEN, code="registration_taken")
