"""Which syllabus and bank are the unified ones, and whether a course or a question lies inside them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, literal, select

from courses.course import Question, Quiz
from lms.foundation import clock
from lms.foundation.database import db
from lms.publishing.models import ConformingLesson, SyllabusItem, UnifiedSyllabus
from lms.publishing.queries import courses, training
from lms.publishing.queries.courses import VersionView
from lms.publishing.rules import unified
from lms.questions import queries as questions
from lms.questions.rules.banks import fingerprint


@dataclass(frozen=True)
class UnifiedView:
    """The unified syllabus of a programme in a place: the approved version of a training package, from a day on."""

    version_id: UUID
    programme_code: str
    region_code: str
    effective_from: date


def in_force(programme_code: str, region_code: str, on: date) -> UnifiedView | None:
    """The unified syllabus on a day: of the closest place, the latest; None where none has been named."""
    query = (
        select(UnifiedSyllabus)
        .where(
            UnifiedSyllabus.programme_code == programme_code,
            UnifiedSyllabus.effective_from <= on,
            literal(region_code).startswith(UnifiedSyllabus.region_code),
        )
        .order_by(
            func.length(UnifiedSyllabus.region_code).desc(),
            UnifiedSyllabus.effective_from.desc(),
            UnifiedSyllabus.created_at.desc(),
        )
        .limit(1)
    )
    row = db.session.scalar(query)
    return UnifiedView(row.version_id, row.programme_code, row.region_code, row.effective_from) if row else None


def naming_of(version_id: UUID) -> list[UnifiedView]:
    """Where and from when on a version is the unified one, the latest first."""
    query = select(UnifiedSyllabus).where(UnifiedSyllabus.version_id == version_id)
    rows = db.session.scalars(query.order_by(UnifiedSyllabus.effective_from.desc()))
    return [UnifiedView(row.version_id, row.programme_code, row.region_code, row.effective_from) for row in rows]


def refuse_outside_unified(version_id: UUID, region_code: str | None = None) -> str | None:
    """Why a course may not be sent in, approved or taught: its plan demands the unified syllabus and it lies outside.

    `region_code` is the place that asks, the course's own where none is given. None where it may.
    """
    course = courses.version(version_id)
    demand = unified.demand_of(course.plan_code)
    if demand is None:
        return None
    found = in_force(course.programme_code, region_code or course.region_code, clock.today())
    return unified.refuse_course(demand, found is not None, _course(course, found))


def refuse_outside_bank(programme_code: str, plan_code: str, region_code: str, asked: Iterable[Question]) -> str | None:
    """Why these questions may not be asked in a programme: its plan demands the unified bank and they are not in it."""
    demand = unified.demand_of(plan_code)
    if demand is None:
        return None
    found = in_force(programme_code, region_code, clock.today())
    if found is None:
        return unified.refuse_course(demand, False, unified.Course((), frozenset(), 0, ()))
    return unified.refuse_questions(demand, _outside(list(asked), found.version_id))


def conformed(course_id: UUID, training_version_id: UUID) -> dict[UUID, list[str]]:
    """The items of a unified syllabus that each lesson of a course says it teaches, by lesson."""
    query = (
        select(ConformingLesson.lesson_id, SyllabusItem.number)
        .join(SyllabusItem, SyllabusItem.id == ConformingLesson.item_id)
        .where(
            ConformingLesson.course_version_id == course_id, ConformingLesson.training_version_id == training_version_id
        )
        .order_by(SyllabusItem.place)
    )
    found: dict[UUID, list[str]] = defaultdict(list)
    for lesson_id, number in db.session.execute(query):
        found[lesson_id].append(number)
    return found


def _course(course: VersionView, found: UnifiedView | None) -> unified.Course:
    lessons = courses.lessons_of(course.id)
    mapped = conformed(course.id, found.version_id) if found else {}
    asked = [question for lesson in lessons if lesson.quiz for question in _asked(lesson.questions)]
    return unified.Course(
        lessons=tuple((lesson.number, lesson.title) for lesson in lessons if lesson.kind != "quiz"),
        mapped=frozenset(lesson.number for lesson in lessons if lesson.id in mapped),
        questions=len(asked),
        outside=_outside(asked, found.version_id) if found else (),
    )


def _asked(quiz: Quiz | None) -> tuple[Question, ...]:
    return quiz.questions if quiz else ()


def _outside(asked: list[Question], version_id: UUID) -> tuple[str, ...]:
    """The words of the questions that are in none of the unified version's banks."""
    marks = {fingerprint(question): question.text for question in asked}
    inside = questions.known(training.bank_versions_of(version_id), list(marks)) if marks else set()
    return tuple(words for mark, words in marks.items() if mark not in inside)
