"""The tables of training packages 职业培训包: two authors, versions, syllabus, courses, banks, signatures, decisions."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Integer
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db


class OfBoth(Identified, Dated):
    """A row of two authors, in reach of the authority of its region and plan."""

    tenant_id: Mapped[UUID]
    partner_id: Mapped[UUID]
    region_code: Mapped[str]
    plan_code: Mapped[str]


class TrainingPackage(OfBoth, db.Model):  # type: ignore[name-defined]
    """A training package of a school and an enterprise; `tenant_id` is the one that began it."""

    __tablename__ = "training_package"

    title: Mapped[str]
    programme_code: Mapped[str]


class TrainingVersion(OfBoth, db.Model):  # type: ignore[name-defined]
    """One version; a trigger raises `revision` with every change of what hangs on it, and keeps an approved one as it is."""

    __tablename__ = "training_version"

    package_id: Mapped[UUID]
    programme_code: Mapped[str]
    number: Mapped[int]
    state: Mapped[str]
    revision: Mapped[int]
    title: Mapped[str]
    summary: Mapped[str]
    standard_code: Mapped[str]
    standard_name: Mapped[str]
    standard_level: Mapped[str]
    drafted_by: Mapped[UUID]
    content_hash: Mapped[str | None]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(default="")


class SyllabusItem(OfBoth, db.Model):  # type: ignore[name-defined]
    """One item of a syllabus; hours in tenths of a class hour, `place` its number as a list, to sort by."""

    __tablename__ = "syllabus_item"

    version_id: Mapped[UUID]
    number: Mapped[str]
    place: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    title: Mapped[str]
    theory: Mapped[int]
    practical: Mapped[int]
    standard_code: Mapped[str]
    standard_name: Mapped[str]
    standard_level: Mapped[str]


class TrainingLesson(OfBoth, db.Model):  # type: ignore[name-defined]
    """An approved lesson teaches an item of this package."""

    __tablename__ = "training_lesson"

    version_id: Mapped[UUID]
    item_id: Mapped[UUID]
    course_version_id: Mapped[UUID]
    lesson_id: Mapped[UUID]


class TrainingBank(OfBoth, db.Model):  # type: ignore[name-defined]
    """A finished version of a question bank belongs to this package."""

    __tablename__ = "training_bank"

    version_id: Mapped[UUID]
    bank_version_id: Mapped[UUID]


class SyllabusImport(OfBoth, db.Model):  # type: ignore[name-defined]
    """A sheet that was read, until it is taken in or another takes its place."""

    __tablename__ = "syllabus_import"

    version_id: Mapped[UUID]
    file_name: Mapped[str]
    state: Mapped[str]
    content: Mapped[dict[str, Any]]
    created_by: Mapped[UUID]
    imported_at: Mapped[datetime | None]


class TrainingSignature(OfBoth, db.Model):  # type: ignore[name-defined]
    """One author's signature for one revision; added, never changed, sealed by a leaf of evidence."""

    __tablename__ = "training_signature"

    version_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    person_id: Mapped[UUID]
    revision: Mapped[int]
    content_hash: Mapped[str]
    leaf_id: Mapped[int]
    leaf_hash: Mapped[bytes]


class TrainingDecision(OfBoth, db.Model):  # type: ignore[name-defined]
    """Who sent a version in, took it back, returned or approved it, and why; sealed by a leaf of evidence."""

    __tablename__ = "training_decision"

    version_id: Mapped[UUID]
    person_id: Mapped[UUID]
    revision: Mapped[int]
    content_hash: Mapped[str]
    decision: Mapped[str]
    reason: Mapped[str]
    leaf_id: Mapped[int]
    leaf_hash: Mapped[bytes]


class TrainingRemark(OfBoth, db.Model):  # type: ignore[name-defined]
    """What a reviewer says about an item, or about the whole where `item` is empty."""

    __tablename__ = "training_remark"

    version_id: Mapped[UUID]
    person_id: Mapped[UUID]
    revision: Mapped[int]
    item: Mapped[str]
    words: Mapped[str]


class UnifiedSyllabus(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """The approved version that is the unified syllabus of a programme in a place, from a day on."""

    __tablename__ = "unified_syllabus"

    version_id: Mapped[UUID]
    programme_code: Mapped[str]
    region_code: Mapped[str]
    plan_code: Mapped[str]
    effective_from: Mapped[date]
    decided_by: Mapped[UUID]
    leaf_id: Mapped[int]
    leaf_hash: Mapped[bytes]


class ConformingLesson(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A lesson of any institution teaches an item of the unified syllabus."""

    __tablename__ = "conforming_lesson"

    tenant_id: Mapped[UUID]
    region_code: Mapped[str]
    plan_code: Mapped[str]
    course_version_id: Mapped[UUID]
    lesson_id: Mapped[UUID]
    item_id: Mapped[UUID]
    training_version_id: Mapped[UUID]
