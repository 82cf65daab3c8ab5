"""Messages on their way: a row for each, kept without what a code said."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db


class Delivery(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """One message: to whom (sealed), by which provider, how far it came. `values` are kept sealed until it is sent."""

    __tablename__ = "message_delivery"

    purpose: Mapped[str]
    channel: Mapped[str]
    state: Mapped[str]
    provider: Mapped[str]
    recipient: Mapped[bytes] = mapped_column(info={"sealed": True})
    values: Mapped[bytes | None] = mapped_column(info={"sealed": True})
    provider_id: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    receipt_at: Mapped[datetime | None]
    receipt: Mapped[str | None]
