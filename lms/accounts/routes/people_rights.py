"""A person's rights: consent and its withdrawal, a copy of their data, erasure."""

import json
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask_login import logout_user

from lms.accounts import faces, queries, sessions
from lms.accounts.actions import consents, erasing
from lms.accounts.people_forms import EraseForm
from lms.accounts.queries.copies import copy_of
from lms.accounts.routes.blueprint import own_path
from lms.accounts.routes.people import bp, status
from lms.accounts.rules import consents as texts
from lms.accounts.rules.consents import Purpose
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound, Refused
from lms.foundation.permissions import Access, allow
from lms.foundation.principal import current


@bp.route("/me/consent", methods=["GET", "POST"])
@allow(Access.SIGNED_IN)
def consent() -> Any:
    """Read the text, say yes, or take it back."""
    if request.method == "POST":
        with transaction(current()):
            if request.form.get("step") == "withdraw":
                consents.withdraw(Purpose.SENSITIVE, current())
            else:
                consents.give(Purpose.SENSITIVE, request.form.get("version", ""), current())
        return redirect(url_for("people.consent"))
    with transaction(current()):
        said = [one for one in queries.consents_of(current().person()) if one.purpose == Purpose.SENSITIVE]
        agreed = queries.has_consented(current().person())
    text = texts.current(Purpose.SENSITIVE)
    return render_template("people/consent.html", text=text, said=said[::-1], agreed=agreed)


@bp.route("/me/consent/face", methods=["GET", "POST"])
@allow(Access.SIGNED_IN)
def face_consent() -> Any:
    """Read to whom a face goes, say yes, or take it back; where nobody compares faces and nobody agreed, there is nothing."""
    me, here = current().person(), faces.looks()
    purpose = texts.for_faces_of(here.provider.name) if here else None
    with transaction(current()):
        given = [one for one in texts.FACES if queries.has_consented(me, one)]
        said = [one for one in queries.consents_of(me) if one.purpose in texts.FACES]
    shown = purpose or (Purpose(said[-1].purpose) if said else None)
    if shown is None:
        raise NotFound()
    to = own_path(request.args.get("next", url_for("accounts.security")))
    if request.method == "POST":
        with transaction(current()):
            _answer_about_faces(given, purpose)
        return redirect(to, 303)
    shares = {"agreed": shown in given, "open": purpose is not None, "to": to}
    return render_template("people/face_consent.html", text=texts.current(shown), said=said[::-1], **shares)


@bp.get("/me/data")
@allow(Access.SIGNED_IN)
def data() -> Any:
    """A copy of one's data to read."""
    with transaction(current()):
        found = copy_of(current().person())
    answer = Response(render_template("people/data.html", found=found))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/me/data.json")
@allow(Access.SIGNED_IN)
def data_file() -> Any:
    """The same as a file that other programs can read."""
    with transaction(current()):
        found = copy_of(current().person())
    answer = Response(json.dumps(found, ensure_ascii=False, indent=1), content_type="application/json; charset=utf-8")
    answer.headers["Content-Disposition"] = "attachment; filename=my-data.json"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.route("/me/erase", methods=["GET", "POST"])
@allow(Access.SIGNED_IN)
def erase() -> Any:
    """Say what goes and what stays; on a double yes, erase the account and end every session."""
    form = EraseForm()
    if request.method == "POST":
        sessions.require_fresh_proof()
    with transaction(current()):
        reasons = erasing.why_not_erase(current().person())
    if form.validate_on_submit() and not reasons and form.is_sure():
        try:
            with transaction(current()):
                erasing.erase(current())
        except Refused:
            return redirect(url_for("people.erase"))
        logout_user()
        return render_template("people/erased.html")
    return render_template("people/erase.html", form=form, reasons=reasons), status(form)


def _answer_about_faces(given: list[Purpose], purpose: Purpose | None) -> None:
    if request.form.get("step") == "withdraw":
        for one in given:
            consents.withdraw(one, current())
    elif purpose is not None:
        consents.give(purpose, request.form.get("version", ""), current())
