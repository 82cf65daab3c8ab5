"""How learners stand in courses of cmi5: what packages say, which completes nothing by itself (hours are the ledger's)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from lms.foundation.database import db
from lms.foundation.errors import NotFound
from lms.learning.models import Cmi5Au, Cmi5Registration, Cmi5Satisfied, Registration, XapiSession
from lms.learning.rules.cmi5.words import AuStanding


@dataclass(frozen=True)
class SessionView:
    """A session of an AU; it is open until one of the last two is there."""

    id: UUID
    lesson_id: UUID
    launched_at: datetime
    initialized_at: datetime | None
    terminated_at: datetime | None
    abandoned_at: datetime | None


@dataclass(frozen=True)
class RegistrationView:
    """A learner on a course of cmi5; `aus` by lesson, `told` the blocks (by key) and the course."""

    id: UUID
    version_id: UUID
    satisfied_at: datetime | None
    aus: dict[UUID, AuStanding]
    told: dict[str, datetime]
    sessions: list[SessionView]


def standing(registration: UUID, tenant_id: UUID) -> RegistrationView:
    """How a registration of this tenant stands; raises NotFound."""
    mine = select(Cmi5Registration).where(Cmi5Registration.tenant_id == tenant_id, Cmi5Registration.id == registration)
    row = db.session.scalar(mine)
    if row is None:
        raise NotFound()
    told = select(Cmi5Satisfied.node, Cmi5Satisfied.at).where(
        Cmi5Satisfied.tenant_id == tenant_id, Cmi5Satisfied.registration == registration
    )
    nodes = {node: at for node, at in db.session.execute(told)}  # noqa: C416 - a Result is no mapping
    return RegistrationView(
        row.id, row.version_id, row.satisfied_at, aus_of(registration), nodes, _sessions(registration, tenant_id)
    )


def aus_of(registration: UUID) -> dict[UUID, AuStanding]:
    """What a learner has of each AU of a registration, by lesson; AUs of which nothing is known are left out."""
    return aus_of_all([registration]).get(registration, {})


def aus_of_all(registrations: Collection[UUID]) -> dict[UUID, dict[UUID, AuStanding]]:
    """The same for many registrations at once."""
    query = select(Cmi5Au).where(Cmi5Au.registration.in_(registrations))
    found: dict[UUID, dict[UUID, AuStanding]] = {}
    for row in db.session.scalars(query):
        times = (row.completed_at, row.passed_at, row.waived_at, row.satisfied_at)
        found.setdefault(row.registration, {})[row.lesson_id] = AuStanding(*times)
    return found


def satisfied_of_cohort(cohort_id: UUID) -> dict[UUID, int]:
    """How many AUs packages call satisfied for each registration of a class that has any; one query."""
    query = (
        select(Cmi5Au.registration, func.count())
        .join(Registration, Registration.id == Cmi5Au.registration)
        .where(Registration.cohort_id == cohort_id, Cmi5Au.satisfied_at.is_not(None))
        .group_by(Cmi5Au.registration)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def origin_of(session_id: UUID) -> str:
    """The origin that the pages of a session's AU come from; "" where there is no session."""
    return db.session.scalar(select(XapiSession.origin).where(XapiSession.id == session_id)) or ""


def _sessions(registration: UUID, tenant_id: UUID) -> list[SessionView]:
    columns = [getattr(XapiSession, name) for name in SessionView.__dataclass_fields__]
    query = select(*columns).where(XapiSession.tenant_id == tenant_id, XapiSession.registration == registration)
    rows = db.session.execute(query.order_by(XapiSession.launched_at))
    return [SessionView(*row) for row in rows]
