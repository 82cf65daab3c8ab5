"""A trainee does not agree: writes why, sees what became of it."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for

from lms.accounts.actions import documents
from lms.accounts.routes.people import prepared_upload, takes_pictures
from lms.foundation.database import transaction
from lms.foundation.errors import LMSError, NotFound, Refused
from lms.foundation.permissions import allow
from lms.foundation.principal import current
from lms.learning import queries
from lms.learning.actions import appealing
from lms.learning.queries import appeals, holds
from lms.learning.review_forms import AppealForm, cause_of
from lms.learning.routes.blueprint import STUDY, bp
from lms.learning.rules import holding, reasons

takes_pictures(bp, "learning.appeal")


@bp.route("/appeals/new", methods=["GET", "POST"])
@allow(STUDY)
def appeal() -> Any:
    """Say why time that did not count should."""
    cause, form = cause_of(request.args), AppealForm()
    if form.validate_on_submit():
        try:
            return redirect(url_for("learning.appealed", appeal_id=_send(cause, form)), 303)
        except Refused as refusal:
            (form.file if refusal.field == "file" else form.words).errors = [refusal.sentence]
    with transaction(current()):
        title, ms = appealing.lost(cause, current().person())
        held = holds.hold(cause.anomaly_id) if cause.anomaly_id else None
    told = held.words.told if held else reasons.sentence(_reason(cause.reason_code))
    page = render_template("learning/appeal.html", form=form, cause=cause, title=title, ms=ms, told=told)
    return page, 422 if form.errors else 200


@bp.get("/appeals/<uuid:appeal_id>")
@allow(STUDY)
def appealed(appeal_id: UUID) -> Any:
    """What somebody wrote, and the answer."""
    with transaction(current()):
        one = appeals.appeal(appeal_id)
    if one.person_id != current().person():
        raise NotFound()
    return render_template("learning/appealed.html", one=one, state=holding.APPEAL_WORDS[one.verdict])


def _send(cause: appealing.Cause, form: AppealForm) -> UUID:
    prepared = prepared_upload(form.file.data)
    try:
        with transaction(current()):
            queries.registration(cause.registration_id, current().person())
            kept = documents.record(prepared, current().person(), "appeal", current()) if prepared else None
            return appealing.appeal(cause, form.words.data or "", kept)
    except LMSError:
        if prepared:
            documents.discard(prepared)
        raise


def _reason(code: str) -> reasons.Reason:
    try:
        return reasons.Reason(code)
    except ValueError as problem:
        raise NotFound() from problem
