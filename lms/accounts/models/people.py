"""Natural persons and who came to deal with them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db

SEALED: dict[str, Any] = {"sealed": True}


class Person(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A natural person; has no tenant. Number and phone are sealed, with a blind index for equality.

    `particulars` is sealed JSON (born, sex) where the number does not say it. `claimed_index` is a number that somebody
    else holds already: such a person can learn, but must show a document before anything is claimed.
    """

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_name", text('name collate "C"')),)

    name: Mapped[str]
    id_kind: Mapped[str] = mapped_column(default="id_card", server_default="id_card")
    id_number: Mapped[bytes | None] = mapped_column(info=SEALED)
    id_number_index: Mapped[bytes | None] = mapped_column(unique=True)
    id_number_mask: Mapped[str | None]
    claimed_index: Mapped[bytes | None] = mapped_column(index=True)
    particulars: Mapped[bytes | None] = mapped_column(info=SEALED)
    phone: Mapped[bytes | None] = mapped_column(info=SEALED)
    phone_index: Mapped[bytes | None]
    phone_mask: Mapped[str | None]
    password_hash: Mapped[str | None]
    real_name: Mapped[str] = mapped_column(default="roster_vouched", server_default="roster_vouched")
    pseudonym: Mapped[str | None] = mapped_column(unique=True)
    erased_at: Mapped[datetime | None]


class KnownTo(db.Model):  # type: ignore[name-defined]
    """Which organisation, in which region and for which plan, came to deal with a person."""

    __tablename__ = "known_to"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    region_code: Mapped[str] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(primary_key=True)


class PersonAlias(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """Two entries were one person: `other_id` is the same human being; evidence keeps naming the id it was given."""

    __tablename__ = "person_alias"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), unique=True)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]
