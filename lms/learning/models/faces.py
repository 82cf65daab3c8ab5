"""Looks at a face that a provider was asked for, and what it said. No picture is kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Identified, db
from lms.learning.models.study import Placed


class FaceLook(Identified, Placed, db.Model):  # type: ignore[name-defined]
    """A look that was prepared for one person in one course; its result counts until `ends_at`.

    `handle` is sealed JSON (token, url) and empty once nobody needs it; `token_hash` is keyed and stays.
    """

    __tablename__ = "face_look"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    provider: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    handle: Mapped[bytes | None] = mapped_column(info={"sealed": True})
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class FaceResult(Identified, Placed, db.Model):  # type: ignore[name-defined]
    """What became of a look, once and for all; append-only. `score` is the likeness that the provider said, 0 to 100.

    outcome: passed, refused, other_person (the result names somebody else), reused (the picture was shown before).
    """

    __tablename__ = "face_result"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    look_id: Mapped[UUID] = mapped_column(ForeignKey("face_look.id"), unique=True)
    at: Mapped[datetime]
    outcome: Mapped[str]
    code: Mapped[str]
    score: Mapped[float | None]
