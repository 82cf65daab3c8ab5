"""What the second checker came to: its rounds, the differences it found, and what people said to them. Added, never changed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db
from lms.learning.models.study import Placed


class HoursCheck(db.Model):  # type: ignore[name-defined]
    """One round: everybody who was recomputed, and in how many places the ledger said otherwise."""

    __tablename__ = "hours_check"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    scope: Mapped[str]
    people: Mapped[int] = mapped_column(BigInteger)
    beats: Mapped[int] = mapped_column(BigInteger)
    rows: Mapped[int] = mapped_column(BigInteger)
    differences: Mapped[int] = mapped_column(BigInteger)


class HoursDifference(Identified, Dated, Placed, db.Model):  # type: ignore[name-defined]
    """The ledger says one thing, the raw records another. `mark` is the same for the same difference, which is kept once."""

    __tablename__ = "hours_difference"

    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    session_id: Mapped[UUID | None]
    seq: Mapped[int]
    day: Mapped[str]
    field: Mapped[str]
    recorded: Mapped[str]
    recomputed: Mapped[str]
    mark: Mapped[bytes] = mapped_column(unique=True)
    leaf_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("evidence_leaf.id"))
    leaf_hash: Mapped[bytes]


class HoursDifferenceWord(Dated, Placed, db.Model):  # type: ignore[name-defined]
    """Somebody has looked into a difference and says what it was; two people settle it."""

    __tablename__ = "hours_difference_word"

    difference_id: Mapped[UUID] = mapped_column(ForeignKey("hours_difference.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    reason: Mapped[str]
    leaf_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("evidence_leaf.id"))
    leaf_hash: Mapped[bytes]
