"""Browsers that are signed in, codes that were sent, attempts that were counted, devices that were met before."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation import clock
from lms.foundation.database import Dated, Identified, db


class WebSession(db.Model):  # type: ignore[name-defined]
    """A browser that is signed in or about to be; only the hash of its cookie is kept. `id` is what its owner sees."""

    __tablename__ = "web_session"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True, default=uuid4)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(default="")
    network: Mapped[str] = mapped_column(default="")


class OneTimeCode(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A code that was sent to a phone; only keyed hashes are kept."""

    __tablename__ = "one_time_code"

    phone_index: Mapped[bytes]
    code_index: Mapped[bytes]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class Attempt(db.Model):  # type: ignore[name-defined]
    """Something that is limited was tried once: what, by or for whom (a keyed hash), when."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[bytes]
    at: Mapped[datetime]


class KnownDevice(db.Model):  # type: ignore[name-defined]
    """A device on which somebody has signed in before; its cookie is kept as a hash."""

    __tablename__ = "known_device"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
