"""The tables of cmi5 and tincan: registrations, sessions, what a learner has of each AU, what was told to be satisfied."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, db
from lms.learning.models.study import Placed


class Cmi5Registration(Dated, Placed, db.Model):  # type: ignore[name-defined]
    """A learner on a course, under the id that statements carry; locked first by whatever changes what hangs on it.

    `kind` is class (the id is that of learning's own registration) or external (an actor of another system, and
    `person_id` is empty).
    """

    __tablename__ = "cmi5_registration"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    version_id: Mapped[UUID] = mapped_column(ForeignKey("package_version.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    actor: Mapped[dict[str, Any]]
    satisfied_at: Mapped[datetime | None]


class XapiSession(Placed, db.Model):  # type: ignore[name-defined]
    """What one launch may say to the record store, and what it has said; its id is the launch's, and the session id of cmi5.

    `kind` is cmi5 or tincan. `auth_hash` is the SHA-256 of the credential, once it was given out. `last_at` is when the AU
    last said anything. A session is open until it was terminated by the AU or abandoned by us.
    """

    __tablename__ = "xapi_session"

    id: Mapped[UUID] = mapped_column(ForeignKey("launch.id"), primary_key=True)
    kind: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    registration: Mapped[UUID]
    version_id: Mapped[UUID] = mapped_column(ForeignKey("package_version.id"))
    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("lesson.id"))
    title: Mapped[str]
    records: Mapped[bool]
    terms: Mapped[dict[str, Any]]
    origin: Mapped[str]
    auth_hash: Mapped[bytes | None]
    launched_at: Mapped[datetime]
    preferences_read_at: Mapped[datetime | None]
    initialized_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    passed_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    terminated_at: Mapped[datetime | None]
    abandoned_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]


class Cmi5Au(Placed, db.Model):  # type: ignore[name-defined]
    """What a learner has of one AU within a registration."""

    __tablename__ = "cmi5_au"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "registration"], ["cmi5_registration.tenant_id", "cmi5_registration.id"]),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    registration: Mapped[UUID] = mapped_column(primary_key=True)
    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("lesson.id"), primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    completed_at: Mapped[datetime | None]
    passed_at: Mapped[datetime | None]
    waived_at: Mapped[datetime | None]
    waived_why: Mapped[str] = mapped_column(default="")
    satisfied_at: Mapped[datetime | None]


class Cmi5Satisfied(Placed, db.Model):  # type: ignore[name-defined]
    """A block or the course was told to be satisfied, once, under the session that brought it about; append-only."""

    __tablename__ = "cmi5_satisfied"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "registration"], ["cmi5_registration.tenant_id", "cmi5_registration.id"]),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    registration: Mapped[UUID] = mapped_column(primary_key=True)
    node: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    session_id: Mapped[UUID]
    at: Mapped[datetime]
