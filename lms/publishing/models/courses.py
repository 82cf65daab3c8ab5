"""The tables of courses: packages, versions, lessons, decisions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db


class Package(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A training package of an institution; its versions hold the content."""

    __tablename__ = "package"

    tenant_id: Mapped[UUID]
    title: Mapped[str]
    programme_code: Mapped[str]
    region_code: Mapped[str]
    plan_code: Mapped[str]


class PackageVersion(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """One upload and what became of it; approved versions never change (a trigger sees to it)."""

    __tablename__ = "package_version"

    package_id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    number: Mapped[int]
    state: Mapped[str]
    title: Mapped[str]
    programme_code: Mapped[str]
    region_code: Mapped[str]
    plan_code: Mapped[str]
    declared_seconds: Mapped[int]
    upload_token: Mapped[UUID]
    source: Mapped[dict[str, Any]]
    source_hash: Mapped[str]
    content_hash: Mapped[str | None]
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    job_id: Mapped[UUID | None]
    uploaded_by: Mapped[UUID]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(default="")


class Lesson(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A lesson of a version: a video as the server probed it, or a quiz with its answers."""

    __tablename__ = "lesson"

    version_id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    region_code: Mapped[str]
    plan_code: Mapped[str]
    number: Mapped[int]
    title: Mapped[str]
    kind: Mapped[str]
    content_hash: Mapped[str]
    duration_ms: Mapped[int] = mapped_column(default=0)
    declared_seconds: Mapped[int] = mapped_column(default=0)
    approved_seconds: Mapped[int | None]
    media_key: Mapped[str | None]
    captions_key: Mapped[str | None]
    size_bytes: Mapped[int] = mapped_column(default=0)
    quiz: Mapped[dict[str, Any] | None]


class VersionDecision(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """Who sent a version in, approved or returned it, and why; only ever added, each sealed by a leaf of evidence."""

    __tablename__ = "version_decision"

    version_id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    region_code: Mapped[str]
    plan_code: Mapped[str]
    person_id: Mapped[UUID]
    decision: Mapped[str]
    reason: Mapped[str]
    leaf_id: Mapped[int]
    leaf_hash: Mapped[bytes]
