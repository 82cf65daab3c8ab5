"""What covers a training package: the mapped lessons, the tagged questions, and the report made of them."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from lms.foundation import clock
from lms.foundation.database import db
from lms.foundation.errors import Refused
from lms.plans import queries as plans
from lms.plans.rules import NoPolicy
from lms.publishing.models import Lesson, PackageVersion, SyllabusItem, TrainingLesson
from lms.publishing.queries import training
from lms.publishing.queries.courses import VersionView, view_of
from lms.publishing.queries.training import TrainingView
from lms.publishing.rules import State
from lms.publishing.rules.coverage import Report, Teaches, report
from lms.questions import queries as questions


@dataclass(frozen=True)
class CourseRow:
    """An approved course that may belong to a package, and how many of its lessons are mapped."""

    course: VersionView
    lessons: int
    mapped: int


def report_of(found: TrainingView) -> Report:
    """The report on a package: four queries, whatever its size; raises Refused where no rule says how long a class hour is."""
    items = training.items_of(found.id)
    counts = questions.counts_by_item(training.bank_versions_of(found.id))
    return report(items, taught(found.id), counts, class_hour_seconds(found))


def taught(version_id: UUID) -> list[Teaches]:
    """The mapped lessons of a package with their approved study time."""
    query = (
        select(TrainingLesson.lesson_id, Lesson.approved_seconds, SyllabusItem.number)
        .join(Lesson, Lesson.id == TrainingLesson.lesson_id)
        .join(SyllabusItem, SyllabusItem.id == TrainingLesson.item_id)
        .where(TrainingLesson.version_id == version_id)
        .order_by(SyllabusItem.place)
    )
    seconds: dict[UUID, int] = {}
    numbers: dict[UUID, list[str]] = defaultdict(list)
    for lesson_id, approved, number in db.session.execute(query):
        seconds[lesson_id] = approved or 0
        numbers[lesson_id].append(number)
    return [Teaches(lesson_id, seconds[lesson_id], tuple(numbers[lesson_id])) for lesson_id in seconds]


def class_hour_seconds(found: TrainingView) -> int:
    """How long a class hour is today; raises Refused where no rule says so."""
    try:
        return plans.hour_policy(found.programme_code, clock.today(), found.region_code).class_hour_seconds
    except NoPolicy:
        raise Refused("这个项目今天还没有学时规定，先问主管部门") from None


def courses_for(found: TrainingView) -> list[CourseRow]:
    """The approved courses of both authors in the package's programme, newest first, with what is mapped of each."""
    own = (
        PackageVersion.tenant_id.in_(found.authors),
        PackageVersion.programme_code == found.programme_code,
        PackageVersion.state == State.APPROVED,
    )
    rows = list(db.session.scalars(select(PackageVersion).where(*own).order_by(PackageVersion.decided_at.desc())))
    lessons, mapped = _counts([row.id for row in rows], found.id)
    return [CourseRow(view_of(row), lessons[row.id], mapped[row.id]) for row in rows]


def _counts(course_ids: list[UUID], version_id: UUID) -> tuple[dict[UUID, int], dict[UUID, int]]:
    """Lessons with study time by course, and how many of them are mapped."""
    lessons: dict[UUID, int] = defaultdict(int)
    mapped: dict[UUID, int] = defaultdict(int)
    with_time = (Lesson.version_id.in_(course_ids), Lesson.approved_seconds > 0)
    for course_id in db.session.scalars(select(Lesson.version_id).where(*with_time)):
        lessons[course_id] += 1
    distinct = select(TrainingLesson.course_version_id, TrainingLesson.lesson_id).distinct()
    for course_id, _ in db.session.execute(distinct.where(TrainingLesson.version_id == version_id)):
        mapped[course_id] += 1
    return lessons, mapped


def mapping_of(version_id: UUID, course_id: UUID) -> dict[UUID, list[str]]:
    """The numbers that each lesson of a course is mapped to, in order."""
    query = (
        select(TrainingLesson.lesson_id, SyllabusItem.number)
        .join(SyllabusItem, SyllabusItem.id == TrainingLesson.item_id)
        .where(TrainingLesson.version_id == version_id, TrainingLesson.course_version_id == course_id)
        .order_by(SyllabusItem.place)
    )
    found: dict[UUID, list[str]] = defaultdict(list)
    for lesson_id, number in db.session.execute(query):
        found[lesson_id].append(number)
    return found


def courses_in(version_id: UUID) -> list[VersionView]:
    """The courses that a version of a package teaches with, by title."""
    used = select(TrainingLesson.course_version_id).where(TrainingLesson.version_id == version_id)
    rows = db.session.scalars(select(PackageVersion).where(PackageVersion.id.in_(used)).order_by(PackageVersion.title))
    return [view_of(row) for row in rows]
