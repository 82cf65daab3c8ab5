"""The trainee's pages, and the addresses that the player talks to."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, g, jsonify, make_response, redirect, render_template, request, url_for

from lms.accounts import queries as accounts
from lms.cohorts import queries as cohorts
from lms.foundation import clock
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.learning import queries
from lms.learning.actions import beating, launching, quizzing
from lms.learning.forms import QuizForm, beats, chosen
from lms.learning.queries.courses import Course
from lms.learning.rules import pictures, reasons, words
from lms.learning.rules.devices import device_of
from lms.learning.rules.progress import LessonState, resume_at
from lms.publishing import files
from lms.publishing import queries as publishing
from lms.publishing.links import media_url
from lms.questions.rules import mark

bp = Blueprint("learning", __name__, url_prefix="/learn")

STUDY = Permission.LESSON_STUDY


@bp.app_template_filter("words_of_reason")
def words_of_reason(reason: reasons.Reason) -> str:
    """A reason as a sentence."""
    return reasons.sentence(reason)


@bp.get("")
@allow(STUDY)
def home() -> Any:
    """What to learn next, what today has earned, and the person's classes."""
    person_id = current().person()
    with transaction(current()):
        courses = queries.courses_of(person_id)
        now = next((course for course in courses if course.is_open and course.next), None)
        policy = queries.policy_of(now or courses[0]) if courses else None
        [today] = queries.day_totals(person_id, clock.today(), clock.today())
        credited = queries.credited_by_registration(person_id)
    cells = (
        pictures.strip(today.credited_ms, policy.class_hour_seconds * 1000, policy.daily_cap_class_hours)
        if policy
        else []
    )
    return render_template(
        "learning/home.html",
        greeting=_greeting(),
        courses=courses,
        now=now,
        today=today,
        policy=policy,
        cells=cells,
        credited=credited,
        words=words,
    )


@bp.get("/courses/<uuid:registration_id>")
@allow(STUDY)
def course(registration_id: UUID) -> Any:
    """A course: every lesson with its state, and the one to go on with."""
    with transaction(current()):
        found = _course(registration_id)
        policy = queries.policy_of(found)
        credited = queries.credited_by_registration(current().person())
    return render_template(
        "learning/course.html", course=found, policy=policy, credited_ms=credited.get(registration_id, 0)
    )


@bp.get("/courses/<uuid:registration_id>/lessons/<uuid:lesson_id>")
@allow(STUDY)
def lesson(registration_id: UUID, lesson_id: UUID) -> Any:
    """A lesson: the player of a video, or the questions of a quiz."""
    with transaction(current()):
        found = _course(registration_id)
        state = _lesson(found, lesson_id)
        view = publishing.lesson(lesson_id)
        if not state.is_video:
            number = queries.tries(registration_id, lesson_id) + 1
        else:
            policy = queries.policy_of(found)
            answer = queries.standing(current().person(), state, view.content_hash, policy) if policy else None
    if not state.is_video:
        return _quiz_page(found, state, view, number)
    start_ms = _asked_place(state)
    return render_template(
        "learning/player.html",
        course=found,
        lesson=state,
        answer=answer,
        before=found.neighbour(state, -1),
        after=found.neighbour(state, 1),
        start_ms=start_ms,
        media=media_url(view.version_id, view.id, view.content_hash, current().person()) if view.media_key else None,
        transcript=_transcript(registration_id, view),
        words=words,
        timeline=pictures.timeline(answer.covered, answer.misses, state.length_ms) if answer else [],
        live=words.live(0, None, answer.full, False) if answer else ("no", "现在不计学时"),
    )


@bp.get("/courses/<uuid:registration_id>/lessons/<uuid:lesson_id>/transcript")
@allow(STUDY)
def transcript(registration_id: UUID, lesson_id: UUID) -> Any:
    """What is said in a video, sentence by sentence; the player draws its captions from here."""
    with transaction(current()):
        found = _course(registration_id)
        state, view = _lesson(found, lesson_id), publishing.lesson(lesson_id)
    if not view.captions_key:
        raise NotFound()
    page = render_template("learning/transcript.html", course=found, lesson=state, cues=files.captions(view))
    response = make_response(page)
    # Its address names the captions by their hash: a phone asks for a long transcript once.
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _transcript(registration_id: UUID, view: publishing.LessonView) -> str | None:
    if not view.captions_key:
        return None
    version = view.captions_key.rsplit("/", 1)[-1][:12]
    return url_for("learning.transcript", registration_id=registration_id, lesson_id=view.id, v=version)


@bp.post("/courses/<uuid:registration_id>/lessons/<uuid:lesson_id>/launch")
@allow(STUDY)
def launch(registration_id: UUID, lesson_id: UUID) -> Any:
    """Begin a session on this device."""
    device, person_id = device_of(request.headers.get("User-Agent", "")), current().person()
    with transaction(current()):
        found = launching.launch(person_id, registration_id, lesson_id, device, request.remote_addr or "")
    return jsonify(
        session=str(found.session_id),
        beats=url_for("learning.record", session_id=found.session_id),
        position_ms=found.position_ms,
        beat_seconds=found.beat_seconds,
        stopped=f"刚才在别处开着的“{found.stopped}”已经停下，在这里接着计" if found.stopped else "",
    )


