"""帮人登录: the desk where a member of staff asks, and another confirms; the slip at the front door."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for

from lms.accounts import sessions
from lms.accounts.forms import DecideForm, FindForm, HelpForm, SlipForm
from lms.accounts.routes import welcome
from lms.accounts.routes.blueprint import bp
from lms.accounts.signing_in import resets
from lms.foundation.database import transaction
from lms.foundation.errors import Refused
from lms.foundation.permissions import Access, Permission, allow
from lms.foundation.principal import current

helping = Blueprint("helping", __name__)


@bp.route("/sign-in/slip", methods=["GET", "POST"])
@allow(Access.PUBLIC)
def slip() -> Any:
    """Take a slip and the last six digits of the identity number."""
    form = SlipForm()
    if form.validate_on_submit():
        try:
            found = resets.use_slip(form.slip.data or "", form.digits.data or "", welcome.visit())
            return welcome.passed(found, "slip")
        except Refused as refusal:
            form.slip.errors = [refusal.sentence]
    return render_template("accounts/slip.html", form=form), 422 if form.errors else 200


@helping.route("/sign-in-help", methods=["GET", "POST"])
@allow(Permission.SIGN_IN_HELP)
def desk() -> Any:
    """Find somebody by name or number (posted, so that neither stands in an address), and what waits for a second yes."""
    form, found = FindForm(), None
    with transaction(current()):
        if form.validate_on_submit():
            found = resets.find(form.who.data or "", current())
        waiting = resets.waiting(current())
    return render_template("accounts/help_desk.html", form=form, found=found, waiting=waiting, decide=DecideForm())


@helping.route("/sign-in-help/people/<uuid:person_id>", methods=["GET", "POST"])
@allow(Permission.SIGN_IN_HELP)
def person(person_id: UUID) -> Any:
    """Ask for a new phone, a slip or new second factors, with the person and the document in front of you."""
    form = HelpForm()
    with transaction(current()):
        whom = resets.whom(person_id, current())
    if not form.validate_on_submit():
        return render_template("accounts/help_person.html", form=form, person=whom), 422 if form.errors else 200
    sessions.require_fresh_proof()
    words = {"document": form.document.data or "", "reason": form.reason.data or ""}
    kind, phone = resets.Kind(form.kind.data), form.normal_phone
    with transaction(current()):
        asked = resets.ask(person_id, kind, **words, phone=phone, principal=current())
    return render_template("accounts/help_asked.html", asked=asked, person=whom)


@helping.post("/sign-in-help/requests/<uuid:reset_id>")
@allow(Permission.SIGN_IN_HELP)
def decide(reset_id: UUID) -> Any:
    """Confirm or refuse as the second person."""
    with transaction(current()):
        resets.refuse_strangers(reset_id, current())
    form = DecideForm()
    if not form.validate_on_submit():
        raise Refused("先写一句为什么，再点确认或者不同意", field="reason")
    sessions.require_fresh_proof()
    with transaction(current()):
        confirm = request.form.get("verdict") == "confirm"
        resets.decide(reset_id, confirm=confirm, reason=form.reason.data or "", principal=current())
    return redirect(url_for("helping.desk"))
