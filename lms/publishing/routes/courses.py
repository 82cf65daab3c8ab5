"""The doors of publishing: the clerk's packages and their pages; what both sides see of a version."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for

from lms.accounts import queries as accounts
from lms.foundation import jobs
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.plans import queries as plans
from lms.publishing import actions, files, outlook, queries, rules
from lms.publishing.checking.packages import WORDS_OF_FORMAT
from lms.publishing.forms.life import CommentForm, CopyForm, WithdrawForm
from lms.publishing.links import media_url
from lms.publishing.queries import talks
from lms.publishing.rules import State, reports, standing
from lms.publishing.rules.unified import demand_of

bp = Blueprint("publishing", __name__)


@bp.get("/packages", endpoint="packages")
@allow(Permission.PACKAGE_UPLOAD)
def packages_list() -> str:
    """The packages of the clerk's institution."""
    with transaction(current()):
        versions = queries.versions_of_tenant(current().tenant())
        programmes = {programme.code: programme for programme in plans.programmes()}
        page = reports.page_of(request.args.get("page", "1"), len(versions))
        shown = versions[page.first : page.first + reports.PER_PAGE]
        stand = queries.standings({one.id for one in shown})
    words = {"words": rules.WORDS, "standing_words": standing.WORDS, "formats": WORDS_OF_FORMAT}
    more = {"standings": stand, "programmes": programmes, "count": len(versions), "page": page}
    return render_template("publishing/packages.html", versions=shown, **words, **more)


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
        life = life_of(found)
        copying = CopyForm(formdata=None)
        copying.programme_code.choices = programmes_by_plan()
    forms = {"withdrawing": WithdrawForm(formdata=None), "copying": copying, "commenting": CommentForm(formdata=None)}
    page = make_response(
        render_template(
            "publishing/version.html",
            version=found,
            programme=programme,
            job=job,
            look=look,
            **life,
            **forms,
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
    """What both sides' pages show of a version: words for its state, report, and a page of its lessons with their media."""
    page = reports.page_of(request.args.get("page", "1"), len(lessons))
    shown = lessons[page.first : page.first + reports.PER_PAGE]
    watched = {
        lesson.number: media_url(found.id, lesson.id, lesson.content_hash, current().person_id)
        for lesson in shown
        if lesson.kind == "video"
    }
    # The words of twenty films would fill the page: with several, each has a link to its captions instead.
    cues = {lesson.number: files.captions(lesson) for lesson in shown if lesson.captions_key and len(watched) == 1}
    doors = current_app.view_functions
    return {
        "lessons": shown,
        "all_lessons": lessons,
        "page": page,
        "watched": watched,
        "cues": cues,
        "state": rules.WORDS[found.state],
        "summary": rules.summary(found.findings),
        "groups": reports.grouped(found.findings),
        "format_words": WORDS_OF_FORMAT[found.format],
        "steps": rules.STEPS,
        "step": rules.step_now(found.state),
        "demand": demand_of(found.plan_code),
        "standing_words": standing.WORDS,
        "doors": doors,
    }


def life_of(found: queries.VersionView) -> dict[str, Any]:
    """How a version stands, who learns with it, what was said of it; inside a transaction."""
    threads = talks.threads_of(found.id)
    names = accounts.names_of({said.person_id for thread in threads for said in thread.comments})
    newest = queries.newest_of(found.package_id)
    return {
        "standing": queries.standing_of(found.id),
        "classes": outlook.classes_on([found.id]),
        "threads": threads,
        "names": names,
        "newest": newest if newest and newest.number > found.number else None,
    }


def programmes_by_plan() -> dict[str, list[tuple[str, str]]]:
    """Programmes under the plans they belong to, for a choice."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for programme in plans.programmes():
        groups.setdefault(programme.plan, []).append((programme.code, programme.title))
    return groups


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
