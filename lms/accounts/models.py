"""People, organisations, sign-in."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db

SEALED = {"sealed": True}


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


class Person(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A natural person; has no tenant. Number and phone are sealed, with a blind index for equality."""

    __tablename__ = "person"

    name: Mapped[str]
    id_number: Mapped[bytes | None] = mapped_column(info=SEALED)
    id_number_index: Mapped[bytes | None] = mapped_column(unique=True)
    id_number_mask: Mapped[str | None]
    phone: Mapped[bytes | None] = mapped_column(info=SEALED)
    phone_index: Mapped[bytes | None]
    phone_mask: Mapped[str | None]
    password_hash: Mapped[str | None]


class KnownTo(db.Model):  # type: ignore[name-defined]
    """Which organisation, in which region and for which plan, came to deal with a person."""

    __tablename__ = "known_to"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    region_code: Mapped[str] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(primary_key=True)


class Membership(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """Somebody works for an organisation in a role."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id", "role"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[str]
    until: Mapped[date | None]


class WebSession(db.Model):  # type: ignore[name-defined]
    """A browser that is signed in or about to be; only the hash of its cookie is kept."""

    __tablename__ = "web_session"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    data: Mapped[dict[str, Any]]
    expires_at: Mapped[datetime]


class OneTimeCode(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A code that was sent to a phone; only keyed hashes are kept."""

    __tablename__ = "one_time_code"

    phone_index: Mapped[bytes]
    code_index: Mapped[bytes]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class SignInFailure(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A wrong password, counted per phone."""

    __tablename__ = "sign_in_failure"

    phone_index: Mapped[bytes]


class AuditEntry(db.Model):  # type: ignore[name-defined]
    """Who looked at or did what; added, never changed."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    action: Mapped[str]
    subject: Mapped[str]
    reason: Mapped[str]
    leaf_id: Mapped[int]
