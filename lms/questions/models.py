"""The tables that only questions writes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db


class QuestionBank(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A question bank of an institution or an enterprise; its versions hold the questions."""

    __tablename__ = "question_bank"

    tenant_id: Mapped[UUID]
    region_code: Mapped[str]
    plan_code: Mapped[str]
    programme_code: Mapped[str]
    title: Mapped[str]


class QuestionBankVersion(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """One version: written, finished, retired; a finished one never changes (a trigger sees to it)."""

    __tablename__ = "question_bank_version"

    tenant_id: Mapped[UUID]
    region_code: Mapped[str]
    plan_code: Mapped[str]
    bank_id: Mapped[UUID]
    number: Mapped[int]
    state: Mapped[str]
    note: Mapped[str]
    questions: Mapped[int]
    created_by: Mapped[UUID]
    content_hash: Mapped[str | None]
    finished_at: Mapped[datetime | None]
    finished_by: Mapped[UUID | None]


class BankQuestion(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """One question with its answer; `item` is the number of the syllabus item that it asks about, as the sheet says it.

    `details` hold what a kind has beyond options (courses.course.Question.details).
    """

    __tablename__ = "question"

    tenant_id: Mapped[UUID]
    region_code: Mapped[str]
    plan_code: Mapped[str]
    version_id: Mapped[UUID]
    number: Mapped[int]
    item: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str]
    options: Mapped[list[Any]]
    answer: Mapped[list[Any]]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    explanation: Mapped[str]
    fingerprint: Mapped[str]
