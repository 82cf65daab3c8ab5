"""What is done with question banks: begun, filled, finished, retired, written anew. Actions flush; the door commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select

from lms.foundation import clock
from lms.foundation.database import acting, db
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.questions.models import BankQuestion, QuestionBank, QuestionBankVersion
from lms.questions.rules import banks
from lms.questions.rules.banks import State, Tagged


@dataclass(frozen=True)
class NewBank:
    """A bank as the form names it."""

    tenant_id: UUID
    region_code: str
    plan_code: str
    programme_code: str
    title: str


def begin(bank: NewBank, note: str = "") -> UUID:
    """Write a bank with an empty first version; gives the version's id."""
    row = QuestionBank(id=uuid4(), **{name: getattr(bank, name) for name in NewBank.__dataclass_fields__})
    db.session.add(row)
    db.session.flush()
    return _new_version(row, 1, note).id


def add(version_id: UUID, found: Sequence[Tagged]) -> tuple[int, int]:
    """Put questions into a version that is being written; gives how many are new and how many were there already."""
    row = _locked(version_id)
    _refuse(banks.refuse_change(State(row.state)))
    marks = select(BankQuestion.fingerprint).where(BankQuestion.version_id == version_id)
    merged = banks.merge(db.session.scalars(marks), found)
    if row.questions + len(merged.new) > banks.MOST_QUESTIONS:
        raise Refused(f"一个题库最多 {banks.MOST_QUESTIONS} 题，这一版已经有 {row.questions} 题", field="file")
    _write(row, merged.new)
    return len(merged.new), merged.twice


def remove(version_id: UUID, question_id: UUID) -> None:
    """Take one question out of a version that is being written; raises NotFound, Conflict."""
    row = _locked(version_id)
    _refuse(banks.refuse_change(State(row.state)))
    gone = delete(BankQuestion).where(BankQuestion.id == question_id, BankQuestion.version_id == version_id)
    if not db.session.execute(gone).rowcount:  # type: ignore[attr-defined]
        raise NotFound()
    row.questions -= 1
    db.session.flush()


def change(version_id: UUID, question_id: UUID, told: Tagged) -> None:
    """Write a question anew in its place; raises NotFound, Conflict, Refused where the version has the same question already."""
    row = _asked(version_id, question_id)
    fields = _told(told)
    twin = select(BankQuestion.number).where(
        BankQuestion.version_id == version_id,
        BankQuestion.fingerprint == fields["fingerprint"],
        BankQuestion.id != question_id,
    )
    number = db.session.scalar(twin)
    if number is not None:
        raise Refused(f"和第 {number} 题一样，改一改再保存", field="text")
    for name, value in fields.items():
        setattr(row, name, value)
    db.session.flush()


def move(version_id: UUID, question_id: UUID, step: int) -> None:
    """Let a question change places with the one before it (-1) or after it (1); at the end nothing happens."""
    row = _asked(version_id, question_id)
    beside = BankQuestion.number < row.number if step < 0 else BankQuestion.number > row.number
    nearest = BankQuestion.number.desc() if step < 0 else BankQuestion.number
    other = db.session.scalar(
        select(BankQuestion).where(BankQuestion.version_id == version_id, beside).order_by(nearest).limit(1)
    )
    if other is None:
        return
    places = row.number, other.number
    row.number = 0
    db.session.flush()
    other.number = places[0]
    db.session.flush()
    row.number = places[1]
    db.session.flush()


def _asked(version_id: UUID, question_id: UUID) -> BankQuestion:
    """A question of a version that is being written; raises NotFound, Conflict."""
    _refuse(banks.refuse_change(State(_locked(version_id).state)))
    mine = (BankQuestion.id == question_id, BankQuestion.version_id == version_id)
    row = db.session.scalar(select(BankQuestion).where(*mine))
    if row is None:
        raise NotFound()
    return row


