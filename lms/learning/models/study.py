"""The tables of learning: registrations, sessions, leases, beats, coverage, the ledger of hours, quiz attempts."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Identity, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Hex, Identified, db


class Placed:
    """A row that an institution and the authority over it may see: tenant, region and plan of its class."""

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    region_code: Mapped[str]
    plan_code: Mapped[str]


class Registration(Identified, Dated, Placed, db.Model):  # type: ignore[name-defined]
    """A person on a course by way of a class; enrolled by construction, for it names the enrolment."""

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("cohort_id", "person_id"),
        ForeignKeyConstraint(["cohort_id", "person_id"], ["enrolment.cohort_id", "enrolment.person_id"]),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("package_version.id"))


class StudySession(Identified, Placed, db.Model):  # type: ignore[name-defined]
    """One opening of a lesson on one device; kind, length, places and approved time as they were when it was opened.

    `last_at` is where the next interval begins, on the server's clock; segment_* is the run of play going on. Without a
    timeline: `place` is where the page stands since `place_at`, `hidden` whether it is out of sight. `observed_seq`
    counts down what the server saw by itself. `device_key` is the SHA-256 of the device's cookie.
    """

    __tablename__ = "study_session"

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("package_version.id"))
    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("lesson.id"))
    lesson_title: Mapped[str]
    programme_code: Mapped[str]
    policy_id: Mapped[str]
    content_hash: Mapped[str]
    length_ms: Mapped[int] = mapped_column(BigInteger)
    approved_ms: Mapped[int | None] = mapped_column(BigInteger)
    device: Mapped[str]
    ip: Mapped[str]
    launched_at: Mapped[datetime]
    last_at: Mapped[datetime]
    last_seq: Mapped[int]
    position_ms: Mapped[int] = mapped_column(BigInteger)
    segment_from_ms: Mapped[int | None] = mapped_column(BigInteger)
    segment_to_ms: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[datetime | None]
    kind: Mapped[str] = mapped_column(default="video")
    places: Mapped[int] = mapped_column(default=0)
    place: Mapped[str] = mapped_column(default="")
    place_at: Mapped[datetime | None]
    hidden: Mapped[bool] = mapped_column(default=False)
    observed_seq: Mapped[int] = mapped_column(default=0)
    device_key: Mapped[bytes | None]


class Lease(db.Model):  # type: ignore[name-defined]
    """The one live lesson of a person over all devices, and what the person's clock of study has used up.

    Locked first by everything that credits time to the person. `counted_until` is the server time up to which the
    person has been credited: no two intervals of a person overlap. `day_ms` is what `day` has earned. `last_at` is the
    last moment that anything of the person was judged at: the next is later. `unproved_ms` was credited since
    `proved_at`, the last proof of presence; at `check_after_ms` of it the server asks again; `check_id` waits for an
    answer; while there is a `missed_id`, nothing counts: what that check took back is given back with the answer.
    `version` rises with every lock and every write: who read the row without locking it can tell that somebody was quicker.
    """

    __tablename__ = "lease"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    session_id: Mapped[UUID | None]
    held_until: Mapped[datetime | None]
    counted_until: Mapped[datetime | None]
    day: Mapped[date]
    day_ms: Mapped[int] = mapped_column(BigInteger)
    last_at: Mapped[datetime | None]
    unproved_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    check_after_ms: Mapped[int | None] = mapped_column(BigInteger)
    proved_at: Mapped[datetime | None]
    check_id: Mapped[UUID | None]
    missed_id: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(default=0)


class Beat(db.Model):  # type: ignore[name-defined]
    """A beat as it came: what the device says. Those of one delivery share received_at.

    Numbers below nought are what the server saw by itself: a package that saved or told something.
    """

    __tablename__ = "beat"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("study_session.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID]
    person_id: Mapped[UUID]
    received_at: Mapped[datetime]
    body: Mapped[str]


class Coverage(db.Model):  # type: ignore[name-defined]
    """What a person has been credited in one content, ever: stretches and misses as lists of milliseconds.

    `places` holds the milliseconds of each place of a lesson without a timeline; `online_ms` is the time that the server
    saw pass while it was studied, whether it counts or not.
    """

    __tablename__ = "coverage"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    content_hash: Mapped[str] = mapped_column(primary_key=True)
    stretches: Mapped[list[Any]]
    misses: Mapped[list[Any]]
    credited_ms: Mapped[int] = mapped_column(BigInteger)
    places: Mapped[dict[str, Any]] = mapped_column(default=dict)
    online_ms: Mapped[int] = mapped_column(BigInteger, default=0)


class HourLedger(Placed, db.Model):  # type: ignore[name-defined]
    """The ledger of hours, append-only; see rules/ledger.py for what a row says."""

    __tablename__ = "hour_ledger"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    tenant_id: Mapped[UUID]
    person_id: Mapped[UUID]
    registration_id: Mapped[UUID]
    cohort_id: Mapped[UUID]
    lesson_id: Mapped[UUID]
    session_id: Mapped[UUID] = mapped_column(ForeignKey("study_session.id"))
    seq: Mapped[int]
    content_hash: Mapped[str]
    day: Mapped[date]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    device: Mapped[str]
    ip: Mapped[str]
    ip_salt: Mapped[bytes]
    from_ms: Mapped[int | None]
    to_ms: Mapped[int | None]
    claimed_ms: Mapped[int]
    observed_ms: Mapped[int] = mapped_column(BigInteger)
    credited_ms: Mapped[int]
    excluded_ms: Mapped[int]
    reason: Mapped[str | None]
    policy_id: Mapped[str]
    policy_hash: Mapped[str] = mapped_column(Hex)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("hour_ledger.id"))
    correction_no: Mapped[str | None]
    created_at: Mapped[datetime]
    leaf_id: Mapped[int] = mapped_column(BigInteger)
    leaf_hash: Mapped[bytes]
    place: Mapped[str | None]
    counted: Mapped[list[Any] | None]
    flag: Mapped[str | None]
    check_id: Mapped[UUID | None]


class LessonCompletion(Placed, db.Model):  # type: ignore[name-defined]
    """A lesson learnt within a registration, once; only `undone` ever changes.

    It is undone while less than `needs_ms` is credited in its content: what was credited may be taken back.
    """

    __tablename__ = "lesson_completion"

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("lesson.id"), primary_key=True)
    person_id: Mapped[UUID]
    completed_at: Mapped[datetime]
    content_hash: Mapped[str | None]
    needs_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    undone: Mapped[bool] = mapped_column(default=False)


class QuizAttempt(Identified, Dated, Placed, db.Model):  # type: ignore[name-defined]
    """One try at a quiz, marked by the server; append-only. `answers` maps question numbers to options."""

    __tablename__ = "quiz_attempt"
    __table_args__ = (UniqueConstraint("registration_id", "lesson_id", "number"),)

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id"))
    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("lesson.id"))
    number: Mapped[int]
    answers: Mapped[dict[str, Any]]
    score: Mapped[int] = mapped_column(SmallInteger)
    passed: Mapped[bool]
    leaf_id: Mapped[int] = mapped_column(BigInteger)
    leaf_hash: Mapped[bytes]
