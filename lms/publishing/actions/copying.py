"""Copying a course to another programme: another version with the same lessons and files, reviewed anew.

Its lessons keep their content hashes, so that time credited for them once is not credited again (hours.md §2).
"""

from uuid import UUID, uuid5

from sqlalchemy import select, text

from lms.foundation import clock
from lms.foundation.database import acting, db
from lms.foundation.errors import Conflict
from lms.publishing.actions import variants
from lms.publishing.actions.courses import Offer, new_version
from lms.publishing.models.courses import Lesson, PackageVersion
from lms.publishing.queries import courses as queries
from lms.publishing.rules import State

COPIED = frozenset({State.CHECKED, State.SUBMITTED, State.RETURNED, State.APPROVED})
_FILES = text(
    "insert into package_file (version_id, tenant_id, path, sha256, size_bytes)"
    " select :new, tenant_id, path, sha256, size_bytes from package_file where version_id = :old"
)
_KEPT = (
    "number", "title", "kind", "content_hash", "duration_ms", "declared_seconds", "media_key", "captions_key",
    "size_bytes", "quiz", "identifier", "entry", "places", "settings",
)  # fmt: skip


def copy_to(version_id: UUID, programme_code: str, plan_code: str) -> UUID:
    """Copy a checked version of the acting person's institution to another programme; asked twice, it is one copy.

    Raises Conflict when it stands there already, or is not that far.
    """
    row = queries.locked_row(version_id)
    if row.state not in COPIED:
        raise Conflict("这一版还没有通过检查，通过了才能复制")
    if row.programme_code == programme_code:
        raise Conflict("这一版就在这个项目里，选另一个项目")
    offer = Offer(
        tenant_id=row.tenant_id,
        region_code=row.region_code,
        programme_code=programme_code,
        plan_code=plan_code,
        title=row.title,
        declared_seconds=row.declared_seconds,
        upload_token=uuid5(row.id, programme_code),
        files={},
        uploaded_by=acting().person(),
    )
    twin = queries.by_source(row.tenant_id, programme_code, row.source_hash)
    if twin is not None:
        if twin.copied_from == row.id:
            return twin.id
        raise Conflict(f"《{twin.title}》第 {twin.number} 版已经在那个项目里了，不用再复制")
    copied_id = new_version(offer, row.source_hash)
    if copied_id is None:
        raise Conflict()
    _fill(queries.locked_row(copied_id), row)
    return copied_id


def _fill(copied: PackageVersion, row: PackageVersion) -> None:
    for name in ("source", "format", "identifier", "structure", "content_hash"):
        setattr(copied, name, getattr(row, name))
    copied.copied_from, copied.report = row.id, {**row.report, "copied_at": clock.now().isoformat()}
    copied.state = State.CHECKED
    db.session.flush()
    place: dict[str, object] = {"version_id": copied.id, "tenant_id": copied.tenant_id}
    place |= {"region_code": copied.region_code, "plan_code": copied.plan_code}
    lessons = db.session.scalars(select(Lesson).where(Lesson.version_id == row.id))
    db.session.add_all([Lesson(**{name: getattr(one, name) for name in _KEPT}, **place) for one in lessons])
    db.session.execute(_FILES, {"new": copied.id, "old": row.id})
    db.session.flush()
    variants.copy_sounds(row.id, copied.id)
