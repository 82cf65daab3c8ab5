"""Who exported whose hours, and what came of it. Both tables are only ever added to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation import clock
from lms.foundation.database import Dated, Identified, db


class HoursExport(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """Somebody's decision to export a class: masked or full, and why. `token` is the form's, so twice is once."""

    __tablename__ = "hours_export"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    region_code: Mapped[str]
    plan_code: Mapped[str]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohort.id"), index=True)
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    identity: Mapped[str]
    reason: Mapped[str]
    token: Mapped[str] = mapped_column(unique=True)
    job_id: Mapped[UUID | None]
    leaf_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("evidence_leaf.id"))
    leaf_hash: Mapped[bytes]


class HoursExportResult(db.Model):  # type: ignore[name-defined]
    """The finished bundle: where its files are kept, their checksums, and the figures of the page."""

    __tablename__ = "hours_export_result"

    export_id: Mapped[UUID] = mapped_column(ForeignKey("hours_export.id"), primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    region_code: Mapped[str]
    plan_code: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    checkpoint_size: Mapped[int] = mapped_column(BigInteger)
    sealed_at: Mapped[datetime]
    skipped: Mapped[int]
    bundle_key: Mapped[str]
    bundle_sha256: Mapped[str]
    bundle_bytes: Mapped[int] = mapped_column(BigInteger)
    sheet_key: Mapped[str]
    sheet_sha256: Mapped[str]
    sheet_bytes: Mapped[int] = mapped_column(BigInteger)
    figures: Mapped[dict[str, Any]]
    files: Mapped[list[Any]]
    leaf_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("evidence_leaf.id"))
    leaf_hash: Mapped[bytes]
