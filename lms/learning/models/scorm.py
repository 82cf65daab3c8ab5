"""The tables of SCORM: attempts, the log of their commits, and what was refused or complained about."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Double, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db
from lms.learning.models.study import Placed


class ScormAttempt(Identified, Dated, Placed, db.Model):  # type: ignore[name-defined]
    """One attempt of a person at a SCO within a registration: what the SCO has said, last of all.

    `run` counts the openings of the SCO's shell (the server numbers them), `sequence` the commits of the last of them, which
    belongs to `launch_id` and began at `run_at` with `run_seconds` of total time. `total_seconds` is the claim within the
    server's clock, `claimed_seconds` what the SCO says. `cmi` holds every other element by its path; suspend_data has its
    own column; `standard`, `mastery` and `threshold` are as the manifest had them. `completed_at` and `passed_at` are the
    first time, whatever the SCO says later.
    """

    __tablename__ = "scorm_attempt"
    __table_args__ = (UniqueConstraint("registration_id", "lesson_id", "number"),)

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id"), index=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("package_version.id"))
    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("lesson.id"))
    number: Mapped[int]
    standard: Mapped[str]
    mastery: Mapped[float | None] = mapped_column(Double)
    threshold: Mapped[float | None] = mapped_column(Double)
    run: Mapped[int]
    sequence: Mapped[int]
    launch_id: Mapped[UUID] = mapped_column(ForeignKey("launch.id"))
    run_at: Mapped[datetime]
    run_seconds: Mapped[float] = mapped_column(Double)
    mode: Mapped[str]
    entry: Mapped[str]
    terminated: Mapped[bool]
    completion: Mapped[str]
    success: Mapped[str]
    score_scaled: Mapped[float | None] = mapped_column(Double)
    score_raw: Mapped[float | None] = mapped_column(Double)
    score_min: Mapped[float | None] = mapped_column(Double)
    score_max: Mapped[float | None] = mapped_column(Double)
    progress: Mapped[float | None] = mapped_column(Double)
    total_seconds: Mapped[float] = mapped_column(Double)
    claimed_seconds: Mapped[float | None] = mapped_column(Double)
    location: Mapped[str]
    exit: Mapped[str]
    suspend_data: Mapped[str]
    cmi: Mapped[dict[str, Any]]
    notes: Mapped[int]
    completed_at: Mapped[datetime | None]
    passed_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class ScormCommit(db.Model):  # type: ignore[name-defined]
    """One commit that was kept, append-only: `changed` is what it changed, by path (null for an element that went)."""

    __tablename__ = "scorm_commit"

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("scorm_attempt.id"), primary_key=True)
    run: Mapped[int] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    launch_id: Mapped[UUID]
    session_id: Mapped[UUID]
    received_at: Mapped[datetime]
    user_agent: Mapped[str]
    kind: Mapped[str]
    changed: Mapped[str]


class ScormNote(db.Model):  # type: ignore[name-defined]
    """What did not go in, append-only: a commit that came too late (`refused`), or what the run-time told the SCO (`log`)."""

    __tablename__ = "scorm_note"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("scorm_attempt.id"), index=True)
    launch_id: Mapped[UUID]
    at: Mapped[datetime]
    kind: Mapped[str]
    words: Mapped[str]
    body: Mapped[str]
