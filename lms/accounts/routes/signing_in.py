"""Signing in and out: phone, code, password, which person."""

from typing import Any
from uuid import UUID

from flask import current_app, g, redirect, render_template, request, session, url_for
from flask_login import logout_user

from lms.accounts import rules
from lms.accounts.forms import CodeForm, PasswordForm, PhoneForm, WhoForm
from lms.accounts.routes import welcome
from lms.accounts.routes.blueprint import bp, own_path
from lms.accounts.rules import devices
from lms.accounts.rules import signing_in as terms
from lms.accounts.signing_in import candidates, codes, passwords, province, wechat
from lms.foundation import secrets, sending
from lms.foundation.errors import LMSError, NotSignedIn, Refused
from lms.foundation.permissions import Access, allow
from lms.foundation.principal import current

WECHAT_FIRST = "这个微信还没有绑定。先用手机验证码登录一次，接着就能绑定"
PHONE, NUMBER = "phone", "number"


@bp.route("/sign-in", methods=["GET", "POST"])
@allow(Access.PUBLIC)
def sign_in() -> Any:
    """Ask for the phone number and send a code."""
    form = PhoneForm()
    if "next" in request.args:
        session["next"] = own_path(request.args["next"])
    if not form.validate_on_submit():
        notice = WECHAT_FIRST if "openid" in session else ""
        return render_template("accounts/sign_in.html", form=form, notice=notice), 422 if form.errors else 200
    _send(form.normal, sending.Channel.SMS)
    return redirect(url_for("accounts.code"))


@bp.route("/sign-in/code", methods=["GET", "POST"])
@allow(Access.PUBLIC)
def code() -> Any:
    """Take the code."""
    if PHONE not in session:
        return redirect(url_for("accounts.sign_in"))
    form = CodeForm()
    if form.validate_on_submit():
        try:
            return _with_code(terms.digits(form.code.data or ""))
        except Refused as refusal:
            form.code.errors = [refusal.sentence]
    return render_template("accounts/code.html", form=form, lost=_lost()), 422 if form.errors else 200


@bp.post("/sign-in/code/again")
@allow(Access.PUBLIC)
def again() -> Any:
    """Send another code to the same phone."""
    _send(_same_phone(), sending.Channel.SMS)
    return redirect(url_for("accounts.code"))


@bp.post("/sign-in/code/call")
@allow(Access.PUBLIC)
def call() -> Any:
    """Have a code read aloud by a call: for whom no message arrives, or who cannot read it."""
    _send(_same_phone(), sending.Channel.VOICE)
    return redirect(url_for("accounts.code"))


@bp.route("/sign-in/password", methods=["GET", "POST"])
@allow(Access.PUBLIC)
def password() -> Any:
    """Take phone and password."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            found = passwords.by_password(form.normal, form.password.data or "", welcome.visit())
            return welcome.first_factor(found, "password")
        except Refused as refusal:
            form.password.errors = [refusal.sentence]
    return render_template("accounts/password.html", form=form), 422 if form.errors else 200


@bp.route("/sign-in/who", methods=["GET", "POST"])
@allow(Access.PUBLIC)
def who() -> Any:
    """Ask which of the people who share a phone this is."""
    if "people" not in session:
        return redirect(url_for("accounts.sign_in"))
    welcome.refuse_lapsed()
    people = candidates.candidates([UUID(each) for each in session["people"]], welcome.visit())
    form = WhoForm()
    chosen = next((each for each in people if str(each.id) == form.person.data), None)
    if form.validate_on_submit() and chosen:
        try:
            return _chosen(chosen, people, form.digits.data or "")
        except Refused as refusal:
            form.digits.errors = [refusal.sentence]
    return render_template("accounts/who.html", form=form, people=people), 422 if form.errors else 200


@bp.get("/sign-in/trouble")
@allow(Access.PUBLIC)
def trouble() -> Any:
    """What to do when signing in does not work."""
    return render_template("accounts/trouble.html")


@bp.post("/sign-out")
@allow(Access.PUBLIC)
def sign_out() -> Any:
    """End the session here."""
    logout_user()
    session.clear()
    return redirect(url_for("accounts.sign_in"))


@bp.get("/api/session")
@allow(Access.PUBLIC)
def session_state() -> Any:
    """Whether the session is alive, and a fresh token for forms and beats (JSON)."""
    if not current().signed_in:
        raise NotSignedIn()
    return {"signed_in": True}


@bp.app_errorhandler(welcome.Lapsed)
def begin_again(problem: LMSError) -> Any:
    """Lead back to the first step, which says why."""
    if request.is_json:
        return {"error": problem.code, "message": problem.sentence}, problem.status
    return render_template("accounts/sign_in.html", form=PhoneForm(formdata=None), notice=problem.sentence), 401


@bp.app_context_processor
def _signing() -> dict[str, object]:
    """Which ways in this house has, and what this device is called."""
    known = current_app.view_functions
    ways: dict[str, object] = {"wechat": wechat.on(), "province": province.on(), "plans": "plans.index" in known}
    ways["packages"] = "training.catalogue" in known
    return {"signing": ways, "here_device": devices.device(request.headers.get("User-Agent", ""))}


@bp.after_app_request
def retry_after(response: Any) -> Any:
    """A limit says when to come back."""
    wait = g.get("retry_after")
    if wait and response.status_code == 429:
        response.headers["Retry-After"] = str(wait)
    return response


def _send(phone: str, channel: sending.Channel) -> None:
    waiting = codes.send(phone, welcome.visit(), channel)
    session[PHONE], session["code"] = waiting.phone_index.hex(), str(waiting.code_id)
    session["phone_mask"], session["by_call"] = rules.mask_phone(phone), channel is sending.Channel.VOICE
    session["shown"], session["delivery"] = waiting.shown, str(waiting.delivery_id)
    session[NUMBER] = secrets.seal("web_session", "phone", waiting.code_id, phone).hex()


def _same_phone() -> str:
    """The number that was typed before, which the session keeps sealed."""
    if NUMBER not in session:
        raise welcome.Lapsed()
    try:
        return secrets.unseal("web_session", "phone", session["code"], bytes.fromhex(session[NUMBER]))
    except secrets.SealBroken:
        raise welcome.Lapsed() from None


def _with_code(typed: str) -> Any:
    index = bytes.fromhex(session[PHONE])
    codes.prove(UUID(session["code"]), index, typed, welcome.visit())
    return welcome.first_factor(candidates.with_phone(index), "code")


def _chosen(chosen: candidates.Candidate, people: list[candidates.Candidate], typed: str) -> Any:
    how = session[welcome.HOW]
    if not chosen.digits_asked:
        return welcome.passed(chosen.id, how)
    return welcome.passed(candidates.check_digits(chosen, people, typed), how)


def _lost() -> bool:
    """Whether the provider says that the message did not arrive."""
    return sending.state_of(UUID(session["delivery"])) == "undelivered"
