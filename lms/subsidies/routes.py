"""Pages about exports, and the public page from which anybody can check one."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, Response, current_app, redirect, render_template, request, send_file, url_for
from wtforms.fields.choices import SelectChoice

from lms.accounts import queries as accounts
from lms.accounts import sessions
from lms.cohorts import queries as cohorts
from lms.foundation import jobs, secrets
from lms.foundation.database import transaction
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.evidence import note, proofs, sequencer
from lms.foundation.permissions import Access, Permission, allow
from lms.foundation.principal import current
from lms.subsidies import actions, queries, verify
from lms.subsidies.bundle.words import CONTENTS, MEANS, MEANS_NOT
from lms.subsidies.forms import ExportForm

bp = Blueprint("subsidies", __name__)

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BUNDLE_NAME = "学时证据包-{}.zip"
PROGRAM = Path(verify.__file__)


@bp.get("/exports")
@allow(Permission.HOURS_EXPORT)
def exports() -> Any:
    """Choose a class to export; what was exported before."""
    form = ExportForm(token=str(uuid4()))
    if request.args.get("cohort"):
        form.cohort_id.process_data(request.args["cohort"])
    return _choose(form)


@bp.post("/exports")
@allow(Permission.HOURS_EXPORT)
def ask() -> Any:
    """Queue an export, once for each form."""
    form = ExportForm()
    if not form.validate_on_submit():
        return _choose(form), 422
    if form.identity.data == "full":
        sessions.require_fresh_proof()
    try:
        with transaction(current()):
            wanted = UUID(form.cohort_id.data), form.identity.data, form.reason.data, form.token.data
            export_id = actions.request_export(*wanted, current())
    except Refused as refusal:
        if refusal.field not in form:
            raise
        form[refusal.field].errors = [refusal.sentence]
        return _choose(form), 422
    return redirect(url_for("subsidies.export", export_id=export_id), 303)


def _choose(form: ExportForm) -> str:
    with transaction(current()):
        classes = cohorts.cohorts_to_export()
        found = queries.newest()
        schools = accounts.organisations({c.tenant_id for c in classes})
        who = accounts.people({e.requested_by for e in found if e.requested_by})
    form.cohort_id.choices = [_named(c, schools[c.tenant_id].name) for c in classes]
    titles = {c.id: c.title for c in classes}
    may_full = current().may(Permission.HOURS_EXPORT_FULL)
    shares = {"classes": classes, "found": found, "titles": titles, "who": who, "may_full": may_full}
    return render_template("subsidies/exports.html", form=form, **shares)


def _named(cohort: cohorts.CohortView, school: str) -> SelectChoice:
    return SelectChoice(str(cohort.id), f"{cohort.title}（{cohort.code}）{school}")


@bp.get("/exports/<uuid:export_id>")
@allow(Permission.HOURS_EXPORT)
def export(export_id: UUID) -> Any:
    """How far an export is, and then what came of it; asks for itself again while it runs."""
    with transaction(current()):
        found = queries.export(export_id)
        cohort = cohorts.cohort(found.cohort_id)
        job = _job(found)
    print_ = note.fingerprint(secrets.signing_key().public_key())
    shares = {"export": found, "cohort": cohort, "job": job, "fingerprint": print_, "contents": CONTENTS}
    shares |= {"name": BUNDLE_NAME.format(cohort.code), "may_download": _may_download(found)}
    return render_template("subsidies/export.html", **shares, means=MEANS, means_not=MEANS_NOT, grouped=grouped)


def _job(found: queries.ExportView) -> jobs.Job | None:
    """The job is its owner's to see; to a colleague the page says who is waiting for it."""
    try:
        return jobs.find(found.job_id) if found.job_id and not found.result else None
    except NotFound:
        return None


