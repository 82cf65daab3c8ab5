"""What an AU brings about: it is satisfied, then the blocks around it, then the course; each is told once, inner ones first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from lms.config import settings
from lms.foundation.database import db
from lms.learning.actions.cmi5.sessions import PLACE
from lms.learning.models import Cmi5Au, Cmi5Registration, Cmi5Satisfied
from lms.learning.rules.cmi5 import statements
from lms.learning.rules.cmi5.satisfaction import COURSE, Node, Standing, newly_satisfied, nodes
from lms.learning.rules.cmi5.terms import Json, MoveOn, Terms
from lms.publishing import queries as publishing


@dataclass(frozen=True)
class Plan:
    """A course as far as satisfaction goes: its blocks and itself in the order to tell them, and what each AU asks for."""

    order: list[Node]
    move_on: dict[int, MoveOn]
    lessons: dict[int, publishing.LessonView]

    @property
    def numbers(self) -> dict[object, int]:
        """The numbers of AUs by their lessons."""
        return {lesson.id: number for number, lesson in self.lessons.items()}


def plan_of(version_id: UUID) -> Plan:
    """The plan of a course."""
    lessons = {lesson.number: lesson for lesson in publishing.lessons(version_id) if lesson.kind == "au"}
    asked = {number: MoveOn(lesson.settings.get("move_on") or "NotApplicable") for number, lesson in lessons.items()}
    return Plan(nodes(publishing.version(version_id).structure), asked, lessons)


def settle(registration: Cmi5Registration, au: Cmi5Au, move_on: MoveOn, terms: Terms, at: datetime) -> list[Json]:
    """Mark an AU as satisfied if it is now, and give what is to be told of the blocks and the course around it."""
    standing = Standing(au.completed_at is not None, au.passed_at is not None, au.waived_at is not None)
    if au.satisfied_at is not None or not standing.satisfies(move_on):
        return []
    au.satisfied_at = at
    db.session.flush()
    return tell(registration, plan_of(registration.version_id), terms, at)


def tell(registration: Cmi5Registration, plan: Plan, terms: Terms, at: datetime) -> list[Json]:
    """The statements of all that is satisfied and was not told; they are marked as told."""
    found = newly_satisfied(plan.order, _satisfied(registration, plan), _told(registration))
    place = {name: getattr(registration, name) for name in PLACE}
    for node in found:
        row = Cmi5Satisfied(registration=registration.id, node=node.key, session_id=terms.session, at=at, **place)
        db.session.add(row)
        if node.key == COURSE:
            registration.satisfied_at = at
    db.session.flush()
    origin = settings().app_origin
    return [statements.satisfied(origin, registration.version_id, terms, node, at) for node in found]


def _satisfied(registration: Cmi5Registration, plan: Plan) -> set[int]:
    """The numbers of the AUs that are satisfied; those that ask for nothing always are."""
    query = select(Cmi5Au.lesson_id).where(
        Cmi5Au.tenant_id == registration.tenant_id,
        Cmi5Au.registration == registration.id,
        Cmi5Au.satisfied_at.is_not(None),
    )
    numbers = plan.numbers
    done = {numbers[lesson_id] for lesson_id in db.session.scalars(query)}
    return done | {number for number, asked in plan.move_on.items() if asked is MoveOn.NOT_APPLICABLE}


def _told(registration: Cmi5Registration) -> set[str]:
    query = select(Cmi5Satisfied.node).where(
        Cmi5Satisfied.tenant_id == registration.tenant_id, Cmi5Satisfied.registration == registration.id
    )
    return set(db.session.scalars(query))
