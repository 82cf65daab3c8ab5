"""Tables of classes. Only this capability writes them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db

SEALED = {"sealed": True}
PLACE = ["tenant_id", "region_code", "plan_code"]


class Cohort(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A class of an institution that learns one version of a package together."""

    __tablename__ = "cohort"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        UniqueConstraint("id", *PLACE),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    code: Mapped[str]
    title: Mapped[str]
    programme_code: Mapped[str] = mapped_column(ForeignKey("programme.code"))
    plan_code: Mapped[str] = mapped_column(ForeignKey("plan.code"))
    region_code: Mapped[str]
    version_id: Mapped[UUID] = mapped_column(ForeignKey("package_version.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    planned_class_hours: Mapped[int]
    teacher: Mapped[str]
    place: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="draft")
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    filed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    filed_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class Enrolment(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """Somebody belongs to a class. `details` is sealed JSON: employer, household, remark as the roster gave them."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("cohort_id", "person_id"),
        ForeignKeyConstraint(["cohort_id", *PLACE], ["cohort.id", *(f"cohort.{c}" for c in PLACE)], onupdate="cascade"),
    )

    tenant_id: Mapped[UUID]
    region_code: Mapped[str]
    plan_code: Mapped[str]
    cohort_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    import_id: Mapped[UUID | None] = mapped_column(ForeignKey("roster_import.id"))
    row: Mapped[int] = mapped_column(default=0, server_default="0")
    details: Mapped[bytes | None] = mapped_column(info=SEALED)


class RosterImport(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A roster that was read: waiting for a yes, taken in, or replaced by a later file. `content` is sealed JSON."""

    __tablename__ = "roster_import"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id"))
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    file_name: Mapped[str]
    state: Mapped[str] = mapped_column(default="previewed")
    content: Mapped[bytes | None] = mapped_column(info=SEALED)
    new: Mapped[int]
    known: Mapped[int]
    enrolled_before: Mapped[int]
    refused: Mapped[int]
    passed_over: Mapped[int]
    enrolled: Mapped[int | None]
    imported_at: Mapped[datetime | None]


class CohortDecision(Identified, db.Model):  # type: ignore[name-defined]
    """What an authority said to a filing; added, never changed, with its leaf in the evidence tree."""

    __tablename__ = "cohort_decision"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    region_code: Mapped[str]
    plan_code: Mapped[str]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id"))
    filed_by: Mapped[UUID | None]
    filed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime]
    verdict: Mapped[str]
    reason: Mapped[str]
    people: Mapped[int]
    terms: Mapped[dict[str, Any]]
    leaf_id: Mapped[int]
    leaf_hash: Mapped[bytes]