def grouped(digest: str) -> str:
    """A checksum in groups of eight, easier to compare by eye."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))


@bp.get("/exports/<uuid:export_id>/bundle.zip")
@allow(Permission.HOURS_EXPORT)
def bundle(export_id: UUID) -> Any:
    """The evidence bundle."""
    code, result = _finished(export_id)
    return _kept(result.bundle_key, result.bundle_bytes, "application/zip", BUNDLE_NAME.format(code))


@bp.get("/exports/<uuid:export_id>/hours.xlsx")
@allow(Permission.HOURS_EXPORT)
def sheet(export_id: UUID) -> Any:
    """The sheet alone."""
    code, result = _finished(export_id)
    return _kept(result.sheet_key, result.sheet_bytes, SHEET, f"学时台账-{code}.xlsx")


@bp.get("/exports/<uuid:export_id>/print")
@allow(Permission.HOURS_EXPORT)
def paper(export_id: UUID) -> Any:
    """The claim summary as a page for paper and seals; it shows what the kept sheet says, nothing else."""
    code, result = _finished(export_id)
    with current_app.extensions["storage"].open(result.sheet_key) as stream:
        summary = dict(verify.read_workbook(stream.read())[verify.CLAIMS_SHEET])
    rows = [summary[number] for number in sorted(summary) if number > 3]
    shares = {"title": summary[1][1], "facts": summary[2][1], "people": rows[:-1], "sums": rows[-1]}
    answer = {"export_id": export_id, "result": result, "name": BUNDLE_NAME.format(code), "grouped": grouped}
    return render_template("subsidies/print.html", **shares, **answer)


def _finished(export_id: UUID) -> tuple[str, queries.ResultView]:
    """A finished export; one with whole ID numbers only for those who may make such."""
    with transaction(current()):
        found = queries.export(export_id)
        code = cohorts.cohort(found.cohort_id).code
    if not _may_download(found):
        raise NotFound()
    if found.result is None:
        raise Conflict("还没有生成好，等页面上说“生成好了”再下载")
    return code, found.result


def _may_download(found: queries.ExportView) -> bool:
    return found.identity != actions.FULL or current().may(Permission.HOURS_EXPORT_FULL)


def _kept(key: str, size: int, kind: str, name: str) -> Response:
    stream = current_app.extensions["storage"].open(key)
    answer = send_file(stream, mimetype=kind, as_attachment=True, download_name=name)
    answer.content_length = size
    return answer


# The public page


@bp.get("/verify")
@allow(Access.PUBLIC)
def check() -> Any:
    """How anybody checks a bundle: the program, its checksum, the fingerprint of our key, the newest checkpoint."""
    with transaction(sequencer.SEQUENCER):
        newest = sequencer.latest()
    key = secrets.signing_key().public_key()
    shares = {
        "fingerprint": note.fingerprint(key),
        "vkey": note.verifier_key(sequencer.origin(), key),
        "newest": newest,
    }
    return render_template(
        "subsidies/verify.html", **shares, sha256=_program_sha256(), grouped=grouped, means=MEANS, means_not=MEANS_NOT
    )


@cache
def _program_sha256() -> str:
    return hashlib.sha256(PROGRAM.read_bytes()).hexdigest()


@bp.get("/verify/verify.py")
@allow(Access.PUBLIC)
def program() -> Any:
    """The verifier, one file."""
    return send_file(PROGRAM, mimetype="text/x-python", as_attachment=True, download_name="verify.py")


@bp.get("/verify/key.txt")
@allow(Access.PUBLIC)
def key() -> Any:
    """Our public key as a C2SP key line."""
    return _text(note.verifier_key(sequencer.origin(), secrets.signing_key().public_key()) + "\n")


@bp.get("/verify/checkpoint.txt")
@allow(Access.PUBLIC)
def checkpoint() -> Any:
    """The newest signed checkpoint: whoever keeps copies can later show that nothing was rewritten."""
    with transaction(sequencer.SEQUENCER):
        newest = sequencer.latest()
    if newest is None:
        raise NotFound("还没有签过检查点")
    return _text(newest.note)


@bp.get("/verify/consistency/<int:old>/<int:new>.txt")
@allow(Access.PUBLIC)
def consistency(old: int, new: int) -> Any:
    """The proof, one hash a line, that the log of `new` records begins with that of `old` (RFC 9162 §2.1.4)."""
    with transaction(sequencer.SEQUENCER) as session:
        if not 0 < old <= new <= sequencer.size(session):
            raise NotFound("没有这么多条记录")
        path = proofs.consistency(old, new)
    return _text("".join(f"{hashed.hex()}\n" for hashed in path))


def _text(content: str) -> Response:
    return Response(content, content_type="text/plain; charset=utf-8")
