"""Naming the unified syllabus, and mapping a course to it. Actions flush; the door commits."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError

from lms.accounts.actions import audit
from lms.foundation import clock, evidence
from lms.foundation.database import acting, db
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.publishing.actions.covering import checked_numbers
from lms.publishing.models import ConformingLesson, UnifiedSyllabus
from lms.publishing.queries import courses
from lms.publishing.queries import training as queries
from lms.publishing.queries import unified as naming
from lms.publishing.rules import State, unified

UNIFIED = "training.unified"
EDITABLE = (State.CHECKED, State.RETURNED)


def unify(version_id: UUID, effective_from: date) -> None:
    """Name an approved version the unified syllabus of its programme in the administrator's place, from a day on.

    Raises Refused where the plan asks for none or the day has passed, NotFound out of scope, Conflict where that day is taken.
    """
    found = queries.published_training(version_id)
    region = next((s.region for s in acting().scope if s.plan in (None, found.plan_code)), None)
    if region is None:
        raise NotFound()
    if unified.demand_of(found.plan_code) is None:
        raise Refused("这个计划没有要求统一大纲，各家可以用自己的培训包")
    if effective_from < clock.today():
        raise Refused("开始的日子不能在今天以前，已经上的课不会倒回去算", field="effective_from")
    content = {
        "version_id": str(version_id),
        "content_hash": found.content_hash,
        "programme_code": found.programme_code,
        "region_code": region,
        "effective_from": effective_from.isoformat(),
        "person_id": str(acting().person()),
        "at": clock.now().isoformat(),
    }
    leaf = evidence.append(UNIFIED, content, subject=str(version_id))
    place = {"programme_code": found.programme_code, "plan_code": found.plan_code, "region_code": region}
    when = {"effective_from": effective_from, "decided_by": acting().person()}
    _add(UnifiedSyllabus(version_id=version_id, leaf_id=leaf.id, leaf_hash=leaf.hash, **place, **when))
    told = f"{effective_from.isoformat()} 起"
    audit(
        "training:unified", subject=f"training_version {version_id}", reason=told, region=region, plan=found.plan_code
    )


def _add(row: UnifiedSyllabus) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError as problem:
        raise Conflict("这一天已经定过一份统一大纲，换一天") from problem


def conform(course_id: UUID, numbers: Mapping[UUID, Sequence[str]]) -> None:
    """Say which items of the unified syllabus each lesson of one's own course teaches, before it is sent in.

    Raises NotFound for another's course, Conflict once it was sent in or where no syllabus is in force, Refused at a wrong number.
    """
    course = courses.version(course_id)
    if course.tenant_id not in acting().organisations:
        raise NotFound()
    if course.state not in EDITABLE:
        raise Conflict("这一版已经送审，对应的条目不能再改。要改就上传新的一版")
    found = naming.in_force(course.programme_code, course.region_code, clock.today())
    if found is None:
        raise Conflict("这个项目现在没有统一大纲，不用对")
    lessons = {lesson.id: lesson for lesson in courses.lessons_of(course_id)}
    wanted = {key: value for key, value in numbers.items() if key in lessons}
    ids = checked_numbers(found.version_id, {lessons[key].number: value for key, value in wanted.items()})
    db.session.execute(delete(ConformingLesson).where(ConformingLesson.course_version_id == course_id))
    shared = {"created_at": clock.now(), "course_version_id": course_id, "training_version_id": found.version_id}
    place = {"tenant_id": course.tenant_id, "region_code": course.region_code, "plan_code": course.plan_code}
    rows: list[dict[str, Any]] = [
        {"id": uuid4(), "lesson_id": key, "item_id": ids[number], **shared, **place}
        for key, value in wanted.items()
        for number in dict.fromkeys(value)
    ]
    if rows:
        db.session.execute(insert(ConformingLesson), rows)
