"""What two members of staff do for somebody who cannot sign in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.accounts.models.people import SEALED
from lms.foundation.database import Dated, Identified, db


class Reset(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """One saw the person and the document and asks, another confirms: a new phone, a slip, or new second factors.

    That they are two, and neither the person, is a constraint of the table.
    """

    __tablename__ = "sign_in_reset"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    document: Mapped[str]
    reason: Mapped[str]
    phone: Mapped[bytes | None] = mapped_column(info=SEALED)
    phone_index: Mapped[bytes | None]
    phone_mask: Mapped[str | None]
    slip_index: Mapped[bytes | None] = mapped_column(unique=True)
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    verdict: Mapped[str | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
