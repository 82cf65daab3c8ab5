"""The doors of publishing: the clerk's packages and their pages; what both sides see of a version."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from lms.accounts import queries as accounts
from lms.foundation import jobs
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.plans import queries as plans
from lms.publishing import actions, files, queries, rules
from lms.publishing.links import media_url
from lms.publishing.rules import State
from lms.publishing.rules.unified import demand_of

bp = Blueprint("publishing", __name__)


@bp.get("/packages", endpoint="packages")
@allow(Permission.PACKAGE_UPLOAD)
def packages_list() -> str:
    """The packages of the clerk's institution."""
    with transaction(current()):
        versions = queries.versions_of_tenant(current().tenant())
        programmes = {programme.code: programme for programme in plans.programmes()}
    return render_template("publishing/packages.html", versions=versions, programmes=programmes, words=rules.WORDS)


@bp.get("/packages/<uuid:version_id>")
@allow(Permission.PACKAGE_UPLOAD)
def version(version_id: UUID) -> Any:
    """Progress while it is checked, then the report in plain words."""
    with transaction(current()):
        found = own(version_id)
        lessons = queries.lessons_of(version_id)
        programme = plans.programme(found.programme_code)
        job = jobs.find(found.job_id) if found.job_id and found.state is State.CHECKING else None
        look = accounts.second_look_of("package", version_id)
    page = make_response(
        render_template(
            "publishing/version.html",
            version=found,
            programme=programme,
            job=job,
            look=look,
            **content_of(found, lessons),
        )
    )
    if job is None and request.headers.get("HX-Request"):
        page.headers["HX-Refresh"] = "true"  # the bar asked, and the report is there: show the whole page
    return page


@bp.post("/packages/<uuid:version_id>/check")
@allow(Permission.PACKAGE_UPLOAD)
def check_again(version_id: UUID) -> Any:
    """Check once more after the machine failed."""
    with transaction(current()):
        own(version_id)
        actions.check_again(version_id)
    return redirect(url_for("publishing.version", version_id=version_id), 303)


@bp.post("/packages/<uuid:version_id>/submit")
@allow(Permission.PACKAGE_UPLOAD)
def submit(version_id: UUID) -> Any:
    """Send it in for review."""
    with transaction(current()):
        own(version_id)
        actions.submit(version_id)
    return redirect(url_for("publishing.version", version_id=version_id), 303)


@bp.get("/packages/<uuid:version_id>/lessons/<int:number>/captions.vtt")
@allow(Permission.PACKAGE_UPLOAD, Permission.PACKAGE_REVIEW)
def captions(version_id: UUID, number: int) -> Response:
    """The captions of a lesson, for the player of clerk and reviewer."""
    with transaction(current()):
        visible(version_id)
        lessons = [lesson for lesson in queries.lessons_of(version_id) if lesson.number == number]
    if not lessons:
        raise NotFound()
    return Response(files.captions_file(lessons[0]), content_type="text/vtt; charset=utf-8")


def content_of(found: queries.VersionView, lessons: list[queries.LessonView]) -> dict[str, Any]:
    """What both pages show of a version: words for its state, report, and the lessons with their media."""
    watched = {
        lesson.number: media_url(found.id, lesson.id, lesson.content_hash, current().person_id)
        for lesson in lessons
        if lesson.kind == "video"
    }
    # The words of twenty films would fill the page: with several, each has a link to its captions instead.
    cues = {lesson.number: files.captions(lesson) for lesson in lessons if lesson.captions_key and len(watched) == 1}
    state = rules.WORDS[found.state]
    return {
        "lessons": lessons,
        "watched": watched,
        "cues": cues,
        "state": state,
        "summary": rules.summary(found.findings),
        "steps": rules.STEPS,
        "step": rules.step_now(found.state),
        "demand": demand_of(found.plan_code),
    }


def own(version_id: UUID) -> queries.VersionView:
    """A version of the clerk's own institution; the catalogue of others is not theirs to manage."""
    found = queries.version(version_id)
    if found.tenant_id not in current().organisations:
        raise NotFound()
    return found


def _in_scope(found: queries.VersionView) -> bool:
    return any(scope.covers(found.region_code, found.plan_code) for scope in current().scope)


def reviewed(version_id: UUID) -> queries.VersionView:
    """A version in the administrator's scope that was sent in at least once."""
    found = queries.version(version_id)
    if not _in_scope(found) or found.submitted_at is None:
        raise NotFound()
    return found


def visible(version_id: UUID) -> queries.VersionView:
    found = queries.version(version_id)
    if found.tenant_id in current().organisations:
        return found
    return reviewed(version_id)
