"""Who looked at or did what."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import db


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
