"""Questions about inspections; frozen views for pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, func, select, tuple_

from lms.cohorts import queries as cohorts
from lms.foundation import secrets
from lms.foundation.database import db, widened
from lms.foundation.errors import NotFound
from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal
from lms.foundation.scoping import covered
from lms.foundation.todo import Ask
from lms.inspections.models import Inspection, InspectionFinding, InspectionRecord, InspectionSample, Rectification
from lms.inspections.rules import Kind, Outcome


@dataclass(frozen=True)
class InspectionView:
    """One inspection; `outcome` is what the last finding says, None before there is one; `words` only where asked for."""

    id: UUID
    tenant_id: UUID
    region_code: str
    plan_code: str
    kind: Kind
    cohort_id: UUID
    person_id: UUID | None
    complainant_id: UUID | None
    sample_id: UUID | None
    created_at: datetime
    due_at: datetime
    closed_at: datetime | None
    outcome: Outcome | None
    due_on: date | None


@dataclass(frozen=True)
class RecordView:
    """What was seen or heard."""

    kind: str
    person_id: UUID | None
    content: dict[str, Any]
    score: int | None
    written_by: UUID
    created_at: datetime


@dataclass(frozen=True)
class FindingView:
    """What was found, and what the institution answered."""

    id: UUID
    number: int
    outcome: Outcome
    words: str
    due_on: date | None
    decided_by: UUID
    created_at: datetime
    mended: str | None
    document_id: UUID | None
    mended_at: datetime | None


def _last(column: Any) -> Any:
    of = select(column).where(InspectionFinding.inspection_id == Inspection.id)
    return of.order_by(InspectionFinding.number.desc()).limit(1).scalar_subquery()


_PLAIN = tuple(c for c in Inspection.__table__.c if c.name in InspectionView.__dataclass_fields__)
_VIEW = select(
    *_PLAIN, _last(InspectionFinding.outcome).label("outcome"), _last(InspectionFinding.due_on).label("due_on")
)


def inspection(inspection_id: UUID) -> InspectionView:
    """One inspection that the principal may see; raises NotFound."""
    row = db.session.execute(_VIEW.where(Inspection.id == inspection_id)).first()
    if row is None:
        raise NotFound()
    return _view(row)


def words_of(inspection_id: UUID) -> str:
    """What a complaint says."""
    blob = db.session.scalar(select(Inspection.words).where(Inspection.id == inspection_id))
    return secrets.unseal("inspection", "words", inspection_id, blob) if blob else ""


def records_of(inspection_id: UUID) -> list[RecordView]:
    """What was seen and heard, in order."""
    rows = db.session.scalars(
        select(InspectionRecord)
        .where(InspectionRecord.inspection_id == inspection_id)
        .order_by(InspectionRecord.created_at)
    )
    return [_record(row) for row in rows]


def findings_of(inspection_id: UUID) -> list[FindingView]:
    """What was found, in order, each with what the institution answered."""
    query = (
        select(InspectionFinding, Rectification.words, Rectification.document_id, Rectification.created_at)
        .outerjoin(Rectification, Rectification.finding_id == InspectionFinding.id)
        .where(InspectionFinding.inspection_id == inspection_id)
        .order_by(InspectionFinding.number)
    )
    plain = ("id", "number", "words", "due_on", "decided_by", "created_at")
    return [
        FindingView(**{n: getattr(row, n) for n in plain}, outcome=Outcome(row.outcome), mended=m, document_id=d, mended_at=at)
        for row, m, d, at in db.session.execute(query)
    ]  # fmt: skip


def open_inspections(principal: Principal, ask: Ask) -> list[InspectionView]:
    """What is still to be looked at, or mended, in the principal's scope: the oldest first."""
    query = _VIEW.where(Inspection.closed_at.is_(None), *_in_scope(principal, ask.plan_code))
    if ask.after:
        query = query.where(tuple_(Inspection.created_at, Inspection.id) > ask.after)
    return _views(query.order_by(Inspection.created_at, Inspection.id).limit(ask.limit))


