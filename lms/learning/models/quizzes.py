"""The tables of quiz papers that a teacher marks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db
from lms.learning.models.study import Placed


class QuizPaper(Identified, Dated, Placed, db.Model):  # type: ignore[name-defined]
    """A try at a quiz that waits for a teacher; it becomes a quiz_attempt of the same id with its last mark. Append-only."""

    __tablename__ = "quiz_paper"
    __table_args__ = (UniqueConstraint("registration_id", "lesson_id", "number"),)

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id"))
    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("lesson.id"))
    number: Mapped[int]
    answers: Mapped[dict[str, Any]]


class QuizMark(db.Model):  # type: ignore[name-defined]
    """What a teacher gave for one question, in hundredths of a point, and the words for the trainee. Append-only."""

    __tablename__ = "quiz_mark"

    paper_id: Mapped[UUID] = mapped_column(ForeignKey("quiz_paper.id"), primary_key=True)
    question: Mapped[int] = mapped_column(primary_key=True)
    hundredths: Mapped[int]
    comment: Mapped[str]
    marked_by: Mapped[UUID]
    marked_at: Mapped[datetime]
    leaf_id: Mapped[int] = mapped_column(BigInteger)
    leaf_hash: Mapped[bytes]