@bp.post("/sessions/<uuid:session_id>/beats")
@allow(STUDY)
def record(session_id: UUID) -> Any:
    """Take in beats, and say what they earned."""
    sent, person_id = beats(request.get_data(cache=False)), current().person()
    with transaction(current()):
        answer = beating.record(person_id, session_id, sent, request.remote_addr or "")
    return jsonify(answer.as_json())


@bp.post("/courses/<uuid:registration_id>/lessons/<uuid:lesson_id>/answers")
@allow(STUDY)
def answers(registration_id: UUID, lesson_id: UUID) -> Any:
    """Keep a try at a quiz; a form with questions left open comes back as it was filled in."""
    form = QuizForm()
    with transaction(current()):
        found = _course(registration_id)
        state, view = _lesson(found, lesson_id), publishing.lesson(lesson_id)
    filled = chosen(request.form, state.questions)
    if not form.validate_on_submit() or not all(filled.values()):
        return _quiz_page(found, state, view, form.try_number(), filled), 422
    with transaction(current()):
        tried = quizzing.answer(current().person(), registration_id, lesson_id, form.try_number(), filled)
    return redirect(
        url_for("learning.result", registration_id=registration_id, lesson_id=lesson_id, number=tried.number), 303
    )


@bp.get("/courses/<uuid:registration_id>/lessons/<uuid:lesson_id>/results/<int:number>")
@allow(STUDY)
def result(registration_id: UUID, lesson_id: UUID, number: int) -> Any:
    """What a try at a quiz came to, question by question."""
    with transaction(current()):
        found = _course(registration_id)
        state, view = _lesson(found, lesson_id), publishing.lesson(lesson_id)
        attempt = queries.attempt(registration_id, lesson_id, number)
    quiz = view.questions
    if attempt is None or quiz is None:
        raise NotFound()
    marked = mark(quiz, attempt.chosen)
    return render_template(
        "learning/result.html", course=found, lesson=state, attempt=attempt, quiz=quiz, marked=marked
    )


@bp.get("/hours")
@allow(STUDY)
def hours() -> Any:
    """A person's hours: in all, this week, by course, and what did not count."""
    person_id, today = current().person(), clock.today()
    monday = today - timedelta(days=today.weekday())
    with transaction(current()):
        courses = queries.courses_of(person_id)
        policy = queries.policy_of(courses[0]) if courses else None
        week = queries.day_totals(person_id, monday, today)
        credited = queries.credited_by_registration(person_id)
        lost = queries.uncounted(person_id, today - timedelta(days=30))
    cell_ms = policy.class_hour_seconds * 1000 if policy else 1
    cells = (
        pictures.cells_of_week([day.online_ms for day in week], cell_ms, policy.daily_cap_class_hours) if policy else 1
    )
    columns = [(day, pictures.column(day.credited_ms, day.lost_ms, cells * cell_ms)) for day in week]
    return render_template(
        "learning/hours.html",
        courses=courses,
        policy=policy,
        today=week[-1],
        columns=columns,
        cells=cells,
        credited=credited,
        lost=lost,
        reasons=reasons,
        words=words,
    )


@bp.get("/cohorts/<uuid:cohort_id>/progress")
@allow(Permission.COHORT_FILE, Permission.COHORT_APPROVE)
def cohort_progress(cohort_id: UUID) -> Any:
    """How far the people of a class have come: a fragment for the pages of classes."""
    with transaction(current()):
        cohort = cohorts.cohort(cohort_id)
        rows = queries.progress_of_cohort(cohort_id)
        lessons = len(publishing.lessons(cohort.version_id))
        people = accounts.people([row.person_id for row in rows])
    return render_template("learning/progress.html", cohort=cohort, rows=rows, people=people, lessons=lessons)


def _course(registration_id: UUID) -> Course:
    return queries.course(queries.registration(registration_id, current().person()))


def _lesson(course: Course, lesson_id: UUID) -> LessonState:
    found = course.lesson(lesson_id)
    if found is None:
        raise NotFound()
    return found


def _quiz_page(
    course: Course,
    lesson: LessonState,
    view: publishing.LessonView,
    number: int,
    filled: dict[int, list[int]] | None = None,
) -> str:
    form = QuizForm(number=str(number))
    form.number.data = str(number)
    return render_template(
        "learning/quiz.html",
        course=course,
        lesson=lesson,
        quiz=view.questions,
        form=form,
        filled=filled or {},
        sent=filled is not None,
    )


def _asked_place(lesson: LessonState) -> int:
    """Where the page was asked to begin (?from=190000), or where the person last was."""
    asked = request.args.get("from", "")
    if asked.isdecimal() and len(asked) < 10 and int(asked) < lesson.length_ms:
        return int(asked)
    return resume_at(lesson.position_ms, lesson.length_ms)


def _greeting() -> str:
    """秀兰，晚上好."""
    hour, name = clock.local(clock.now()).hour, g.account.name
    time = "早上好" if 5 <= hour < 11 else "中午好" if 11 <= hour < 13 else "下午好" if 13 <= hour < 18 else "晚上好"
    return f"{name[1:] if len(name) == 3 else name}，{time}"
