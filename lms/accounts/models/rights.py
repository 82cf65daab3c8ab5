"""Consents, corrections, and how the real name was established."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.accounts.models.people import SEALED
from lms.foundation.database import Dated, Identified, db


class Consent(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """Somebody agreed to a text, or took it back; the last row of a purpose holds. `by_id` wrote it down."""

    __tablename__ = "consent"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str]
    version: Mapped[str]
    text_sha256: Mapped[str]
    how: Mapped[str]
    given: Mapped[bool]
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class CorrectionRequest(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A person asks for their name or number to be put right. `content` is sealed JSON (wanted, reason), `answer` too."""

    __tablename__ = "correction_request"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    field: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    content: Mapped[bytes | None] = mapped_column(info=SEALED)
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("person_document.id"))
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[bytes | None] = mapped_column(info=SEALED)


class RealNameCheck(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """How somebody's real name was established: by whom, when, from which document; added, never changed."""

    __tablename__ = "real_name_check"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    status: Mapped[str]
    document: Mapped[str]
    checked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("person_document.id"))
