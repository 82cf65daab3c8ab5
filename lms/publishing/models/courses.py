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
    format: Mapped[str] = mapped_column(default="series")
    identifier: Mapped[str] = mapped_column(default="")
    structure: Mapped[dict[str, Any]] = mapped_column(default=dict)
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    job_id: Mapped[UUID | None]
    copied_from: Mapped[UUID | None]
    uploaded_by: Mapped[UUID]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(default="")


class Lesson(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A lesson of a version: a video as the server probed it, a quiz with its answers, or what a package starts.

    See courses.course.Lesson for identifier, entry, places and settings.
    """

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
    identifier: Mapped[str] = mapped_column(default="")
    entry: Mapped[str] = mapped_column(default="")
    places: Mapped[int] = mapped_column(default=0)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)


class PackageFile(db.Model):  # type: ignore[name-defined]
    """A file of a version's package: the path that pages ask for, and the hash under which its bytes lie in the storage."""

    __tablename__ = "package_file"

    version_id: Mapped[UUID] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    sha256: Mapped[str]
    size_bytes: Mapped[int]


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