def count_open(principal: Principal, plan_code: str) -> int:
    """How many are open."""
    query = select(func.count()).select_from(Inspection).where(Inspection.closed_at.is_(None))
    return db.session.scalar(query.where(*_in_scope(principal, plan_code))) or 0


def closed_inspections(principal: Principal, limit: int = 30) -> list[InspectionView]:
    """What was closed lately."""
    query = _VIEW.where(Inspection.closed_at.is_not(None), *_in_scope(principal, ""))
    return _views(query.order_by(Inspection.closed_at.desc()).limit(limit))


def to_mend(principal: Principal, ask: Ask) -> list[InspectionView]:
    """What an institution must mend and has not answered, the nearest limit first."""
    return _views(
        _mending(principal, ask.plan_code, _VIEW).order_by(Inspection.created_at, Inspection.id).limit(ask.limit)
    )


def count_to_mend(principal: Principal, plan_code: str) -> int:
    """How many an institution must mend."""
    return db.session.scalar(_mending(principal, plan_code, select(func.count()).select_from(Inspection))) or 0


def _mending(principal: Principal, plan_code: str, query: Any) -> Any:
    waits = _last(InspectionFinding.outcome).in_((Outcome.RECTIFY.value, Outcome.AGAIN.value))
    answered = select(Rectification.id).where(Rectification.finding_id == _last(InspectionFinding.id)).exists()
    plan = [Inspection.plan_code == plan_code] if plan_code else []
    own = Inspection.tenant_id.in_(principal.organisations)
    return query.where(Inspection.closed_at.is_(None), own, waits, ~answered, *plan)


def complaints_of(person_id: UUID) -> list[tuple[InspectionView, str]]:
    """What a person has complained about, newest first, with what was found where it is finished."""
    found = _views(_VIEW.where(Inspection.complainant_id == person_id).order_by(Inspection.created_at.desc()).limit(20))
    with widened("a complainant reads what came of it"):
        said = {one.id: findings_of(one.id) for one in found if one.closed_at}
    return [(one, said[one.id][-1].words if said.get(one.id) else "") for one in found]


def samples(limit: int = 20) -> Sequence[InspectionSample]:
    """The draws that the principal may see, newest first."""
    return db.session.scalars(select(InspectionSample).order_by(InspectionSample.created_at.desc()).limit(limit)).all()


def population(principal: Principal, region: str, plan_code: str, today: date) -> dict[str, tuple[str, ...]]:
    """The open classes of a region and plan, each with the ids of its people: what is drawn from."""
    found = [
        one
        for one in cohorts.cohorts_in_scope(principal)
        if one.region_code.startswith(region) and plan_code in ("", one.plan_code) and cohorts.is_open(one, today)
    ]
    return {str(one.id): tuple(str(person) for person in cohorts.members(one.id)) for one in found}


def _in_scope(principal: Principal, plan_code: str) -> list[ColumnElement[bool]]:
    if not principal.may(Permission.INSPECTION_DO):
        return [Inspection.id.is_(None)]
    inside = covered(Inspection.region_code, Inspection.plan_code, principal.scope)
    return [inside, *([Inspection.plan_code == plan_code] if plan_code else [])]


def _views(query: Any) -> list[InspectionView]:
    return [_view(row) for row in db.session.execute(query)]


def _view(row: Any) -> InspectionView:
    outcome = Outcome(row.outcome) if row.outcome else None
    return InspectionView(**{**row._mapping, "kind": Kind(row.kind), "outcome": outcome})


def _record(row: InspectionRecord) -> RecordView:
    content = msgspec.json.decode(secrets.unseal("inspection_record", "content", row.id, row.content))
    return RecordView(row.kind, row.person_id, content, row.score, row.written_by, row.created_at)
