"""The doors of publishing: the clerk's packages and uploads, the administrator's reviews."""

from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID, uuid4

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage

from courses import packages
from lms.accounts import queries as accounts
from lms.config import settings
from lms.foundation import jobs
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound, Refused, Unavailable
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.plans import queries as plans
from lms.publishing import actions, files, queries, rules
from lms.publishing.forms import BODY_BYTES, ReturnForm, UploadForm, seconds_of
from lms.publishing.links import media_url
from lms.publishing.rules import State
from lms.publishing.rules.unified import demand_of
from media.storage import is_full

bp = Blueprint("publishing", __name__)

LIMITS = {
    "video": packages.megabytes(packages.VIDEO_BYTES),
    "captions": packages.megabytes(packages.CAPTION_BYTES),
    "quiz": packages.megabytes(packages.QUIZ_BYTES),
}


@bp.url_value_preprocessor
def take_large_bodies(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Uploads alone may be large, and go straight to the disk of the data folder; runs before anything reads the form."""
    if endpoint != "publishing.receive":
        return
    real = request._get_current_object()  # type: ignore[attr-defined]
    real.max_content_length = BODY_BYTES
    real._get_file_stream = _beside_the_data  # werkzeug's hook for where an uploaded file is written meanwhile


def _beside_the_data(*_: Any, **__: Any) -> IO[bytes]:
    room = settings().data / "incoming"
    room.mkdir(parents=True, exist_ok=True)
    return TemporaryFile(dir=room)


@bp.errorhandler(OSError)
def disk_full(problem: OSError) -> Any:
    """No room while an upload is written: one sentence; the half-written file is gone with the request."""
    if not is_full(problem):
        raise problem
    return current_app.handle_user_exception(Unavailable(files.NO_ROOM, code="storage_full"))


@bp.get("/packages", endpoint="packages")
@allow(Permission.PACKAGE_UPLOAD)
def packages_list() -> str:
    """The packages of the clerk's institution."""
    with transaction(current()):
        versions = queries.versions_of_tenant(current().tenant())
        programmes = {programme.code: programme for programme in plans.programmes()}
    return render_template("publishing/packages.html", versions=versions, programmes=programmes, words=rules.WORDS)


@bp.get("/packages/new")
@allow(Permission.PACKAGE_UPLOAD)
def new() -> str:
    """The upload page; for a new version of a package when one is named."""
    package_id = _package_asked()
    form = UploadForm(upload_token=str(uuid4()))
    with transaction(current()):
        form.programme_code.choices = _choices()
        if package_id:
            form.title.data, form.programme_code.data = queries.package_title(package_id, current().tenant())
    return _upload_page(form, package_id)


@bp.post("/packages/new")
@allow(Permission.PACKAGE_UPLOAD)
def receive() -> Any:
    """Take in an upload: the files first, then one short transaction."""
    package_id = _package_asked()
    form = UploadForm()
    with transaction(current()):
        form.programme_code.choices = _choices()
    if not form.validate_on_submit():
        return _not_taken(form, package_id)
    with form.video.data.stream, form.captions.data.stream, form.quiz.data.stream:
        kept = {part: _keep(part, getattr(form, part).data) for part in files.SUFFIXES}
    with transaction(current()):
        version_id = actions.receive(_offer(form, kept, package_id))
    return redirect(url_for("publishing.version", version_id=version_id), 303)


@bp.get("/packages/<uuid:version_id>")
@allow(Permission.PACKAGE_UPLOAD)
def version(version_id: UUID) -> Any:
    """Progress while it is checked, then the report in plain words."""
    with transaction(current()):
        found = _own(version_id)
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
        _own(version_id)
        actions.check_again(version_id)
    return redirect(url_for("publishing.version", version_id=version_id), 303)


@bp.post("/packages/<uuid:version_id>/submit")
@allow(Permission.PACKAGE_UPLOAD)
def submit(version_id: UUID) -> Any:
    """Send it in for review."""
    with transaction(current()):
        _own(version_id)
        actions.submit(version_id)
    return redirect(url_for("publishing.version", version_id=version_id), 303)


@bp.get("/packages/<uuid:version_id>/lessons/<int:number>/captions.vtt")
@allow(Permission.PACKAGE_UPLOAD, Permission.PACKAGE_REVIEW)
def captions(version_id: UUID, number: int) -> Response:
    """The captions of a lesson, for the player of clerk and reviewer."""
    with transaction(current()):
        _visible(version_id)
        lessons = [lesson for lesson in queries.lessons_of(version_id) if lesson.number == number]
    if not lessons:
        raise NotFound()
    return Response(files.captions_file(lessons[0]), content_type="text/vtt; charset=utf-8")


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
        _reviewed(version_id)
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
        _reviewed(version_id)
        actions.return_(version_id, form.reason.data or "")
    return redirect(url_for("publishing.review", version_id=version_id), 303)


def _review_page(version_id: UUID, form: ReturnForm, errors: dict[int, str], status: int = 200) -> Any:
    with transaction(current()):
        found = _reviewed(version_id)
        lessons = queries.lessons_of(version_id)
        programme = plans.programme(found.programme_code)
        institution = accounts.organisation(found.tenant_id)
    own = rules.refuse_reviewer(found.uploaded_by, current().person_id)
    more = {
        "institution": institution,
        "own": own,
        "form": form,
        "errors": errors,
    }
    page = render_template(
        "publishing/review.html",
        version=found,
        programme=programme,
        typed=request.form,
        **more,
        **content_of(found, lessons),
    )
    return page, status


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


def _study_times(lessons: list[queries.LessonView]) -> tuple[dict[int, int], dict[int, str]]:
    """Approved seconds by lesson number, and what is wrong with those that cannot be approved."""
    seconds, errors = {}, {}
    for lesson in lessons:
        if lesson.kind != "video":
            seconds[lesson.number] = rules.QUIZ_SECONDS
            continue
        wanted = seconds_of(request.form.to_dict(), lesson.number)
        problem = "填整数，比如 12 分 18 秒" if wanted is None else rules.refuse_seconds(lesson.measure, wanted)
        if problem:
            errors[lesson.number] = problem
        seconds[lesson.number] = wanted or 0
    return seconds, errors


def _upload_page(form: UploadForm, package_id: UUID | None, status: int = 200) -> Any:
    return render_template(
        "publishing/upload.html", form=form, package_id=package_id, limits=LIMITS, steps=rules.STEPS
    ), status


def _not_taken(form: UploadForm, package_id: UUID | None) -> Any:
    """Errors at their fields; for our script, which keeps the chosen files on the page, the first one as JSON."""
    if request.accept_mimetypes.best == "application/json":
        field, errors = next(iter(form.errors.items()))
        raise Refused(str(errors[0]), field=str(field))
    if not form.upload_token.data:
        form.upload_token.data = str(uuid4())
    return _upload_page(form, package_id, 422)


def _keep(part: str, sent: FileStorage) -> files.KeptFile:
    return files.keep(part, sent.stream, sent.filename or "")  # type: ignore[arg-type]


def _offer(form: UploadForm, kept: dict[str, files.KeptFile], package_id: UUID | None) -> actions.Offer:
    tenant_id = current().tenant()
    code = form.programme_code.data
    if package_id:
        queries.package_title(package_id, tenant_id)
    return actions.Offer(
        tenant_id=tenant_id,
        region_code=accounts.organisation(tenant_id).region_code,
        programme_code=code,
        plan_code=plans.programme(code).plan_code,
        title=(form.title.data or "").strip(),
        declared_seconds=form.declared_seconds,
        upload_token=form.token,
        files=kept,
        package_id=package_id,
    )


def _choices() -> dict[str, list[tuple[str, str]]]:
    """Programmes under the plans they belong to."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for programme in plans.programmes():
        groups.setdefault(programme.plan, []).append((programme.code, programme.title))
    return groups


def _package_asked() -> UUID | None:
    try:
        return UUID(request.args["package"]) if "package" in request.args else None
    except ValueError:
        raise NotFound() from None


def _own(version_id: UUID) -> queries.VersionView:
    """A version of the clerk's own institution; the catalogue of others is not theirs to manage."""
    found = queries.version(version_id)
    if found.tenant_id not in current().organisations:
        raise NotFound()
    return found


def _in_scope(found: queries.VersionView) -> bool:
    return any(scope.covers(found.region_code, found.plan_code) for scope in current().scope)


def _reviewed(version_id: UUID) -> queries.VersionView:
    """A version in the administrator's scope that was sent in at least once."""
    found = queries.version(version_id)
    if not _in_scope(found) or found.submitted_at is None:
        raise NotFound()
    return found


def _visible(version_id: UUID) -> queries.VersionView:
    found = queries.version(version_id)
    if found.tenant_id in current().organisations:
        return found
    return _reviewed(version_id)
