"""What an organisation can show: its qualifications and its pool of teachers."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db


class Qualification(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A paper of an organisation with its days, its document and what an authority said to it."""

    __tablename__ = "organisation_qualification"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    region_code: Mapped[str]
    plan_code: Mapped[str] = mapped_column(ForeignKey("plan.code"))
    kind: Mapped[str]
    number: Mapped[str]
    issued_by: Mapped[str]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    file_key: Mapped[str | None]
    file_type: Mapped[str | None]
    file_bytes: Mapped[int | None]
    state: Mapped[str] = mapped_column(default="waiting")
    added_by: Mapped[UUID | None]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")


class Teacher(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """Somebody of an organisation's pool of teachers; `person_id` where they have an account and said yes."""

    __tablename__ = "teacher"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    field: Mapped[str]
    employment: Mapped[str]
    certificate: Mapped[str]
    certificate_number: Mapped[str]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    left_on: Mapped[date | None]
