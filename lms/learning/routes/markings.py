"""The pages of teachers: papers that wait, and one paper with its answers to mark."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for

from lms.accounts import queries as accounts
from lms.cohorts import queries as cohorts
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.foundation.todo import Ask
from lms.learning.actions import marking
from lms.learning.queries import quizzes
from lms.learning.routes.blueprint import bp
from lms.learning.rules.marks import COMMENT_LENGTH, BadMark, hundredths_of
from lms.publishing import queries as publishing
from lms.questions.rules import Marked, mark


@bp.get("/papers")
@allow(Permission.QUIZ_MARK)
def papers() -> Any:
    """The papers of the institution's classes that wait for a teacher, the oldest first."""
    with transaction(current()):
        found = quizzes.papers_to_mark(current(), Ask(limit=100))
        people = accounts.people([paper.person_id for paper in found])
        classes = {id: cohorts.cohort(id) for id in {paper.cohort_id for paper in found}}
        lessons = {id: publishing.lesson(id) for id in {paper.lesson_id for paper in found}}
    told = {"done": request.args.get("done", type=int)}
    return render_template(
        "learning/papers.html", papers=found, people=people, classes=classes, lessons=lessons, told=told
    )


@bp.get("/papers/<uuid:paper_id>")
@allow(Permission.QUIZ_MARK)
def paper(paper_id: UUID) -> Any:
    """One paper: what waits for a mark, with a field for it; what is marked already for comparison."""
    return _page(paper_id)


@bp.post("/papers/<uuid:paper_id>")
@allow(Permission.QUIZ_MARK)
def mark_paper(paper_id: UUID) -> Any:
    """Give the marks, all at once; then the next paper."""
    with transaction(current()):
        found = quizzes.paper(paper_id, current().organisations)
        quiz = publishing.lesson(found.lesson_id).questions
    if quiz is None:
        raise NotFound()
    try:
        given = {one.number: _given(one.number) for one in mark(quiz, found.given).pending}
        with transaction(current()):
            marked = marking.decide(paper_id, given)
    except BadMark as bad:
        return _page(paper_id, {bad.number: bad.sentence}), 422
    return redirect(url_for("learning.papers", done=marked.score), 303)


def _given(number: int) -> marking.Given:
    comment = request.form.get(f"comment-{number}", "").strip()[:COMMENT_LENGTH]
    return marking.Given(hundredths_of(number, request.form.get(f"points-{number}", "")), comment)


def _page(paper_id: UUID, errors: dict[int, str] | None = None) -> Any:
    with transaction(current()):
        found = quizzes.paper(paper_id, current().organisations)
        lesson, cohort = publishing.lesson(found.lesson_id), cohorts.cohort(found.cohort_id)
        person = accounts.people([found.person_id]).get(found.person_id)
        marks = quizzes.marks_of(paper_id)
    quiz = lesson.questions
    if quiz is None:
        raise NotFound()
    shares = {number: one.share(quiz.questions[number - 1].points) for number, one in marks.items()}
    marked: Marked = mark(quiz, found.given, shares)
    told = {"paper": found, "lesson": lesson, "cohort": cohort, "person": person, "marks": marks}
    shown = {"quiz": quiz, "marked": marked, "errors": errors or {}, "typed": request.form}
    return render_template("learning/paper.html", **told, **shown)
