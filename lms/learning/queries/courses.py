"""A course as one trainee stands to it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from lms.cohorts import queries as cohorts
from lms.foundation import clock
from lms.foundation.database import db
from lms.learning.models import Coverage, LessonCompletion, QuizAttempt, StudySession
from lms.learning.queries.registrations import RegistrationView, registrations_of
from lms.learning.rules.hours import Timeline
from lms.learning.rules.progress import LessonState, next_lesson
from lms.publishing import queries as publishing

QUIZ = "quiz"


@dataclass(frozen=True)
class Course:
    """A registration with its class, the title of the course and every lesson's state; times in milliseconds."""

    registration: RegistrationView
    cohort: cohorts.CohortView
    title: str
    lessons: tuple[LessonState, ...]
    is_open: bool

    @property
    def next(self) -> LessonState | None:
        """What to learn next."""
        return next_lesson(self.lessons)

    @property
    def done(self) -> int:
        """How many lessons are done."""
        return sum(lesson.done for lesson in self.lessons)

    @property
    def credited_ms(self) -> int:
        """Credited time of its lessons."""
        return sum(lesson.credited_ms for lesson in self.lessons)

    @property
    def online_ms(self) -> int:
        """Time spent on its lessons, whether it counts or not."""
        return sum(max(lesson.online_ms, lesson.credited_ms) for lesson in self.lessons)

    @property
    def left_ms(self) -> int:
        """Time that its lessons can still earn."""
        return sum(lesson.left_ms for lesson in self.lessons if not lesson.done)

    def lesson(self, lesson_id: UUID) -> LessonState | None:
        """One of its lessons, or None."""
        return next((lesson for lesson in self.lessons if lesson.lesson_id == lesson_id), None)

    def neighbour(self, lesson: LessonState, step: int) -> LessonState | None:
        """The lesson that many places on, or None."""
        place = self.lessons.index(lesson) + step
        return self.lessons[place] if 0 <= place < len(self.lessons) else None


def courses_of(person_id: UUID) -> list[Course]:
    """All courses of a person, those that go on first."""
    found = [course(registration) for registration in registrations_of(person_id)]
    return sorted(found, key=lambda one: (not one.is_open, one.next is None))


def course(registration: RegistrationView) -> Course:
    """A course with every lesson's state: six queries however many lessons."""
    cohort = cohorts.cohort(registration.cohort_id)
    version = publishing.version(registration.version_id)
    lessons = publishing.lessons(registration.version_id)
    states = _states(registration, lessons)
    return Course(registration, cohort, version.title, states, cohorts.is_open(cohort, clock.today()))


def _states(registration: RegistrationView, lessons: list[publishing.LessonView]) -> tuple[LessonState, ...]:
    credited = _credited(registration.person_id, [lesson.content_hash for lesson in lessons])
    places = _places(registration.person_id, [lesson.id for lesson in lessons])
    completed = _completed(registration.id)
    scores = _scores(registration.id)
    return tuple(
        _state(lesson, credited, places, scores, done=lesson.id in completed or scores.get(lesson.id, (0, False))[1])
        for lesson in lessons
    )


def _state(
    lesson: publishing.LessonView,
    credited: dict[str, tuple[int, int]],
    places: dict[UUID, int],
    scores: dict[UUID, tuple[int, bool]],
    done: bool,
) -> LessonState:
    approved_ms = None if lesson.approved_seconds is None else lesson.approved_seconds * 1000
    is_video = lesson.kind == "video"
    earnable_ms = Timeline(lesson.duration_ms, approved_ms).earnable_ms if is_video else approved_ms or 0
    credited_ms, online_ms = credited.get(lesson.content_hash, (0, 0)) if lesson.kind != QUIZ else (0, 0)
    return LessonState(
        lesson_id=lesson.id,
        number=lesson.number,
        title=lesson.title,
        kind=lesson.kind,
        length_ms=lesson.duration_ms,
        earnable_ms=earnable_ms,
        credited_ms=credited_ms,
        online_ms=online_ms,
        size_bytes=lesson.size_bytes,
        captions=bool(lesson.captions_key),
        questions=len(lesson.quiz["questions"]) if lesson.quiz else 0,
        position_ms=places.get(lesson.id, 0),
        done=done,
        score=scores[lesson.id][0] if lesson.id in scores else None,
    )


def _credited(person_id: UUID, hashes: list[str]) -> dict[str, tuple[int, int]]:
    """Credited and online milliseconds by content."""
    query = select(Coverage.content_hash, Coverage.credited_ms, Coverage.online_ms)
    rows = db.session.execute(query.where(Coverage.person_id == person_id, Coverage.content_hash.in_(hashes)))
    return {row.content_hash: (row.credited_ms, row.online_ms) for row in rows}


def _places(person_id: UUID, lesson_ids: list[UUID]) -> dict[UUID, int]:
    query = (
        select(StudySession.lesson_id, StudySession.position_ms)
        .where(StudySession.person_id == person_id, StudySession.lesson_id.in_(lesson_ids))
        .ext(distinct_on(StudySession.lesson_id))
        .order_by(StudySession.lesson_id, StudySession.last_at.desc())
    )
    return {row.lesson_id: row.position_ms for row in db.session.execute(query)}


def _completed(registration_id: UUID) -> frozenset[UUID]:
    query = done(select(LessonCompletion.lesson_id).where(LessonCompletion.registration_id == registration_id))
    return frozenset(db.session.scalars(query))


def done(completions: Select) -> Select:
    """Only the completions that still hold: what was credited may have been taken back since."""
    return completions.where(~LessonCompletion.undone)


def _scores(registration_id: UUID) -> dict[UUID, tuple[int, bool]]:
    query = (
        select(QuizAttempt.lesson_id, func.max(QuizAttempt.score), func.bool_or(QuizAttempt.passed))
        .where(QuizAttempt.registration_id == registration_id)
        .group_by(QuizAttempt.lesson_id)
    )
    return {lesson_id: (score, passed) for lesson_id, score, passed in db.session.execute(query)}


def last_position(person_id: UUID, lesson_id: UUID) -> int:
    """Where the person last was in a lesson, on whichever device."""
    return _places(person_id, [lesson_id]).get(lesson_id, 0)
