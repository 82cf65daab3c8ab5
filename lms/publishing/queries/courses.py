"""Questions about packages, versions and lessons; frozen views for pages and for other capabilities."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from courses.course import Finding, Quiz
from lms.foundation.database import acting, db
from lms.foundation.errors import NotFound
from lms.publishing.models.courses import Lesson, Package, PackageVersion
from lms.publishing.queries.standing import standings
from lms.publishing.rules import Measure, State
from lms.publishing.rules.standing import LISTED


@dataclass(frozen=True)
class VersionView:
    """One version of a package; times aware, study times in seconds."""

    id: UUID
    package_id: UUID
    tenant_id: UUID
    number: int
    state: State
    title: str
    programme_code: str
    region_code: str
    plan_code: str
    declared_seconds: int
    content_hash: str | None
    source: dict[str, Any]
    report: dict[str, Any]
    job_id: UUID | None
    uploaded_by: UUID
    created_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    reason: str
    format: str
    identifier: str
    structure: dict[str, Any]
    copied_from: UUID | None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The lines of its report; empty while it is being checked."""
        return tuple(Finding.from_json(entry) for entry in self.report.get("findings", ()))


@dataclass(frozen=True)
class LessonView:
    """One lesson; `quiz` holds the answers too, so it never goes to a page as it is."""

    id: UUID
    version_id: UUID
    tenant_id: UUID
    number: int
    title: str
    kind: str
    content_hash: str
    duration_ms: int
    declared_seconds: int
    approved_seconds: int | None
    media_key: str | None
    captions_key: str | None
    size_bytes: int
    quiz: dict[str, Any] | None
    identifier: str
    entry: str
    places: int
    settings: dict[str, Any]

    @property
    def questions(self) -> Quiz | None:
        """The quiz, read."""
        return Quiz.from_json(self.quiz) if self.quiz else None

    @property
    def measure(self) -> Measure:
        """Its times, for the rules."""
        return measure_of(self)


def measure_of(lesson: Lesson | LessonView) -> Measure:
    """The times of a lesson, for the rules."""
    typical = lesson.settings.get("typical_seconds") or 0
    return Measure(lesson.kind, lesson.duration_ms, lesson.declared_seconds, lesson.places, int(typical))


def version(version_id: UUID) -> VersionView:
    """One version that the principal may see; raises NotFound."""
    row = db.session.scalar(select(PackageVersion).where(PackageVersion.id == version_id))
    if row is None:
        raise NotFound()
    return view_of(row)


def locked_row(version_id: UUID) -> PackageVersion:
    """The row of a version, the transaction's own until it commits; for actions. Raises NotFound."""
    query = select(PackageVersion).where(PackageVersion.id == version_id).with_for_update()
    row: PackageVersion | None = db.session.scalar(query)
    if row is None:
        raise NotFound()
    return row


def lessons_of(version_id: UUID) -> list[LessonView]:
    """The lessons of a version, in order."""
    query = select(Lesson).where(Lesson.version_id == version_id).order_by(Lesson.number)
    return [_lesson(row) for row in db.session.scalars(query)]


lessons = lessons_of


def lesson(lesson_id: UUID) -> LessonView:
    """One lesson; raises NotFound."""
    row = db.session.scalar(select(Lesson).where(Lesson.id == lesson_id))
    if row is None:
        raise NotFound()
    return _lesson(row)


def published_versions(programme_code: str, tenant_id: UUID | None = None) -> list[VersionView]:
    """Approved versions of a programme that are not withdrawn, newest first; of one institution where one is named."""
    query = select(PackageVersion).where(
        PackageVersion.programme_code == programme_code, PackageVersion.state == State.APPROVED
    )
    if tenant_id is not None:
        query = query.where(PackageVersion.tenant_id == tenant_id)
    found = _versions(query.order_by(PackageVersion.decided_at.desc()))
    stand = standings({one.id for one in found})
    return [one for one in found if not stand.get(one.id, LISTED).withdrawn]


def versions_of_tenant(tenant_id: UUID) -> list[VersionView]:
    """All versions of an institution, newest first."""
    return _versions(
        select(PackageVersion).where(PackageVersion.tenant_id == tenant_id).order_by(PackageVersion.created_at.desc())
    )


def waiting_for_review() -> list[VersionView]:
    """Versions in the principal's scope that wait for a decision, the oldest first."""
    query = select(PackageVersion).where(PackageVersion.state == State.SUBMITTED)
    scopes = acting().scope
    found = _versions(query.order_by(PackageVersion.submitted_at))
    return [one for one in found if any(scope.covers(one.region_code, one.plan_code) for scope in scopes)]


def newest_of(package_id: UUID) -> VersionView | None:
    """The approved version of a package with the highest number."""
    approved = (PackageVersion.package_id == package_id, PackageVersion.state == State.APPROVED)
    found = _versions(select(PackageVersion).where(*approved).order_by(PackageVersion.number.desc()).limit(1))
    return found[0] if found else None


def package_title(package_id: UUID, tenant_id: UUID) -> tuple[str, str]:
    """Title and programme of an institution's package; raises NotFound."""
    row = db.session.execute(
        select(Package.title, Package.programme_code).where(Package.id == package_id, Package.tenant_id == tenant_id)
    ).first()
    if row is None:
        raise NotFound()
    return row[0], row[1]


def package_named(tenant_id: UUID, programme_code: str, title: str) -> UUID | None:
    """The institution's first package of this title in a programme."""
    own = (Package.tenant_id == tenant_id, Package.programme_code == programme_code, Package.title == title)
    return db.session.scalar(select(Package.id).where(*own).order_by(Package.created_at).limit(1))


def by_upload(tenant_id: UUID, upload_token: UUID) -> VersionView | None:
    """The version that this very form made already, if it did."""
    query = select(PackageVersion).where(
        PackageVersion.tenant_id == tenant_id, PackageVersion.upload_token == upload_token
    )
    found = _versions(query)
    return found[0] if found else None


def by_source(tenant_id: UUID, programme_code: str, source_hash: str) -> VersionView | None:
    """The version that holds the same three files already, unless it was refused."""
    query = select(PackageVersion).where(
        PackageVersion.tenant_id == tenant_id,
        PackageVersion.programme_code == programme_code,
        PackageVersion.source_hash == source_hash,
        PackageVersion.state != State.REFUSED,
    )
    found = _versions(query)
    return found[0] if found else None


def _versions(query: Select[Any]) -> list[VersionView]:
    return [view_of(row) for row in db.session.scalars(query)]


def view_of(row: PackageVersion) -> VersionView:
    """The view of a version's row."""
    values = _fields(row, [name for name in VersionView.__dataclass_fields__ if name != "state"])
    return VersionView(state=State(row.state), **values)


def _lesson(row: Lesson) -> LessonView:
    return LessonView(**_fields(row, list(LessonView.__dataclass_fields__)))


def _fields(row: object, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
