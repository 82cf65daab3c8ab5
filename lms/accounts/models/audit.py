"""Who looked at or did what, whom it concerned, and exports of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Computed, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db


class AuditEntry(db.Model):  # type: ignore[name-defined]
    """Who looked at or did what; added, never changed. Region and plan are the thing's, else the actor's own."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    action: Mapped[str]
    subject: Mapped[str]
    reason: Mapped[str]
    leaf_id: Mapped[int]
    subject_kind: Mapped[str | None]
    subject_id: Mapped[str | None]
    people: Mapped[int] = mapped_column(default=0)
    role: Mapped[str | None]
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    deputy_for: Mapped[UUID | None]
    region_code: Mapped[str | None]
    city_code: Mapped[str | None] = mapped_column(Computed("left(region_code, 4)", persisted=True))
    county_code: Mapped[str | None] = mapped_column(Computed("left(region_code, 6)", persisted=True))
    plan_code: Mapped[str | None]
    department: Mapped[str | None]


class AuditPerson(db.Model):  # type: ignore[name-defined]
    """Somebody whom an entry concerned."""

    __tablename__ = "audit_person"

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)


class AuditExport(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """Somebody's export of entries: which, why, and the file once it is made. `token` is the form's, so twice is once."""

    __tablename__ = "audit_export"

    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]
    token: Mapped[str] = mapped_column(unique=True)
    filters: Mapped[dict[str, Any]]
    job_id: Mapped[UUID | None]
    result: Mapped[dict[str, Any] | None]
