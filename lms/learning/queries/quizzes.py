"""Tries at quizzes: those that are decided, and the papers that wait for a teacher."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_

from lms.foundation.database import db
from lms.foundation.errors import NotFound
from lms.foundation.principal import Principal
from lms.foundation.todo import Ask
from lms.learning.models import QuizAttempt
from lms.learning.models.quizzes import QuizMark, QuizPaper


@dataclass(frozen=True)
class Attempt:
    """One try: answers by question number (as text), score in percent; undecided while it waits for a teacher."""

    id: UUID
    number: int
    answers: dict[str, Any]
    created_at: datetime
    score: int = 0
    passed: bool = False
    waits: bool = False

    @property
    def chosen(self) -> dict[int, list[int | str]]:
        """What was given by the number of the question."""
        return {int(number): given for number, given in self.answers.items()}


@dataclass(frozen=True)
class Mark:
    """What a teacher gave for a question: hundredths of a point, and words for the trainee."""

    question: int
    hundredths: int
    comment: str

    def share(self, points: int) -> Fraction:
        """The share of the question's points."""
        return Fraction(self.hundredths, 100 * points)


@dataclass(frozen=True)
class Marked:
    """A try that a teacher has marked."""

    registration_id: UUID
    lesson_id: UUID
    number: int
    score: int
    passed: bool


@dataclass(frozen=True)
class PaperView:
    """A paper as a teacher finds it."""

    id: UUID
    created_at: datetime
    tenant_id: UUID
    registration_id: UUID
    person_id: UUID
    cohort_id: UUID
    lesson_id: UUID
    number: int
    answers: dict[str, Any]
    plan_code: str

    @property
    def given(self) -> dict[int, list[int | str]]:
        """What was given by the number of the question."""
        return {int(number): given for number, given in self.answers.items()}


_DECIDED = select(
    *(getattr(QuizAttempt, name) for name in ("id", "number", "answers", "created_at", "score", "passed"))
)
_PAPER = select(*(getattr(QuizPaper, name) for name in PaperView.__dataclass_fields__))
_WAITS = ~select(QuizAttempt.id).where(QuizAttempt.id == QuizPaper.id).exists()


def attempt(registration_id: UUID, lesson_id: UUID, number: int) -> Attempt | None:
    """One try, decided or waiting; or None."""
    whose = (QuizAttempt.registration_id == registration_id, QuizAttempt.lesson_id == lesson_id)
    row = db.session.execute(_DECIDED.where(*whose, QuizAttempt.number == number)).first()
    if row:
        return Attempt(*row)
    mine = (QuizPaper.registration_id == registration_id, QuizPaper.lesson_id == lesson_id)
    paper = db.session.execute(_PAPER.where(*mine, QuizPaper.number == number)).first()
    return Attempt(paper.id, paper.number, paper.answers, paper.created_at, waits=True) if paper else None


def tries(registration_id: UUID, lesson_id: UUID) -> int:
    """How often a quiz was tried, papers that wait among them."""
    return max(_last(table, registration_id, lesson_id) for table in (QuizAttempt, QuizPaper))


def _last(table: type[QuizAttempt] | type[QuizPaper], registration_id: UUID, lesson_id: UUID) -> int:
    whose = (table.registration_id == registration_id, table.lesson_id == lesson_id)
    return db.session.scalar(select(func.coalesce(func.max(table.number), 0)).where(*whose)) or 0


def has_passed(registration_id: UUID, lesson_id: UUID) -> bool:
    """Whether a quiz was passed once."""
    whose = (QuizAttempt.registration_id == registration_id, QuizAttempt.lesson_id == lesson_id)
    return db.session.scalar(select(QuizAttempt.id).where(*whose, QuizAttempt.passed).limit(1)) is not None


def marks_of(paper_id: UUID) -> dict[int, Mark]:
    """What teachers gave, by the number of the question; nothing for a try that no teacher marked."""
    query = select(QuizMark.question, QuizMark.hundredths, QuizMark.comment).where(QuizMark.paper_id == paper_id)
    return {row.question: Mark(*row) for row in db.session.execute(query)}


def papers_to_mark(principal: Principal, ask: Ask) -> list[PaperView]:
    """The papers that wait for a teacher of the principal's institutions, the oldest first."""
    query = _PAPER.where(*_to_mark(principal, ask.plan_code))
    if ask.after:
        query = query.where(tuple_(QuizPaper.created_at, QuizPaper.id) > ask.after)
    rows = db.session.execute(query.order_by(QuizPaper.created_at, QuizPaper.id).limit(ask.limit))
    return [PaperView(*row) for row in rows]


def count_to_mark(principal: Principal, plan_code: str) -> int:
    """How many papers wait."""
    query = select(func.count()).select_from(QuizPaper).where(*_to_mark(principal, plan_code))
    return db.session.scalar(query) or 0


def _to_mark(principal: Principal, plan_code: str) -> list[ColumnElement[bool]]:
    mine = [QuizPaper.tenant_id.in_(principal.organisations), _WAITS]
    return [*mine, QuizPaper.plan_code == plan_code] if plan_code else mine


def marked_since(person_id: UUID, since: datetime) -> list[Marked]:
    """What teachers have marked for a person since a moment, newest first."""
    mine = (QuizPaper.person_id == person_id, QuizAttempt.created_at >= since)
    names = ("registration_id", "lesson_id", "number", "score", "passed")
    query = select(*(getattr(QuizAttempt, name) for name in names)).join(QuizPaper, QuizPaper.id == QuizAttempt.id)
    return [Marked(*row) for row in db.session.execute(query.where(*mine).order_by(QuizAttempt.created_at.desc()))]


def paper(paper_id: UUID, tenants: Collection[UUID]) -> PaperView:
    """One paper of these institutions' classes, waiting or decided; raises NotFound."""
    row = db.session.execute(_PAPER.where(QuizPaper.id == paper_id, QuizPaper.tenant_id.in_(tenants))).first()
    if row is None:
        raise NotFound()
    return PaperView(*row)


def is_decided(paper_id: UUID) -> bool:
    """Whether a paper has its marks."""
    return db.session.scalar(select(QuizAttempt.id).where(QuizAttempt.id == paper_id)) is not None
