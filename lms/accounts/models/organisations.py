"""Organisations, what authorities answer for, and who works where."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db


class Organisation(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """An institution or enterprise (a tenant), or an authority (with scope)."""

    __tablename__ = "organisation"

    kind: Mapped[str]
    name: Mapped[str] = mapped_column(unique=True)
    region_code: Mapped[str]
    department: Mapped[str | None]


class AuthorityScope(Identified, db.Model):  # type: ignore[name-defined]
    """What an authority answers for."""

    __tablename__ = "authority_scope"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    region: Mapped[str]
    plan_code: Mapped[str | None]


class Membership(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """Somebody works for an organisation in a role."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id", "role"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[str]
    until: Mapped[date | None]
