"""Classes of the school anyi, written straight into the tables, and what clerks do with them."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from lms.cohorts.models import Cohort, Enrolment
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.publishing.models import Lesson, Package, PackageVersion
from tests.people import RURAL_ECOMMERCE, SYSTEM, Cast

PLACES = {
    "anyi": {"region_code": "440606", "plan_code": "P06"},
    "qiming": {"region_code": "440106", "plan_code": "P06"},
}


def a_version(people: Cast, school: str = "anyi", *, seconds: int = 5500, state: str = "approved") -> UUID:
    """A version of a package of a school: one video with so much approved study time, one quiz."""
    uploader = people.liumin if school == "anyi" else people.chenbo
    tenant_id, place = people.organisations[school], PLACES[school]
    package_id, version_id = uuid4(), uuid4()
    what = {"title": "开一家网店", "programme_code": RURAL_ECOMMERCE, "tenant_id": tenant_id, **place}
    whose = {"tenant_id": tenant_id, "version_id": version_id, **place}
    with transaction(SYSTEM):
        db.session.add(Package(id=package_id, **what))
        db.session.flush()
        upload = {"upload_token": uuid4(), "source": {}, "source_hash": version_id.hex, "uploaded_by": uploader}
        rest = {"declared_seconds": seconds, "report": {}, "content_hash": version_id.hex, "state": "checked"}
        version = PackageVersion(id=version_id, package_id=package_id, number=1, **what, **upload, **rest)
        db.session.add(version)
        db.session.flush()
        video = {"kind": "video", "duration_ms": seconds * 1000, "approved_seconds": seconds, "content_hash": "a" * 64}
        db.session.add(Lesson(number=1, title="拍好产品照片", **whose, **video))
        db.session.add(Lesson(number=2, title="学完测一测", kind="quiz", content_hash="b" * 64, quiz={}, **whose))
        db.session.flush()
        version.state, version.decided_by, version.decided_at = state, people.hequan, clock.now()
    return version_id


def a_class(people: Cast, *, state: str = "open", code: str = "2026-01", school: str = "anyi", **terms: Any) -> UUID:
    """A class of a school (anyi or qiming) that runs from today for thirty days."""
    tenant_id, today = people.organisations[school], clock.today()
    filed = {} if state == "draft" else {"filed_at": clock.now(), "filed_by": people.liumin}
    opened = {"opened_at": clock.now()} if state in ("open", "closed") else {}
    place = PLACES[school]
    values = {"title": "农村电商第 1 期", "starts_on": today, "ends_on": today + timedelta(days=30), "teacher": "刘敏"}
    values |= {
        "planned_class_hours": 2,
        "place": "",
        "programme_code": RURAL_ECOMMERCE,
        **place,
        **filed,
        **opened,
        **terms,
    }
    version_id = a_version(people, school)
    with transaction(SYSTEM):
        cohort = Cohort(id=uuid4(), tenant_id=tenant_id, code=code, state=state, version_id=version_id, **values)
        db.session.add(cohort)
        db.session.flush()
        return cohort.id


def members(cohort_id: UUID) -> set[UUID]:
    """Who is in a class."""
    with transaction(SYSTEM):
        return set(db.session.scalars(select(Enrolment.person_id).where(Enrolment.cohort_id == cohort_id)))


def change(cohort_id: UUID, **values: Any) -> None:
    """Write values into a class behind everybody's back."""
    with transaction(SYSTEM):
        cohort = db.session.get(Cohort, cohort_id, populate_existing=True)
        for name, value in values.items():
            setattr(cohort, name, value)
