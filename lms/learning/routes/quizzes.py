"""The questions of a quiz, and what a try at it came to."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from lms.foundation.database import transaction
from lms.foundation.errors import NotFound
from lms.foundation.permissions import allow
from lms.foundation.principal import current
from lms.learning import queries
from lms.learning.actions import quizzing
from lms.learning.forms import QuizForm
from lms.learning.queries import quizzes
from lms.learning.queries.courses import Course
from lms.learning.routes.blueprint import STUDY, bp, own_course, own_lesson
from lms.learning.rules import papers
from lms.learning.rules.progress import LessonState
from lms.publishing import queries as publishing
from lms.questions.rules import mark


@bp.post("/courses/<uuid:registration_id>/lessons/<uuid:lesson_id>/answers")
@allow(STUDY)
def answers(registration_id: UUID, lesson_id: UUID) -> Any:
    """Keep a try at a quiz; a form with questions left open comes back as it was filled in."""
    form = QuizForm()
    with transaction(current()):
        found = own_course(registration_id)
        state, view = own_lesson(found, lesson_id), publishing.lesson(lesson_id)
    quiz = view.questions
    if quiz is None:
        raise NotFound()
    given = papers.given(quiz, request.form.getlist)
    open_ = papers.still_open(quiz, given)
    if not form.validate_on_submit() or open_:
        return quiz_page(found, state, view, form.try_number(), request.form, open_), 422
    with transaction(current()):
        tried = quizzing.answer(current().person(), registration_id, lesson_id, form.try_number(), given)
    return redirect(
        url_for("learning.result", registration_id=registration_id, lesson_id=lesson_id, number=tried.number), 303
    )


@bp.get("/courses/<uuid:registration_id>/lessons/<uuid:lesson_id>/results/<int:number>")
@allow(STUDY)
def result(registration_id: UUID, lesson_id: UUID, number: int) -> Any:
    """What a try at a quiz came to, question by question; what a teacher has not marked yet waits."""
    with transaction(current()):
        found = own_course(registration_id)
        state, view = own_lesson(found, lesson_id), publishing.lesson(lesson_id)
        attempt = queries.attempt(registration_id, lesson_id, number)
        marks = quizzes.marks_of(attempt.id) if attempt else {}
    quiz = view.questions
    if attempt is None or quiz is None:
        raise NotFound()
    shares = {number: one.share(quiz.questions[number - 1].points) for number, one in marks.items()}
    marked = mark(quiz, attempt.chosen, shares)
    return render_template(
        "learning/result.html", course=found, lesson=state, attempt=attempt, quiz=quiz, marked=marked, marks=marks
    )


def quiz_page(
    course: Course,
    lesson: LessonState,
    view: publishing.LessonView,
    number: int,
    typed: MultiDict[str, str] | None = None,
    open_: Mapping[int, str] | None = None,
) -> str:
    """The page of a quiz, with what was filled in when a form came back, and why it did by the number of the question."""
    form = QuizForm(formdata=None)
    form.number.data = str(number)
    return render_template(
        "learning/quiz.html",
        course=course,
        lesson=lesson,
        quiz=view.questions,
        form=form,
        typed=MultiDict() if typed is None else typed,
        open=open_ or {},
    )
