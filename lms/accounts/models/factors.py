"""What proves a person beside the code: authenticator apps, passkeys, recovery codes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.accounts.models.people import SEALED
from lms.foundation.database import Dated, Identified, db


class Authenticator(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """An app that shows six digits every 30 s; `last_step` is the newest step that was used, so none opens twice."""

    __tablename__ = "authenticator"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    secret: Mapped[bytes] = mapped_column(info=SEALED)
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(default=0)


class Passkey(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A key that a phone or computer keeps for this house alone (WebAuthn)."""

    __tablename__ = "passkey"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    name: Mapped[str]
    used_at: Mapped[datetime | None]


class RecoveryCode(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """One of ten codes on paper; a keyed hash, good once."""

    __tablename__ = "recovery_code"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    code_index: Mapped[bytes]
    used_at: Mapped[datetime | None]
