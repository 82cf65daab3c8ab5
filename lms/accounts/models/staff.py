"""Who works where: memberships, invitations, handovers, work lent to a colleague, second looks."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db


class Membership(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """Somebody works for an organisation in a role, until a day, or until it was ended."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id", "role"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[str]
    until: Mapped[date | None]
    ended_at: Mapped[datetime | None]


class StaffInvitation(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """Somebody is asked to work for an organisation; `name` and the masks are as the inviter typed them."""

    __tablename__ = "staff_invitation"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    name: Mapped[str]
    id_mask: Mapped[str]
    phone_mask: Mapped[str]
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    expires_on: Mapped[date]
    state: Mapped[str] = mapped_column(default="open")
    answered_at: Mapped[datetime | None]


class Handover(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """Somebody left an organisation, and somebody else took over what was open; added, never changed."""

    __tablename__ = "staff_handover"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    successor_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    roles: Mapped[str]
    reason: Mapped[str]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class Delegation(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A role's work lent to a colleague of the same authority for days, both ends included."""

    __tablename__ = "delegation"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    borrower_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reason: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    noted_at: Mapped[datetime | None]
    noted_by: Mapped[UUID | None]


class SecondLook(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """Something of an institution that waits for its own second person; `digest` is what was shown to be looked at."""

    __tablename__ = "second_look"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    parent_id: Mapped[UUID | None]
    title: Mapped[str]
    plan_code: Mapped[str]
    digest: Mapped[str]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(default="waiting")
    looked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    looked_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
