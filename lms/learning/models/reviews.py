"""The tables of review: anomalies and what was decided, appeals and their answers, corrections by two people."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db
from lms.learning.models.study import Placed

SEALED = {"sealed": True}


class Anomaly(Identified, Dated, Placed, db.Model):  # type: ignore[name-defined]
    """Something that somebody must look at, and the session whose time is on hold until then; append-only."""

    __tablename__ = "anomaly"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("study_session.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    registration_id: Mapped[UUID]
    cohort_id: Mapped[UUID]
    code: Mapped[str]
    facts: Mapped[dict[str, Any]]
    due_at: Mapped[datetime]
    leaf_id: Mapped[int] = mapped_column(BigInteger)
    leaf_hash: Mapped[bytes]


class LookMark(db.Model):  # type: ignore[name-defined]
    """Up to which moment sessions have been looked over."""

    __tablename__ = "look_mark"

    name: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]


class HoldDecision(Identified, Dated, Placed, db.Model):  # type: ignore[name-defined]
    """What was decided of an anomaly and why; the last one stands; append-only."""

    __tablename__ = "hold_decision"

    anomaly_id: Mapped[UUID] = mapped_column(ForeignKey("anomaly.id"))
    person_id: Mapped[UUID]
    number: Mapped[int]
    verdict: Mapped[str]
    reason: Mapped[str]
    decided_by: Mapped[UUID]
    leaf_id: Mapped[int] = mapped_column(BigInteger)
    leaf_hash: Mapped[bytes]


class HourSuspension(Identified, Dated, Placed, db.Model):  # type: ignore[name-defined]
    """For which Shanghai days an inspection holds the hours of a class, or of one of its people; the last of an inspection stands.

    No `since`: from the beginning; no `until`: until the inspection says otherwise. Append-only.
    """

    __tablename__ = "hour_suspension"
    __table_args__ = (UniqueConstraint("inspection_id", "number"),)

    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id"), index=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    inspection_id: Mapped[UUID]
    number: Mapped[int]
    since: Mapped[date | None]
    until: Mapped[date | None]
    leaf_id: Mapped[int] = mapped_column(BigInteger)
    leaf_hash: Mapped[bytes]


class Appeal(Identified, Dated, Placed, db.Model):  # type: ignore[name-defined]
    """A trainee does not agree: with a hold, or with time of one day and lesson that did not count. `words` is sealed."""

    __tablename__ = "appeal"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    registration_id: Mapped[UUID]
    cohort_id: Mapped[UUID]
    about: Mapped[str]
    subject: Mapped[str]
    anomaly_id: Mapped[UUID | None] = mapped_column(ForeignKey("anomaly.id"))
    lesson_id: Mapped[UUID]
    lesson_title: Mapped[str]
    day: Mapped[date]
    reason_code: Mapped[str]
    ms: Mapped[int] = mapped_column(BigInteger)
    words: Mapped[bytes] = mapped_column(info=SEALED)
    document_id: Mapped[UUID | None]
    due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class AppealAnswer(Identified, Dated, Placed, db.Model):  # type: ignore[name-defined]
    """What an appeal came to, and why; once; append-only."""

    __tablename__ = "appeal_answer"

    appeal_id: Mapped[UUID] = mapped_column(ForeignKey("appeal.id"), unique=True)
    person_id: Mapped[UUID]
    verdict: Mapped[str]
    reason: Mapped[str]
    answered_by: Mapped[UUID]
    leaf_id: Mapped[int] = mapped_column(BigInteger)
    leaf_hash: Mapped[bytes]


class HourCorrection(Identified, Dated, Placed, db.Model):  # type: ignore[name-defined]
    """A first person's proposal to add or take time at one ledger row; append-only."""

    __tablename__ = "hour_correction"

    number: Mapped[str] = mapped_column(unique=True)
    ledger_id: Mapped[int] = mapped_column(ForeignKey("hour_ledger.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    registration_id: Mapped[UUID]
    cohort_id: Mapped[UUID]
    delta_ms: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str]
    proposed_by: Mapped[UUID]
    appeal_id: Mapped[UUID | None] = mapped_column(ForeignKey("appeal.id"))
    leaf_id: Mapped[int] = mapped_column(BigInteger)
    leaf_hash: Mapped[bytes]


class CorrectionDecision(Identified, Dated, Placed, db.Model):  # type: ignore[name-defined]
    """A second person's word on a correction; where it was approved, the ledger row it made; append-only.

    `stretches` are what a correction of a lesson with a timeline added to the covered set at that moment.
    """

    __tablename__ = "correction_decision"

    correction_id: Mapped[UUID] = mapped_column(unique=True)
    proposed_by: Mapped[UUID]
    person_id: Mapped[UUID]
    verdict: Mapped[str]
    reason: Mapped[str]
    decided_by: Mapped[UUID]
    ledger_id: Mapped[int | None] = mapped_column(ForeignKey("hour_ledger.id"))
    stretches: Mapped[list[Any]]
    leaf_id: Mapped[int] = mapped_column(BigInteger)
    leaf_hash: Mapped[bytes]
