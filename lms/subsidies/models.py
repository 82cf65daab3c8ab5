"""Who exported whose hours, and what came of it. All tables are only ever added to."""

from datetime import date, datetime
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


class HoursSheet(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """Somebody's wish for a sheet: which kind, of a class, a person, or a region and plan; of which days."""

    __tablename__ = "hours_sheet"

    tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    region_code: Mapped[str]
    plan_code: Mapped[str]
    kind: Mapped[str]
    identity: Mapped[str]
    reason: Mapped[str]
    token: Mapped[str] = mapped_column(unique=True)
    cohort_id: Mapped[UUID | None] = mapped_column(ForeignKey("cohort.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    requested_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    first: Mapped[date | None]
    last: Mapped[date | None]
    job_id: Mapped[UUID | None]
    leaf_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("evidence_leaf.id"))
    leaf_hash: Mapped[bytes]


class HoursSheetResult(db.Model):  # type: ignore[name-defined]
    """The finished sheet in both forms, with their checksums."""

    __tablename__ = "hours_sheet_result"

    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("hours_sheet.id"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    region_code: Mapped[str]
    plan_code: Mapped[str]
    rows: Mapped[int] = mapped_column(BigInteger)
    xlsx_key: Mapped[str]
    xlsx_sha256: Mapped[str]
    xlsx_bytes: Mapped[int] = mapped_column(BigInteger)
    csv_key: Mapped[str]
    csv_sha256: Mapped[str]
    csv_bytes: Mapped[int] = mapped_column(BigInteger)
    figures: Mapped[dict[str, Any]]
    leaf_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("evidence_leaf.id"))
    leaf_hash: Mapped[bytes]


class HoursSheetScan(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """The paper with its seals, scanned: kept as it came, its checksum sealed."""

    __tablename__ = "hours_sheet_scan"

    tenant_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    region_code: Mapped[str]
    plan_code: Mapped[str]
    sheet_id: Mapped[UUID] = mapped_column(ForeignKey("hours_sheet.id"), index=True)
    uploaded_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    file_name: Mapped[str]
    content_type: Mapped[str]
    key: Mapped[str]
    sha256: Mapped[str]
    leaf_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("evidence_leaf.id"))
    leaf_hash: Mapped[bytes]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
