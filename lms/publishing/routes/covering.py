"""The doors of what covers a syllabus: courses mapped lesson by lesson, banks, the report of what is not covered."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for

from lms.accounts import queries as accounts
from lms.foundation import clock
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound, Refused
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.publishing.actions import covering as actions
from lms.publishing.actions import unified as naming
from lms.publishing.forms.training import numbers_of
from lms.publishing.queries import courses as lessons
from lms.publishing.queries import coverage as asking
from lms.publishing.queries import training as queries
from lms.publishing.queries import unified
from lms.publishing.queries.courses import LessonView
from lms.publishing.routes.syllabus import visible
from lms.publishing.routes.training import bp
from lms.publishing.rules.coverage import WORDS
from lms.publishing.rules.signatures import EDITABLE
from lms.publishing.rules.unified import demand_of
from lms.questions import queries as questions

LINES_ON_A_PAGE = 50


@bp.get("/<uuid:training_id>/coverage")
@allow(Permission.TRAINING_WRITE, Permission.TRAINING_SIGN, Permission.TRAINING_REVIEW)
def coverage(training_id: UUID) -> Any:
    """What is covered, item by item; to begin with what still lacks something."""
    page, every = max(1, request.args.get("page", 1, type=int)), request.args.get("show") == "all"
    with transaction(current()):
        found = visible(training_id)
        report = asking.report_of(found)
        hour = asking.class_hour_seconds(found)
    lines = report.lines if every else report.to_do
    shown = lines[(page - 1) * LINES_ON_A_PAGE : page * LINES_ON_A_PAGE]
    shares = {"package": found, "report": report, "lines": shown, "count": len(lines), "every": every, "hour": hour}
    return render_template("training/coverage.html", page=page, size=LINES_ON_A_PAGE, words=WORDS, **shares)


@bp.get("/<uuid:training_id>/courses")
@allow(Permission.TRAINING_WRITE)
def courses(training_id: UUID) -> Any:
    """The approved courses of both authors, and what is mapped of each."""
    with transaction(current()):
        found = queries.own_training(training_id, current())
        rows = asking.courses_for(found)
        names = accounts.organisations(found.authors)
    return render_template("training/courses.html", package=found, rows=rows, names=names)


@bp.route("/<uuid:training_id>/courses/<uuid:course_id>", methods=["GET", "POST"])
@allow(Permission.TRAINING_WRITE)
def course(training_id: UUID, course_id: UUID) -> Any:
    """Say which items each lesson of a course teaches."""
    with transaction(current()):
        found = queries.own_training(training_id, current())
        row = next((one.course for one in asking.courses_for(found) if one.course.id == course_id), None)
        taught = _with_time(course_id)
        mapped = asking.mapping_of(training_id, course_id)
    if row is None:
        raise NotFound()
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            with transaction(current()):
                actions.map_course(training_id, course_id, _numbers(taught))
            return redirect(url_for("training.courses", training_id=training_id), 303)
        except Refused as refusal:
            errors[refusal.field or ""] = refusal.sentence
    shares = {"package": found, "course": row, "lessons": taught, "mapped": mapped, "errors": errors}
    writes = found.state in EDITABLE
    return render_template("training/course.html", typed=request.form, writes=writes, **shares), 422 if errors else 200


@bp.route("/<uuid:training_id>/banks", methods=["GET", "POST"])
@allow(Permission.TRAINING_WRITE)
def banks(training_id: UUID) -> Any:
    """Choose the finished banks of both authors."""
    if request.method == "POST":
        with transaction(current()):
            actions.choose_banks(training_id, _ids(request.form.getlist("bank")))
        return redirect(url_for("training.detail", training_id=training_id), 303)
    with transaction(current()):
        found = queries.own_training(training_id, current())
        chosen = queries.bank_versions_of(training_id)
        offered = {one.id: one for one in questions.finished_of(found.authors, found.programme_code)}
        offered |= questions.named(chosen)
        names = accounts.organisations(found.authors)
    shares = {"package": found, "offered": list(offered.values()), "chosen": set(chosen), "names": names}
    return render_template("training/banks.html", writes=found.state in EDITABLE, **shares)


@bp.route("/unified/<uuid:course_id>", methods=["GET", "POST"])
@allow(Permission.PACKAGE_UPLOAD)
def conform(course_id: UUID) -> Any:
    """Map the lessons of one's own course to the unified syllabus that its plan demands."""
    with transaction(current()):
        found = lessons.version(course_id)
        if found.tenant_id not in current().organisations:
            raise NotFound()
        demand = demand_of(found.plan_code)
        syllabus = unified.in_force(found.programme_code, found.region_code, clock.today()) if demand else None
        taught = [one for one in lessons.lessons_of(course_id) if one.kind != "quiz"]
        mapped = unified.conformed(course_id, syllabus.version_id) if syllabus else {}
        why_not = unified.refuse_outside_unified(course_id)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            with transaction(current()):
                naming.conform(course_id, _numbers(taught))
            return redirect(url_for("training.conform", course_id=course_id), 303)
        except Refused as refusal:
            errors[refusal.field or ""] = refusal.sentence
    shares = {"course": found, "demand": demand, "syllabus": syllabus, "lessons": taught, "mapped": mapped}
    writes = found.state in naming.EDITABLE and syllabus is not None
    page = render_template(
        "training/conform.html", typed=request.form, writes=writes, why_not=why_not, errors=errors, **shares
    )
    return page, 422 if errors else 200


def _with_time(course_id: UUID) -> list[LessonView]:
    """The lessons that study time was approved for: a quiz teaches nothing."""
    return [one for one in lessons.lessons_of(course_id) if one.approved_seconds]


def _numbers(taught: list[LessonView]) -> dict[UUID, list[str]]:
    fields = request.form.to_dict()
    return {one.id: numbers_of(fields, one.number) for one in taught}


def _ids(texts: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError:
        raise NotFound() from None