def finish(version_id: UUID) -> None:
    """Close a version: from now on its questions never change, and training packages may use it."""
    row = _locked(version_id)
    _refuse(banks.refuse_finish(State(row.state), row.questions))
    marks = db.session.scalars(select(BankQuestion.fingerprint).where(BankQuestion.version_id == version_id))
    row.content_hash = banks.content_hash(marks)
    row.state, row.finished_at, row.finished_by = State.FINAL, clock.now(), acting().person()
    db.session.flush()


def retire(version_id: UUID) -> None:
    """Take a finished version out of use for packages to come; where it is used already it stays."""
    row = _locked(version_id)
    _refuse(banks.refuse_retirement(State(row.state)))
    row.state = State.RETIRED
    db.session.flush()


def revise(version_id: UUID, note: str = "") -> UUID:
    """Begin the next version with the questions of this one; raises Conflict where one is being written already."""
    row = _locked(version_id)
    bank = db.session.get_one(QuestionBank, row.bank_id, with_for_update=True)
    versions = select(QuestionBankVersion).where(QuestionBankVersion.bank_id == bank.id)
    others = list(db.session.scalars(versions))
    if any(other.state == State.DRAFT for other in others):
        raise Conflict("这个题库已经有一版正在编写，接着写那一版")
    new = _new_version(bank, max(other.number for other in others) + 1, note)
    copied = select(BankQuestion).where(BankQuestion.version_id == version_id).order_by(BankQuestion.number)
    rows = [_values(new, n, _fields(old)) for n, old in enumerate(db.session.scalars(copied), start=1)]
    _insert(new, rows)
    return new.id


def _new_version(bank: QuestionBank, number: int, note: str) -> QuestionBankVersion:
    place = {"tenant_id": bank.tenant_id, "region_code": bank.region_code, "plan_code": bank.plan_code}
    row = QuestionBankVersion(
        id=uuid4(), bank_id=bank.id, number=number, state=State.DRAFT, note=note, questions=0, **place
    )
    row.created_by = acting().person()
    db.session.add(row)
    db.session.flush()
    return row


def _write(row: QuestionBankVersion, new: Sequence[Tagged]) -> None:
    last = select(func.coalesce(func.max(BankQuestion.number), 0)).where(BankQuestion.version_id == row.id)
    start = (db.session.scalar(last) or 0) + 1
    _insert(row, [_values(row, n, _told(tagged)) for n, tagged in enumerate(new, start=start)])


def _insert(row: QuestionBankVersion, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(insert(BankQuestion), rows)
    row.questions += len(rows)
    db.session.flush()


def _values(row: QuestionBankVersion, number: int, fields: dict[str, Any]) -> dict[str, Any]:
    place = {"tenant_id": row.tenant_id, "region_code": row.region_code, "plan_code": row.plan_code}
    return {"id": uuid4(), "created_at": clock.now(), "version_id": row.id, "number": number, **place, **fields}


def _told(tagged: Tagged) -> dict[str, Any]:
    asked = tagged.question
    return {
        "item": tagged.item,
        "kind": str(asked.kind),
        "text": asked.text,
        "options": list(asked.options),
        "answer": list(asked.answer),
        "explanation": asked.explanation,
        "details": asked.details,
        "fingerprint": banks.fingerprint(asked),
    }


def _fields(old: BankQuestion) -> dict[str, Any]:
    names = ("item", "kind", "text", "options", "answer", "explanation", "details", "fingerprint")
    return {name: getattr(old, name) for name in names}


def _locked(version_id: UUID) -> QuestionBankVersion:
    """A version of the acting clerk's organisation, ours until the commit; raises NotFound."""
    mine = (QuestionBankVersion.id == version_id, QuestionBankVersion.tenant_id.in_(acting().organisations))
    query = select(QuestionBankVersion).where(*mine).with_for_update()
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound()
    return row


def _refuse(sentence: str | None) -> None:
    if sentence:
        raise Conflict(sentence)
