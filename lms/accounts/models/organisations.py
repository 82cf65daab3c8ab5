"""Organisations, what they were called, what they take part in, and what authorities answer for."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.accounts.models.people import SEALED
from lms.foundation.database import Dated, Identified, db


class Organisation(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """An institution or enterprise (a tenant), or an authority (with scope)."""

    __tablename__ = "organisation"

    kind: Mapped[str]
    name: Mapped[str] = mapped_column(unique=True)
    region_code: Mapped[str]
    department: Mapped[str | None]
    credit_code: Mapped[str | None] = mapped_column(unique=True)
    institution_kind: Mapped[str | None]


class FormerName(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """What an organisation was called until it changed its name; added, never changed."""

    __tablename__ = "organisation_former_name"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str]
    until: Mapped[date]
    reason: Mapped[str]
    changed_by: Mapped[UUID | None]


class OrganisationPlan(db.Model):  # type: ignore[name-defined]
    """An institution or enterprise takes part in a plan, in its region: whose authorities may see its papers."""

    __tablename__ = "organisation_plan"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    plan_code: Mapped[str] = mapped_column(ForeignKey("plan.code"), primary_key=True)
    region_code: Mapped[str]


class Application(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """An organisation asks to take part; number and phone of the one who will answer for it are sealed."""

    __tablename__ = "organisation_application"

    kind: Mapped[str]
    institution_kind: Mapped[str | None]
    name: Mapped[str]
    credit_code: Mapped[str]
    region_code: Mapped[str]
    plan_code: Mapped[str] = mapped_column(ForeignKey("plan.code"))
    lead_name: Mapped[str]
    lead_id_number: Mapped[bytes | None] = mapped_column(info=SEALED)
    lead_id_mask: Mapped[str]
    lead_phone: Mapped[bytes | None] = mapped_column(info=SEALED)
    lead_phone_mask: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))


class AuthorityScope(Identified, db.Model):  # type: ignore[name-defined]
    """What an authority answers for: a region prefix × a department × a plan; None means every one."""

    __tablename__ = "authority_scope"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    region: Mapped[str]
    department: Mapped[str | None]
    plan_code: Mapped[str | None]
