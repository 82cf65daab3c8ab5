"""Natural persons and who came to deal with them."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db

SEALED = {"sealed": True}


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
