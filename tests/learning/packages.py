"""Courses that came as packages, put into tables and storage as they stand after approval: for tests of what runs them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.app import create_content_app
from lms.cohorts.events import CohortOpened
from lms.cohorts.models import Cohort, Enrolment
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.learning.actions import registering
from lms.learning.models import Registration
from lms.publishing import files
from lms.publishing.links import member_key
from lms.publishing.models import Lesson, Package, PackageFile, PackageVersion
from tests.learning.classroom import PLACE
from tests.people import RURAL_ECOMMERCE, SYSTEM, Cast

PAGE = "<!doctype html><html lang=zh-CN><title>催芽</title><h1>催芽</h1><p>三十度，保湿。</p><h2>播种</h2><p>浅播。</p></html>"


@dataclass
class PackageRoom:
    """A version of a package and its first lesson."""

    people: Cast
    version_id: UUID
    lesson_id: UUID
    lessons: list[UUID] = field(default_factory=list)


def content_client(app: Flask) -> FlaskClient:
    """The content host's own application, in the same rolled-back transaction as the other."""
    content = create_content_app(app.config["LMS"])
    db._app_engines[content] = db._app_engines[app]
    return content.test_client()


def a_document(people: Cast, state: str = "checked") -> PackageRoom:
    """A page of HTML as a lesson."""
    lesson = {"kind": "document", "entry": "index.html", "settings": {"type": "html", "pages": None}, "places": 2}
    return a_package(people, "document", {"index.html": PAGE.encode()}, [lesson], state)


def a_package(
    people: Cast,
    format: str,
    members: Mapping[str, bytes],
    lessons: list[dict[str, object]],
    state: str = "checked",
    structure: dict[str, object] | None = None,
) -> PackageRoom:
    """A package of the school anyi: its files in the storage, its lessons as rows; `state` checked or approved."""
    whose = Whose(people.organisations["anyi"], people.liumin, people.hequan)
    version_id, ids = put(whose, format, members, lessons, state, structure)
    return PackageRoom(people, version_id, ids[0], ids)


def learnt(people: Cast) -> dict[str, UUID]:
    """A document that xiulan learns, by the names that addresses give to such things."""
    room = a_document(people, "approved")
    whose = Whose(people.organisations["anyi"], people.liumin, people.hequan)
    registrations = open_class(whose, room.version_id, [people.xiulan])
    named = {"version_id": room.version_id, "lesson_id": room.lesson_id}
    return {**named, "registration_id": registrations[people.xiulan]}


@dataclass(frozen=True)
class Whose:
    """An institution, its clerk, and the administrator who approves."""

    tenant_id: UUID
    clerk_id: UUID
    administrator_id: UUID


def put(
    whose: Whose,
    format: str,
    members: Mapping[str, bytes],
    lessons: list[dict[str, object]],
    state: str = "checked",
    structure: dict[str, object] | None = None,
) -> tuple[UUID, list[UUID]]:
    """Write a version as it stands once it was taken in; gives its id and those of its lessons."""
    tenant_id, package_id, version_id = whose.tenant_id, uuid4(), uuid4()
    what = {"title": "水稻育秧", "programme_code": RURAL_ECOMMERCE, "tenant_id": tenant_id, **PLACE}
    upload = {"upload_token": uuid4(), "source": {}, "source_hash": version_id.hex, "uploaded_by": whose.clerk_id}
    rest = {"declared_seconds": 600, "report": {}, "content_hash": version_id.hex, "state": "checked"}
    of_version = {"tenant_id": tenant_id, "version_id": version_id}
    ids = [uuid4() for _ in lessons]
    for data in members.values():
        files.storage().put(member_key(sha256(data).hexdigest()), BytesIO(data))
    with transaction(SYSTEM):
        db.session.add(Package(id=package_id, **what))
        db.session.flush()
        version = PackageVersion(id=version_id, package_id=package_id, number=1, **what, **upload, **rest)
        version.format, version.structure = format, structure or {}
        db.session.add(version)
        db.session.flush()
        for number, (lesson_id, lesson) in enumerate(zip(ids, lessons, strict=True), 1):
            own = {"title": f"第 {number} 课", "content_hash": sha256(lesson_id.bytes).hexdigest(), **lesson}
            approved = {"approved_seconds": 600} if state == "approved" else {}
            db.session.add(Lesson(id=lesson_id, number=number, **{**approved, **own}, **of_version, **PLACE))
        for path, data in members.items():
            row = {"path": path, "sha256": sha256(data).hexdigest(), "size_bytes": len(data)}
            db.session.add(PackageFile(**row, **of_version))
        db.session.flush()
        if state == "approved":
            version.submitted_at = version.decided_at = clock.now()
            version.state, version.decided_by = "approved", whose.administrator_id
    return version_id, ids


def open_class(whose: Whose, version_id: UUID, trainees: Sequence[UUID], code: str = "2026-08") -> dict[UUID, UUID]:
    """An open class on a version; gives the registrations of its trainees."""
    cohort_id, today = uuid4(), clock.today()
    terms = {"starts_on": today, "ends_on": today + timedelta(days=60), "planned_class_hours": 2, "teacher": "刘敏"}
    filed = {"state": "open", "filed_at": clock.now(), "filed_by": whose.clerk_id, "opened_at": clock.now()}
    what = {"code": code, "title": f"水稻育秧 {code}", "place": "", "programme_code": RURAL_ECOMMERCE, **PLACE}
    tenant_id = whose.tenant_id
    with transaction(SYSTEM):
        db.session.add(Cohort(id=cohort_id, tenant_id=tenant_id, version_id=version_id, **terms, **filed, **what))
        db.session.flush()
        for person_id in trainees:
            db.session.add(Enrolment(tenant_id=tenant_id, cohort_id=cohort_id, person_id=person_id, **PLACE))
        db.session.flush()
        registering.opened(CohortOpened(cohort_id, tenant_id, version_id, **PLACE))
        rows = db.session.execute(
            select(Registration.person_id, Registration.id).where(Registration.cohort_id == cohort_id)
        )
        return {person_id: registration_id for person_id, registration_id in rows}  # noqa: C416 - a Result is no mapping
