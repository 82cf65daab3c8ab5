"""What a training package teaches and asks with: lessons mapped to items, finished banks. Actions flush; the door commits."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, insert

from lms.foundation import clock
from lms.foundation.database import db
from lms.foundation.errors import NotFound, Refused
from lms.publishing.actions.training import editable, place_of
from lms.publishing.models import TrainingBank, TrainingLesson
from lms.publishing.queries import courses, coverage
from lms.publishing.queries import training as queries
from lms.publishing.rules import syllabus
from lms.questions import queries as questions
from lms.questions.rules import banks


def map_course(version_id: UUID, course_id: UUID, numbers: Mapping[UUID, Sequence[str]]) -> None:
    """Say which items each lesson of an approved course teaches; what was said of this course before goes.

    Raises NotFound for a course of neither author, Refused (field lesson-N) for a number that is no last item of the syllabus.
    """
    row = editable(version_id)
    found = queries.training(version_id)
    course = next((one.course for one in coverage.courses_for(found) if one.course.id == course_id), None)
    if course is None:
        raise NotFound()
    lessons = {lesson.id: lesson for lesson in courses.lessons_of(course_id)}
    ids = checked_numbers(version_id, {lessons[key].number: value for key, value in numbers.items() if key in lessons})
    db.session.execute(
        delete(TrainingLesson).where(
            TrainingLesson.version_id == version_id, TrainingLesson.course_version_id == course_id
        )
    )
    pairs = [
        (key, ids[number]) for key, wanted in numbers.items() if key in lessons for number in dict.fromkeys(wanted)
    ]
    shared = {"created_at": clock.now(), "version_id": version_id, "course_version_id": course_id, **place_of(row)}
    rows: list[dict[str, Any]] = [{"id": uuid4(), "lesson_id": key, "item_id": item, **shared} for key, item in pairs]
    if rows:
        db.session.execute(insert(TrainingLesson), rows)


def checked_numbers(version_id: UUID, wanted: Mapping[int, Sequence[str]]) -> dict[str, UUID]:
    """Ids of the items named, by number; raises Refused at the lesson that names what is no last item."""
    every = {number for numbers in wanted.values() for number in numbers}
    ids = queries.item_ids(version_id, every) if every else {}
    above = syllabus.chapters(item.number for item in queries.items_of(version_id)) if every else frozenset()
    for lesson, numbers in wanted.items():
        for number in numbers:
            if number not in ids:
                raise Refused(f"大纲里没有“{number[:20]}”这一条，看看编号", field=f"lesson-{lesson}")
            if number in above:
                raise Refused(f"“{number}”下面还有细的条目，写最细的那一级", field=f"lesson-{lesson}")
    return ids


def choose_banks(version_id: UUID, bank_ids: Collection[UUID]) -> None:
    """Say which finished bank versions belong to the package, in place of those before.

    Raises NotFound for a stranger's bank or an unfinished one.
    """
    row = editable(version_id)
    standing = set(queries.bank_versions_of(version_id))
    views = questions.named({*bank_ids, *standing})
    usable = {key for key, view in views.items() if view.tenant_id in (row.tenant_id, row.partner_id)}
    fresh = [key for key in bank_ids if key not in standing]
    if any(key not in usable or views[key].state is not banks.State.FINAL for key in fresh):
        raise NotFound()
    gone = standing - set(bank_ids)
    if gone:
        here = (TrainingBank.version_id == version_id, TrainingBank.bank_version_id.in_(gone))
        db.session.execute(delete(TrainingBank).where(*here))
    shared = {"created_at": clock.now(), "version_id": version_id, **place_of(row)}
    if fresh:
        rows = [{"id": uuid4(), "bank_version_id": key, **shared} for key in dict.fromkeys(fresh)]
        db.session.execute(insert(TrainingBank), rows)
