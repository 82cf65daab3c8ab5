"""Questions about exports."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from lms.foundation.database import db
from lms.foundation.errors import NotFound
from lms.subsidies.models import HoursExport, HoursExportResult


@dataclass(frozen=True)
class ResultView:
    """A finished bundle; sizes are bytes, figures as bundle.subject.Figures."""

    checkpoint_size: int
    sealed_at: datetime
    skipped: int
    bundle_key: str
    bundle_sha256: str
    bundle_bytes: int
    sheet_key: str
    sheet_sha256: str
    sheet_bytes: int
    figures: dict[str, Any]
    files: list[Any]


@dataclass(frozen=True)
class ExportView:
    """Somebody's export of a class; `result` is None until it is finished."""

    id: UUID
    created_at: datetime
    tenant_id: UUID
    region_code: str
    plan_code: str
    cohort_id: UUID
    requested_by: UUID | None
    identity: str
    reason: str
    job_id: UUID | None
    result: ResultView | None


def export(export_id: UUID) -> ExportView:
    """One export that the principal may see; raises NotFound."""
    found = _views(HoursExport.id == export_id)
    if not found:
        raise NotFound()
    return found[0]


def export_of_form(token: str) -> UUID | None:
    """The export that a form has asked for already."""
    return db.session.scalar(select(HoursExport.id).where(HoursExport.token == token))


def newest(most: int = 50) -> list[ExportView]:
    """The exports that the principal may see, newest first."""
    return _views(HoursExport.id.is_not(None), most)


def exported(cohort_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of the classes that somebody has asked an export of, of what the principal may see."""
    return frozenset(db.session.scalars(select(HoursExport.cohort_id).where(HoursExport.cohort_id.in_(cohort_ids))))


_OWN = tuple(name for name in ExportView.__dataclass_fields__ if name != "result")


def _views(which: ColumnElement[bool], most: int = 1) -> list[ExportView]:
    joined = HoursExportResult.export_id == HoursExport.id
    query = select(HoursExport, HoursExportResult).outerjoin(HoursExportResult, joined).where(which)
    rows = db.session.execute(query.order_by(HoursExport.created_at.desc(), HoursExport.id).limit(most))
    return [_view(row) for row in rows]


def _view(row: Sequence[Any]) -> ExportView:
    own, result = row
    done = None if result is None else ResultView(**{n: getattr(result, n) for n in ResultView.__dataclass_fields__})
    return ExportView(**{name: getattr(own, name) for name in _OWN}, result=done)
