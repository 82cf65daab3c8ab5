"""Proofs that it is the person, and that the person is there: checks and their answers, identity proofs, wishes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Identified, db
from lms.learning.models.study import Placed


class PresenceCheck(Identified, Placed, db.Model):  # type: ignore[name-defined]
    """A question whether the trainee is there, as it was put; append-only.

    `asked` is what the page shows (prompt, options, corner), `answer` the option that is right. What was credited since
    the last proof is taken back when it is not answered by `due_at`, and given back when it is by `cure_until`.
    """

    __tablename__ = "presence_check"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("study_session.id"))
    cohort_id: Mapped[UUID]
    issued_at: Mapped[datetime]
    due_at: Mapped[datetime]
    cure_until: Mapped[datetime]
    form: Mapped[str]
    asked: Mapped[dict[str, Any]]
    answer: Mapped[str]


class PresenceAnswer(Identified, Placed, db.Model):  # type: ignore[name-defined]
    """What became of a check: each answer, and that none came in time; append-only.

    outcome: right, wrong, missed (time is taken back), cured (answered late, time is given back), dropped (too late).
    response_ms runs from the asking to `at` on the server's clock; `way` is what the page says: touch, keyboard, voice.
    """

    __tablename__ = "presence_answer"

    check_id: Mapped[UUID] = mapped_column(ForeignKey("presence_check.id"))
    person_id: Mapped[UUID]
    at: Mapped[datetime]
    outcome: Mapped[str]
    response_ms: Mapped[int] = mapped_column(BigInteger)
    way: Mapped[str]


class IdentityProof(Identified, Placed, db.Model):  # type: ignore[name-defined]
    """A proof of who is learning, and how much it assures (rules/proofs.py); append-only.

    A face names its look (`face_id`), and the keyed hash of the picture where the provider showed it.
    """

    __tablename__ = "identity_proof"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    cohort_id: Mapped[UUID]
    session_id: Mapped[UUID | None]
    at: Mapped[datetime]
    method: Mapped[str]
    level: Mapped[int] = mapped_column(SmallInteger)
    attested_by: Mapped[UUID | None]
    image_hash: Mapped[bytes | None] = mapped_column(unique=True)
    face_id: Mapped[UUID | None] = mapped_column(ForeignKey("face_look.id"), unique=True)


class StudyWish(db.Model):  # type: ignore[name-defined]
    """How somebody wishes to be asked: `slow` gives twice the time. Nobody asks for a proof."""

    __tablename__ = "study_wish"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    slow: Mapped[bool]
    changed_at: Mapped[datetime]
