"""The public catalogues of institutions and enterprises: every change for ever, and how each entry stands now."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import db


class CatalogueChange(db.Model):  # type: ignore[name-defined]
    """One step of an entry, with its facts as they were then; added, never changed. `authority` is a name."""

    __tablename__ = "catalogue_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    catalogue: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    region_code: Mapped[str]
    step: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str]
    facts: Mapped[dict[str, Any]]
    notice_until: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    authority: Mapped[str | None]
    leaf_id: Mapped[int]
    leaf_hash: Mapped[bytes]


class CatalogueEntry(db.Model):  # type: ignore[name-defined]
    """How an organisation stands in a catalogue now: what the last change says, ready to be searched."""

    __tablename__ = "catalogue_entry"

    catalogue: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    name: Mapped[str]
    region_code: Mapped[str]
    nature: Mapped[str]
    state: Mapped[str]
    plans: Mapped[list[str]] = mapped_column(ARRAY(Text))
    since: Mapped[datetime]
    notice_until: Mapped[datetime | None]
    change_id: Mapped[int] = mapped_column(ForeignKey("catalogue_change.id"))
