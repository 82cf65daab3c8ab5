"""The upload page and what it sends: a package in one file, or a video lesson of three; whole, or in pieces before the form."""

from io import SEEK_END
from typing import Any
from uuid import UUID, uuid4

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage

from courses import packages
from lms.accounts import queries as accounts
from lms.foundation.database import transaction
from lms.foundation.errors import Conflict, NotFound, Refused, Unavailable
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.plans import queries as plans
from lms.publishing import actions, arriving, files, queries, rules
from lms.publishing.actions import uploads
from lms.publishing.forms import BODY_BYTES, PackageForm, UploadForm
from lms.publishing.queries import uploads as sent
from lms.publishing.routes.courses import bp, programmes_by_plan
from lms.publishing.rules.uploads import MOST_BYTES
from media.storage import is_full

Form = PackageForm | UploadForm

LIMITS = {
    "video": packages.megabytes(packages.VIDEO_BYTES),
    "captions": packages.megabytes(packages.CAPTION_BYTES),
    "quiz": packages.megabytes(packages.QUIZ_BYTES),
    "package": packages.megabytes(MOST_BYTES["package"]),
}
LARGE = {"publishing.receive": BODY_BYTES, "publishing.take_piece": MOST_BYTES["video"]}


@bp.url_value_preprocessor
def take_large_bodies(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Uploads alone may be large, and go straight to the disk of the data folder; runs before anything reads the form."""
    if endpoint not in LARGE:
        return
    real = request._get_current_object()  # type: ignore[attr-defined]
    real.max_content_length = LARGE[endpoint]
    real._get_file_stream = lambda *_, **__: arriving.room()  # werkzeug's hook for where a file is written meanwhile


@bp.errorhandler(OSError)
def disk_full(problem: OSError) -> Any:
    """No room while an upload is written: one sentence; the half-written file is gone with the request."""
    if not is_full(problem):
        raise problem
    return current_app.handle_user_exception(Unavailable(files.NO_ROOM, code="storage_full"))


@bp.get("/packages/new")
@allow(Permission.PACKAGE_UPLOAD)
def new() -> Any:
    """The upload page, of a package or of a video lesson; for a new version of a package when one is named."""
    package_id = _package_asked()
    form = _form(upload_token=str(uuid4()))
    with transaction(current()):
        form.programme_code.choices = programmes_by_plan()
        if package_id:
            form.title.data, form.programme_code.data = queries.package_title(package_id, current().tenant())
    return _page(form, package_id)


@bp.post("/packages/new")
@allow(Permission.PACKAGE_UPLOAD)
def receive() -> Any:
    """Take in an upload: the files first, then one short transaction."""
    package_id = _package_asked()
    form = _form()
    with transaction(current()):
        form.programme_code.choices = programmes_by_plan()
    if not form.validate_on_submit():
        return _not_taken(form, package_id)
    came = _came(form)
    try:
        version_id = _received(form, came, package_id)
    except Conflict:
        for upload_id in came:
            arriving.end(upload_id)
        raise
    return redirect(url_for("publishing.version", version_id=version_id), 303)


def _received(form: Form, came: dict[UUID, str], package_id: UUID | None) -> UUID:
    try:
        kept = {part: _whole(upload_id, part) for upload_id, part in came.items()}
    except NotFound:
        return _sent_before(form)
    kept |= {part: _keep(part, file) for part, file in _beside(form).items()}
    with transaction(current()):
        version_id = actions.receive(_offer(form, kept, package_id))
        uploads.use(came, version_id)
    return version_id


def _sent_before(form: Form) -> UUID:
    """The version that this very form made a moment ago, whose upload is taken; raises NotFound where there is none."""
    with transaction(current()):
        known = queries.by_upload(current().tenant(), form.token)
    if known is None:
        raise NotFound()
    return known.id


def _came(form: Form) -> dict[UUID, str]:
    """The uploads that the form is about, by id: named in it, or the package that was sent with it."""
    part = "video" if isinstance(form, UploadForm) else "package"
    named = form[f"{part}_upload"].data
    if named:
        try:
            return {UUID(named): part}
        except ValueError:
            raise NotFound() from None
    return {} if isinstance(form, UploadForm) else {_in_one_piece(form.package.data): part}


def _in_one_piece(file: FileStorage) -> UUID:
    """A package that came with its form is kept as an upload of one piece, so that it is swept up like the others."""
    size = file.stream.seek(0, SEEK_END)
    file.stream.seek(0)
    with transaction(current()):
        upload_id = uploads.begin("package", file.filename or "", size, "")
    with file.stream:
        arriving.take(upload_id, 0, size, file.stream)  # type: ignore[arg-type]
    return upload_id


def _whole(upload_id: UUID, part: str) -> files.KeptFile:
    """An upload that has arrived; raises Refused while some of it is missing."""
    with transaction(current()):
        found, keys = sent.upload(upload_id), sent.pieces(upload_id)
    if found.part != part:
        raise NotFound()
    if not found.whole:
        raise Refused("这个文件还没传完，等它传完再交", field=part)
    return arriving.whole(part, found.name, found.size_bytes, keys)


def _beside(form: Form) -> dict[str, FileStorage]:
    """The files that came with the form of a video lesson."""
    if not isinstance(form, UploadForm):
        return {}
    parts = [part for part in files.SUFFIXES if part != "video" or not form.video_upload.data]
    return {part: form[part].data for part in parts}


def _keep(part: str, file: FileStorage) -> files.KeptFile:
    with file.stream:
        return files.keep(part, file.stream, file.filename or "")  # type: ignore[arg-type]


def _form(**values: Any) -> Form:
    """The form of the kind that was asked for; three files are sent in without a word about kinds too."""
    package = request.args.get("kind") == "package"
    return PackageForm(**values) if package else UploadForm(**values)


def _page(form: Form, package_id: UUID | None, status: int = 200) -> Any:
    with transaction(current()):
        waiting = sent.unfinished()
    shows = {"package_id": package_id, "limits": LIMITS, "steps": rules.STEPS, "unfinished": waiting}
    return render_template(
        "publishing/upload.html", form=form, kind="video" if isinstance(form, UploadForm) else "package", **shows
    ), status


def _not_taken(form: Form, package_id: UUID | None) -> Any:
    """Errors at their fields; for our script, which keeps the chosen files on the page, the first one as JSON."""
    if request.accept_mimetypes.best == "application/json":
        field, errors = next(iter(form.errors.items()))
        raise Refused(str(errors[0]), field=str(field))
    if not form.upload_token.data:
        form.upload_token.data = str(uuid4())
    return _page(form, package_id, 422)


def _offer(form: Form, kept: dict[str, files.KeptFile], package_id: UUID | None) -> actions.Offer:
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


def _package_asked() -> UUID | None:
    try:
        return UUID(request.args["package"]) if "package" in request.args else None
    except ValueError:
        raise NotFound() from None
