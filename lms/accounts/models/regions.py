"""Places with their dates, what is special about them, and lists on their way in."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db


class Region(db.Model):  # type: ignore[name-defined]
    """A place under one name for a time; a rename or merger ends the row (the first day after) and never takes it away."""

    __tablename__ = "region"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    name: Mapped[str]
    level: Mapped[str]
    parent: Mapped[str | None]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    successor: Mapped[str | None]
    source: Mapped[str]


class RegionTag(db.Model):  # type: ignore[name-defined]
    """What a place counted as for a time: 省定贫困村, 老区, 苏区, 民族地区."""

    __tablename__ = "region_tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    tag: Mapped[str]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    source: Mapped[str]


class RegionImport(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A list of places that was looked at, and perhaps taken in."""

    __tablename__ = "region_import"

    created_by: Mapped[UUID | None]
    file_name: Mapped[str]
    state: Mapped[str]
    content: Mapped[list[Any]]
    figures: Mapped[dict[str, Any]]
    imported_at: Mapped[datetime | None]
