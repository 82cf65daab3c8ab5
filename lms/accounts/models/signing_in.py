"""Browsers that are signed in, codes that were sent, guesses that were counted."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db


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
