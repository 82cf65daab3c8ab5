"""Who is registered on what."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from lms.foundation.database import db
from lms.foundation.errors import NotFound
from lms.learning.models import Registration


@dataclass(frozen=True)
class RegistrationView:
    """A person on a course by way of a class."""

    id: UUID
    person_id: UUID
    cohort_id: UUID
    version_id: UUID
    tenant_id: UUID
    region_code: str
    plan_code: str
    created_at: datetime


_REGISTRATION = select(*(getattr(Registration, name) for name in RegistrationView.__dataclass_fields__))


def registrations_of(person_id: UUID) -> list[RegistrationView]:
    """A person's registrations, newest first."""
    query = _REGISTRATION.where(Registration.person_id == person_id)
    rows = db.session.execute(query.order_by(Registration.created_at.desc(), Registration.id))
    return [RegistrationView(*row) for row in rows]


def registration(registration_id: UUID, person_id: UUID) -> RegistrationView:
    """One registration of this very person; raises NotFound."""
    mine = _REGISTRATION.where(Registration.id == registration_id, Registration.person_id == person_id)
    row = db.session.execute(mine).first()
    if row is None:
        raise NotFound()
    return RegistrationView(*row)
