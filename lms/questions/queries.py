"""Questions about question banks; frozen views for pages and for publishing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from courses.course import Question
from lms.foundation.database import db, widened
from lms.foundation.errors import NotFound
from lms.questions.models import BankQuestion, QuestionBank, QuestionBankVersion
from lms.questions.rules.banks import KINDS, State


@dataclass(frozen=True)
class BankView:
    """One version of a bank, with the bank it belongs to; times aware."""

    id: UUID
    bank_id: UUID
    tenant_id: UUID
    title: str
    programme_code: str
    number: int
    state: State
    note: str
    questions: int
    content_hash: str | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True)
class QuestionView:
    """One question as a clerk sees it, answer included."""

    id: UUID
    number: int
    item: str
    question: Question

    @property
    def kind(self) -> str:
        """The kind in words: 单选, 填空, 简答."""
        return KINDS[self.question.kind]


_VERSIONS = select(QuestionBankVersion, QuestionBank.title, QuestionBank.programme_code).join(
    QuestionBank, QuestionBank.id == QuestionBankVersion.bank_id
)


def versions_of_tenant(tenant_id: UUID) -> list[BankView]:
    """All versions of an organisation's banks, by bank, the newest version first."""
    query = _VERSIONS.where(QuestionBankVersion.tenant_id == tenant_id)
    rows = db.session.execute(query.order_by(QuestionBank.created_at.desc(), QuestionBankVersion.number.desc()))
    return [_view(row) for row in rows]


def version(version_id: UUID, tenants: Collection[UUID]) -> BankView:
    """One version of one of these organisations; raises NotFound."""
    mine = (QuestionBankVersion.id == version_id, QuestionBankVersion.tenant_id.in_(tenants))
    row = db.session.execute(_VERSIONS.where(*mine)).first()
    if row is None:
        raise NotFound()
    return _view(row)


def page_of(version_id: UUID, page: int, size: int) -> list[QuestionView]:
    """The questions on one page (from 1), in order."""
    query = select(BankQuestion).where(BankQuestion.version_id == version_id).order_by(BankQuestion.number)
    return [_question(row) for row in db.session.scalars(query.limit(size).offset((page - 1) * size))]


def question(version_id: UUID, question_id: UUID) -> QuestionView:
    """One question of a version; raises NotFound. Whose version it is, the caller has asked before."""
    mine = (BankQuestion.id == question_id, BankQuestion.version_id == version_id)
    row = db.session.scalar(select(BankQuestion).where(*mine))
    if row is None:
        raise NotFound()
    return _question(row)


def kinds_of(version_id: UUID) -> list[str]:
    """The kind of every question, to be counted."""
    return list(db.session.scalars(select(BankQuestion.kind).where(BankQuestion.version_id == version_id)))


def counts_by_item(version_ids: Collection[UUID]) -> dict[str, int]:
    """How many questions these versions ask about each syllabus item; the same question in two banks counts once.

    For training packages: whoever may see the package may know the figures, not the questions.
    """
    distinct = func.count(func.distinct(BankQuestion.fingerprint))
    query = select(BankQuestion.item, distinct).where(BankQuestion.version_id.in_(version_ids))
    with widened("count the questions of a training package"):
        return {row[0]: row[1] for row in db.session.execute(query.group_by(BankQuestion.item))}


def named(version_ids: Collection[UUID]) -> dict[UUID, BankView]:
    """Versions by id, whoever keeps them: title and figures of the banks of a training package."""
    query = _VERSIONS.where(QuestionBankVersion.id.in_(version_ids))
    with widened("name the banks of a training package"):
        return {view.id: view for view in map(_view, db.session.execute(query))}


def finished_of(tenants: Collection[UUID], programme_code: str) -> list[BankView]:
    """The finished versions of these organisations in a programme: what their training package may ask with."""
    query = _VERSIONS.where(
        QuestionBankVersion.tenant_id.in_(tenants),
        QuestionBankVersion.state == State.FINAL,
        QuestionBank.programme_code == programme_code,
    )
    with widened("name the banks of a training package"):
        rows = list(db.session.execute(query.order_by(QuestionBank.title, QuestionBankVersion.number.desc())))
    return [_view(row) for row in rows]


def known(version_ids: Collection[UUID], fingerprints: Sequence[str]) -> set[str]:
    """Which of these fingerprints are in these versions, whoever keeps them: to check a quiz against the unified bank."""
    query = select(BankQuestion.fingerprint).where(
        BankQuestion.version_id.in_(version_ids), BankQuestion.fingerprint.in_(fingerprints)
    )
    with widened("check questions against the unified bank"):
        return set(db.session.scalars(query))


def _view(row: Any) -> BankView:
    version, title, programme_code = row
    same = ("id", "bank_id", "tenant_id", "number", "note", "questions", "content_hash", "created_at", "finished_at")
    values = {name: getattr(version, name) for name in same}
    return BankView(title=title, programme_code=programme_code, state=State(version.state), **values)


def _question(row: BankQuestion) -> QuestionView:
    parts = ("kind", "text", "options", "answer", "explanation")
    told = Question.from_json({name: getattr(row, name) for name in parts} | row.details)
    return QuestionView(row.id, row.number, row.item, told)
