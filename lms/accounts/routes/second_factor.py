"""The second factor: six digits from an app, a passkey, a code from paper; the first time, setting one up."""

from typing import Any

import segno
from flask import Response, redirect, render_template, request, session, url_for

from lms.accounts.forms import AppCodeForm, RecoveryForm
from lms.accounts.routes import welcome
from lms.accounts.routes.blueprint import bp
from lms.accounts.rules import limits as most
from lms.accounts.rules import signing_in as terms
from lms.accounts.signing_in import factors, limits, passkeys, recovery, totp
from lms.foundation.errors import Refused
from lms.foundation.permissions import Access, allow

CHALLENGE = "challenge"


@bp.route("/sign-in/second", methods=["GET", "POST"])
@allow(Access.PUBLIC)
def second() -> Any:
    """Take the six digits of the app."""
    person_id = welcome.pending()
    form = AppCodeForm()
    if form.validate_on_submit():
        try:
            totp.check(person_id, form.code.data or "")
            return redirect(welcome.let_pending_in("app"))
        except Refused as refusal:
            form.code.errors = [refusal.sentence]
    own = factors.factors_of(person_id)
    if not own.second:
        return redirect(url_for("accounts.enrol"))
    shown = totp.shown_in_demo(person_id)
    return render_template("accounts/second.html", form=form, own=own, shown=shown), 422 if form.errors else 200


@bp.route("/sign-in/recovery", methods=["GET", "POST"])
@allow(Access.PUBLIC)
def recover() -> Any:
    """Take one of the ten codes on paper."""
    person_id = welcome.pending()
    form = RecoveryForm()
    if form.validate_on_submit():
        try:
            recovery.use(person_id, form.code.data or "")
            return redirect(welcome.let_pending_in("recovery"))
        except Refused as refusal:
            form.code.errors = [refusal.sentence]
    return render_template("accounts/recovery.html", form=form), 422 if form.errors else 200


@bp.route("/sign-in/enrol", methods=["GET", "POST"])
@allow(Access.PUBLIC)
def enrol() -> Any:
    """Set the app up, the first time; then the ten codes, shown once."""
    person_id = welcome.pending()
    if factors.factors_of(person_id).second:
        return redirect(url_for("accounts.second"))
    form = AppCodeForm()
    if form.validate_on_submit():
        try:
            totp.confirm(person_id, form.code.data or "")
            codes = recovery.new_ten(person_id)
            to = welcome.let_pending_in("app")
            return render_template("accounts/codes.html", codes=codes, to=to)
        except Refused as refusal:
            form.code.errors = [refusal.sentence]
    secret = totp.on_trial(person_id) or totp.begin(person_id)
    page = {"secret": terms.grouped(secret), "picture": picture(totp.address(secret, session_name()))}
    shown = totp.shown_in_demo(person_id, confirmed=False)
    return render_template("accounts/enrol.html", form=form, shown=shown, **page), 422 if form.errors else 200


@bp.post("/sign-in/passkey/options")
@allow(Access.PUBLIC)
def passkey_options() -> Any:
    """The challenge for a passkey, kept on the server (JSON)."""
    limits.spend([(most.GUESSES_ADDRESS, welcome.visit().network), (most.GUESSES_HOUSE, limits.HOUSE)])
    pending = welcome.pending() if welcome.PENDING in session else None
    options, session[CHALLENGE] = passkeys.asking(pending)
    return Response(options, mimetype="application/json")


@bp.post("/sign-in/passkey")
@allow(Access.PUBLIC)
def passkey() -> Any:
    """Take what the passkey answered (JSON); it proves both factors, for the device's lock was opened."""
    challenge = session.pop(CHALLENGE, "")
    credential = request.get_json(silent=True)
    if not challenge or not isinstance(credential, dict):
        raise Refused(passkeys.NOT_TAKEN, code="passkey_refused")
    if welcome.PENDING in session:
        passkeys.check(credential, challenge, welcome.pending())
        return {"to": welcome.let_pending_in("passkey")}
    return {"to": welcome.let_in_by(passkeys.check(credential, challenge), "passkey")}


def picture(text: str) -> str:
    """A QR code as inline SVG without any style of its own."""
    return segno.make(text, error="m").svg_inline(border=2, omitsize=True, svgclass="qr-code", lineclass="qr-line")


def session_name() -> str:
    """What the app calls the account: the masked phone, or nothing that names the person."""
    return str(session.get("phone_mask") or "我的账号")
