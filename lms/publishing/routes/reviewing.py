"""The administrator's doors: what waits, the page of a version, approve with study times, return."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for

from lms.accounts import queries as accounts
from lms.foundation.database import transaction
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.plans import queries as plans
from lms.publishing import actions, queries, rules
from lms.publishing.forms import ReturnForm, seconds_of
from lms.publishing.forms.life import CommentForm, StandingForm
from lms.publishing.routes.courses import bp, content_of, life_of, reviewed
from lms.publishing.rules.standing import Act, Standing, may_follow


@bp.get("/reviews")
@allow(Permission.PACKAGE_REVIEW)
def reviews() -> str:
    """What waits for this administrator, the oldest first."""
    with transaction(current()):
        waiting = queries.waiting_for_review()
        institutions = accounts.organisations({found.tenant_id for found in waiting})
        programmes = {programme.code: programme for programme in plans.programmes()}
    return render_template(
        "publishing/reviews.html", versions=waiting, institutions=institutions, programmes=programmes
    )


@bp.get("/reviews/<uuid:version_id>")
@allow(Permission.PACKAGE_REVIEW)
def review(version_id: UUID) -> Any:
    """Watch the video, read captions and quiz, decide."""
    return _review_page(version_id, ReturnForm(), {})


@bp.post("/reviews/<uuid:version_id>/approve")
@allow(Permission.PACKAGE_REVIEW)
def approve(version_id: UUID) -> Any:
    """Approve, with each lesson's study time."""
    with transaction(current()):
        reviewed(version_id)
        lessons = queries.lessons_of(version_id)
    seconds, errors = _study_times(lessons)
    if not errors:
        with transaction(current()):
            actions.approve(version_id, seconds)
        return redirect(url_for("publishing.review", version_id=version_id), 303)
    return _review_page(version_id, ReturnForm(formdata=None), errors, 422)


@bp.post("/reviews/<uuid:version_id>/return")
@allow(Permission.PACKAGE_REVIEW)
def return_(version_id: UUID) -> Any:
    """Send it back with a reason."""
    form = ReturnForm()
    if not form.validate_on_submit():
        return _review_page(version_id, form, {}, 422)
    with transaction(current()):
        reviewed(version_id)
        actions.return_(version_id, form.reason.data or "")
    return redirect(url_for("publishing.review", version_id=version_id), 303)


def _review_page(version_id: UUID, form: ReturnForm, errors: dict[int, str], status: int = 200) -> Any:
    with transaction(current()):
        found = reviewed(version_id)
        lessons = queries.lessons_of(version_id)
        programme = plans.programme(found.programme_code)
        institution = accounts.organisation(found.tenant_id)
        life = life_of(found)
    own = rules.refuse_reviewer(found.uploaded_by, current().person_id)
    more = {
        "institution": institution,
        "own": own,
        "form": form,
        "errors": errors,
        "commenting": CommentForm(formdata=None),
        "standing_form": _standing_form(life["standing"]),
    }
    page = render_template(
        "publishing/review.html",
        version=found,
        programme=programme,
        typed=request.form,
        **more,
        **life,
        **content_of(found, lessons),
    )
    return page, status


def _standing_form(now: Standing) -> StandingForm:
    """What may be done to it now."""
    form = StandingForm(formdata=None)
    form.act.choices = [one for one in form.act.choices if may_follow(now, Act(one.value), authority=True)]
    return form


def _study_times(lessons: list[queries.LessonView]) -> tuple[dict[int, int], dict[int, str]]:
    """Approved seconds by lesson number, and what is wrong with those that cannot be approved.

    With many lessons without a timeline one field may speak for all that have none of their own.
    """
    fields = request.form.to_dict()
    seconds, errors = {}, {}
    for lesson in lessons:
        if lesson.kind == "quiz":
            seconds[lesson.number] = rules.QUIZ_SECONDS
            continue
        own = f"minutes-{lesson.number}" in fields or not lesson.measure.untimed
        wanted = seconds_of(fields, lesson.number if own else "rest")
        problem = "填整数，比如 12 分 18 秒" if wanted is None else rules.refuse_seconds(lesson.measure, wanted)
        if problem:
            errors[lesson.number] = problem
        seconds[lesson.number] = wanted or 0
    return seconds, errors
