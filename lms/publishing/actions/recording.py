"""Writing down what a check found: the report, and when it passed the lessons and the files. Flushes; the door commits."""

from dataclasses import asdict
from uuid import UUID

from sqlalchemy import text

from courses.course import Course
from lms.foundation import clock
from lms.foundation.database import db
from lms.publishing.checking import CheckedLesson, Outcome
from lms.publishing.models.courses import Lesson, PackageVersion
from lms.publishing.queries import courses as queries
from lms.publishing.rules import State

# One statement for twenty thousand files: a row each would be as many round trips under row-level security.
_FILES = text(
    "insert into package_file (version_id, tenant_id, path, sha256, size_bytes)"
    " select :version_id, :tenant_id, path, sha256, size_bytes"
    " from unnest(cast(:paths as text[]), cast(:hashes as text[]), cast(:sizes as bigint[])) as f(path, sha256, size_bytes)"
)


def record_check(version_id: UUID, outcome: Outcome) -> None:
    """Write what a check found, with lessons and files when it passed; nothing when somebody was quicker."""
    row = queries.locked_row(version_id)
    if row.state == State.CHECKING:
        write(row, outcome)


def write(row: PackageVersion, outcome: Outcome) -> None:
    """Write an outcome into a version that is being checked."""
    row.report = {
        "findings": [finding.as_json() for finding in outcome.findings],
        "checked_at": clock.now().isoformat(),
    }
    row.content_hash = outcome.content_hash
    row.state = State.REFUSED if outcome.refused else State.CHECKED
    if outcome.course is not None:
        _describe(row, outcome.course)
    db.session.add_all([_lesson(row, checked) for checked in outcome.lessons])
    db.session.flush()


def _describe(row: PackageVersion, course: Course) -> None:
    row.format, row.identifier, row.structure = str(course.format), course.identifier, course.structure
    row.title = row.title or course.title
    db.session.flush()
    members = course.members
    files = {"paths": [one.path for one in members], "hashes": [one.sha256 for one in members]}
    sizes = [one.size for one in members]
    db.session.execute(_FILES, {"version_id": row.id, "tenant_id": row.tenant_id, **files, "sizes": sizes})


def _lesson(row: PackageVersion, checked: CheckedLesson) -> Lesson:
    values = asdict(checked)
    del values["captions_hash"]
    place = {"tenant_id": row.tenant_id, "region_code": row.region_code, "plan_code": row.plan_code}
    return Lesson(version_id=row.id, **values, **place)
