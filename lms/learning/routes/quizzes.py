"""The questions of a quiz, and what a try at it came to."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for

from lms.foundation.database import transaction
from lms.foundation.errors import NotFound
from lms.foundation.permissions import allow
from lms.foundation.principal import current
from lms.learning import queries
from lms.learning.actions import quizzing
from lms.learning.forms import QuizForm, chosen
from lms.learning.queries.courses import Course
from lms.learning.routes.blueprint import STUDY, bp, own_course, own_lesson
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
    filled = chosen(request.form, state.questions)
    if not form.validate_on_submit() or not all(filled.values()):
        return quiz_page(found, state, view, form.try_number(), filled), 422
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
        found = own_course(registration_id)
        state, view = own_lesson(found, lesson_id), publishing.lesson(lesson_id)
        attempt = queries.attempt(registration_id, lesson_id, number)
    quiz = view.questions
    if attempt is None or quiz is None:
        raise NotFound()
    marked = mark(quiz, attempt.chosen)
    return render_template(
        "learning/result.html", course=found, lesson=state, attempt=attempt, quiz=quiz, marked=marked
    )


def quiz_page(
    course: Course,
    lesson: LessonState,
    view: publishing.LessonView,
    number: int,
    filled: dict[int, list[int]] | None = None,
) -> str:
    """The page of a quiz, with what was filled in when a form came back."""
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
