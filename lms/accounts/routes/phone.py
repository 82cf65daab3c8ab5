"""我的手机号换了: a code to the old number, then one to the new."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, session, url_for

from lms.accounts import actions, queries, rules, sessions
from lms.accounts.forms import CodeForm, PhoneForm
from lms.accounts.routes import welcome
from lms.accounts.routes.blueprint import bp
from lms.accounts.rules import signing_in as terms
from lms.accounts.signing_in import codes, phones
from lms.foundation import secrets
from lms.foundation.database import transaction
from lms.foundation.errors import Refused
from lms.foundation.permissions import Access, allow
from lms.foundation.principal import current

OLD, NEW = "old_number", "new_number"


@bp.get("/me/phone")
@allow(Access.SIGNED_IN)
def phone() -> Any:
    """The ways to another number, and which one the platform holds."""
    with transaction(current()):
        person = queries.person(current().person())
    return render_template("accounts/phone.html", person=person)


@bp.post("/me/phone/old/code")
@allow(Access.SIGNED_IN)
def old_code() -> Any:
    """Send a code to the old number."""
    sessions.require_fresh_proof()
    session[OLD] = phones.code_to_own(current().person(), welcome.visit())
    return redirect(url_for("accounts.old_phone"))


@bp.route("/me/phone/old", methods=["GET", "POST"])
@allow(Access.SIGNED_IN)
def old_phone() -> Any:
    """Take the code of the old number."""
    if OLD not in session:
        return redirect(url_for("accounts.phone"))
    form = CodeForm()
    if form.validate_on_submit():
        try:
            _prove(OLD, form)
            return redirect(url_for("accounts.new_phone"))
        except Refused as refusal:
            form.code.errors = [refusal.sentence]
    page = {"shown": session[OLD]["shown"], "step": 1, "to": "旧号码"}
    return render_template("accounts/phone_code.html", form=form, **page), 422 if form.errors else 200


@bp.route("/me/phone/new", methods=["GET", "POST"])
@allow(Access.SIGNED_IN)
def new_phone() -> Any:
    """Ask for the new number and send a code to it."""
    if not session.get(OLD, {}).get("proved"):
        return redirect(url_for("accounts.phone"))
    form = PhoneForm()
    if not form.validate_on_submit():
        return render_template("accounts/phone_new.html", form=form), 422 if form.errors else 200
    kept = phones.kept(codes.send(form.normal, welcome.visit()))
    sealed = secrets.seal("web_session", "phone", kept["code"], form.normal).hex()
    session[NEW] = {**kept, "number": sealed, "mask": rules.mask_phone(form.normal)}
    return redirect(url_for("accounts.confirm_phone"))


@bp.route("/me/phone/confirm", methods=["GET", "POST"])
@allow(Access.SIGNED_IN)
def confirm_phone() -> Any:
    """Take the code of the new number; from now on it is the one."""
    if NEW not in session or not session.get(OLD, {}).get("proved"):
        return redirect(url_for("accounts.phone"))
    form = CodeForm()
    if form.validate_on_submit():
        try:
            _prove(NEW, form)
            return _moved()
        except Refused as refusal:
            form.code.errors = [refusal.sentence]
    page = {"shown": session[NEW]["shown"], "step": 3, "to": session[NEW]["mask"]}
    return render_template("accounts/phone_code.html", form=form, **page), 422 if form.errors else 200


def _prove(which: str, form: CodeForm) -> None:
    kept = session[which]
    typed = terms.digits(form.code.data or "")
    codes.prove(UUID(kept["code"]), bytes.fromhex(kept["phone"]), typed, welcome.visit())
    session[which] = {**kept, "proved": True}


def _moved() -> Any:
    new, old = session.pop(NEW), session.pop(OLD)
    number = secrets.unseal("web_session", "phone", new["code"], bytes.fromhex(new["number"]))
    me = current().person()
    phones.move(me, bytes.fromhex(old["phone"]), number, str(session.token))  # type: ignore[attr-defined]
    sessions.proved_now()
    with transaction(current()):
        actions.audit("phone:change", subject=f"person {me}", reason="旧号和新号都收到了验证码")
    return redirect(url_for("accounts.security"))
