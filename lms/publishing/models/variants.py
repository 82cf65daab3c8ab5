"""The tables of what a video lesson can be heard and seen as: the files made of it, the sounds that were added."""

from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db


class LessonVariant(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A file made of a lesson's video: smaller, or its sound alone, or with another sound; `language` is empty for its own.

    Bits a second, pixels high (0 where there is no picture). Only ever added.
    """

    __tablename__ = "lesson_variant"

    tenant_id: Mapped[UUID]
    version_id: Mapped[UUID]
    lesson_id: Mapped[UUID]
    kind: Mapped[str]
    language: Mapped[str]
    key: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    bitrate: Mapped[int] = mapped_column(BigInteger)
    height: Mapped[int] = mapped_column(BigInteger)


class LessonSound(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A sound track in a language; the row without a key says in which language the video itself speaks."""

    __tablename__ = "lesson_sound"

    tenant_id: Mapped[UUID]
    version_id: Mapped[UUID]
    lesson_id: Mapped[UUID]
    language: Mapped[str]
    key: Mapped[str | None]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    duration_ms: Mapped[int] = mapped_column(BigInteger)
    added_by: Mapped[UUID]
