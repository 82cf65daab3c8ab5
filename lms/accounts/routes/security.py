"""我的 → 登录与安全: what proves me, where I am signed in, and proving it again before what cannot be undone."""

from typing import Any
from uuid import UUID

from flask import Response, redirect, render_template, request, session, url_for

from lms.accounts import actions, faces, queries, sessions
from lms.accounts.forms import AppCodeForm, NameForm, NewPasswordForm, ProofForm
from lms.accounts.routes import second_factor, welcome
from lms.accounts.routes.blueprint import bp, own_path
from lms.accounts.rules import limits as most
from lms.accounts.rules import signing_in as terms
from lms.accounts.rules.consents import FACES
from lms.accounts.signing_in import codes, factors, limits, passkeys, passwords, phones, recovery, totp
from lms.foundation.database import transaction
from lms.foundation.errors import LMSError, Refused
from lms.foundation.permissions import Access, allow
from lms.foundation.principal import current

PROOF = "proof"


@bp.get("/me/security")
@allow(Access.SIGNED_IN)
def security() -> Any:
    """All that signs me in, and every browser in which I am."""
    me = current().person()
    with transaction(current()):
        person = queries.person(me)
        agreed = any(queries.has_consented(me, one) for one in FACES)
    page = {"own": factors.factors_of(me), "browsers": sessions.browsers(me, _token()), "person": person}
    page |= {"faces": {"agreed": agreed} if agreed or faces.looks() else None}
    return render_template("accounts/security.html", staff=_staff(), **page)


@bp.post("/me/browsers/<uuid:browser_id>/end")
@allow(Access.SIGNED_IN)
def end_browser(browser_id: UUID) -> Any:
    """Sign one of my browsers out."""
    sessions.end(current().person(), browser_id)
    return redirect(url_for("accounts.security", _anchor="browsers"))


@bp.post("/me/browsers/end")
@allow(Access.SIGNED_IN)
def end_browsers() -> Any:
    """Sign me out everywhere but here."""
    sessions.end_all(current().person(), _token())
    _audit("sign-in:end", "别的设备全部退出")
    return redirect(url_for("accounts.security", _anchor="browsers"))


@bp.route("/me/prove", methods=["GET", "POST"])
@allow(Access.SIGNED_IN)
def prove() -> Any:
    """Prove once more who I am, by what I have: app, password, or a code to my phone."""
    me = current().person()
    own, form = factors.factors_of(me), ProofForm()
    to = own_path(request.args.get("next", url_for("accounts.security")))
    if form.validate_on_submit():
        try:
            _proved(me, own, form)
            sessions.proved_now()
            return redirect(to)
        except Refused as refusal:
            form.code.errors = [refusal.sentence]
    shown = totp.shown_in_demo(me) if own.app_since else session.get(PROOF, {}).get("shown")
    page = {"own": own, "to": to, "sent": PROOF in session, "shown": shown}
    return render_template("accounts/prove.html", form=form, **page), 422 if form.errors else 200


@bp.post("/me/prove/code")
@allow(Access.SIGNED_IN)
def send_proof() -> Any:
    """Send a code to the phone that I have."""
    session[PROOF] = phones.code_to_own(current().person(), welcome.visit())
    return redirect(url_for("accounts.prove", next=own_path(request.args.get("next", "/me/security"))))


@bp.post("/me/prove/passkey")
@allow(Access.SIGNED_IN)
def prove_by_passkey() -> Any:
    """Take what my passkey answered (JSON)."""
    challenge, credential = session.pop(second_factor.CHALLENGE, ""), request.get_json(silent=True)
    if not challenge or not isinstance(credential, dict):
        raise Refused(passkeys.NOT_TAKEN, code="passkey_refused")
    passkeys.check(credential, challenge, current().person())
    sessions.proved_now()
    return {"to": own_path(request.args.get("next", url_for("accounts.security")))}


@bp.route("/me/password", methods=["GET", "POST"])
@allow(Access.SIGNED_IN)
def new_password() -> Any:
    """Choose a password; every other browser is signed out."""
    sessions.require_fresh_proof()
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            passwords.choose(current().person(), form.password.data or "")
            sessions.end_all(current().person(), _token())
            _audit("factor:add", "密码")
            return redirect(url_for("accounts.security"))
        except Refused as refusal:
            form.password.errors = [refusal.sentence]
    return render_template("accounts/new_password.html", form=form), 422 if form.errors else 200


@bp.route("/me/app", methods=["GET", "POST"])
@allow(Access.SIGNED_IN)
def new_app() -> Any:
    """Set an app up, or another in its place; then ten new codes, shown once."""
    sessions.require_fresh_proof()
    me, form = current().person(), AppCodeForm()
    if form.validate_on_submit():
        try:
            totp.confirm(me, form.code.data or "")
            _audit("factor:add", "动态码")
            session.pop(sessions.ONE_FACTOR, None)
            return render_template("accounts/codes.html", codes=recovery.new_ten(me), to=url_for("accounts.security"))
        except Refused as refusal:
            form.code.errors = [refusal.sentence]
    secret = totp.on_trial(me) or totp.begin(me)
    with transaction(current()):
        name = queries.person(me).masked_phone
    page = {"secret": terms.grouped(secret), "picture": second_factor.picture(totp.address(secret, name or "我的账号"))}
    shown = totp.shown_in_demo(me, confirmed=False)
    return render_template("accounts/enrol.html", form=form, shown=shown, **page), 422 if form.errors else 200


@bp.post("/me/app/remove")
@allow(Access.SIGNED_IN)
def remove_app() -> Any:
    """Forget the app; staff keep one second factor at least."""
    sessions.require_fresh_proof()
    factors.remove_app(current().person(), _staff())
    _audit("factor:remove", "动态码")
    return redirect(url_for("accounts.security"))


@bp.post("/me/recovery")
@allow(Access.SIGNED_IN)
def new_codes() -> Any:
    """Ten new codes in place of the old, shown once."""
    sessions.require_fresh_proof()
    _audit("factor:add", "10 个备用码")
    codes_ = recovery.new_ten(current().person())
    return render_template("accounts/codes.html", codes=codes_, to=url_for("accounts.security"))


@bp.post("/me/passkeys/options")
@allow(Access.SIGNED_IN)
def new_passkey_options() -> Any:
    """The challenge to make a passkey with (JSON)."""
    sessions.require_fresh_proof()
    with transaction(current()):
        person = queries.person(current().person())
    options, session[second_factor.CHALLENGE] = passkeys.registering(person.id, person.name)
    return Response(options, mimetype="application/json")


@bp.post("/me/passkeys")
@allow(Access.SIGNED_IN)
def new_passkey() -> Any:
    """Keep the passkey that the device made (JSON)."""
    sessions.require_fresh_proof()
    challenge, sent = session.pop(second_factor.CHALLENGE, ""), request.get_json(silent=True)
    if not challenge or not isinstance(sent, dict) or not isinstance(sent.get("credential"), dict):
        raise Refused(passkeys.NOT_TAKEN, code="passkey_refused")
    passkeys.register(current().person(), sent["credential"], challenge, str(sent.get("name", "")).strip())
    _audit("factor:add", "通行密钥")
    return {"to": url_for("accounts.security")}


@bp.post("/me/passkeys/<uuid:passkey_id>/name")
@allow(Access.SIGNED_IN)
def name_passkey(passkey_id: UUID) -> Any:
    """Call a passkey otherwise."""
    passkeys.refuse_strangers(current().person(), passkey_id)
    form = NameForm()
    if form.validate_on_submit():
        passkeys.rename(current().person(), passkey_id, (form.name.data or "").strip())
    return redirect(url_for("accounts.security", _anchor="passkeys"))


@bp.post("/me/passkeys/<uuid:passkey_id>/remove")
@allow(Access.SIGNED_IN)
def remove_passkey(passkey_id: UUID) -> Any:
    """Forget a passkey; staff keep one second factor at least."""
    sessions.require_fresh_proof()
    factors.remove_passkey(current().person(), passkey_id, _staff())
    _audit("factor:remove", "通行密钥")
    return redirect(url_for("accounts.security", _anchor="passkeys"))


@bp.app_errorhandler(sessions.ProveAgain)
def prove_again(problem: LMSError) -> Any:
    """Lead a person to the proof and back; tell a machine."""
    if request.is_json or request.path.startswith("/api"):
        return {"error": problem.code, "message": problem.sentence}, problem.status
    back = request.full_path.rstrip("?") if request.method == "GET" else _came_from()
    return redirect(url_for("accounts.prove", next=back))


def _came_from() -> str:
    """The page on which a form stood."""
    referrer = request.referrer or ""
    here = request.host_url.rstrip("/")
    return own_path(referrer.removeprefix(here)) if referrer.startswith(here) else url_for("accounts.security")


def _proved(me: UUID, own: factors.Factors, form: ProofForm) -> None:
    """By the app where there is one; staff never by less than a second factor."""
    typed = form.code.data or ""
    if own.app_since is not None:
        totp.check(me, typed)
    elif _staff():
        raise Refused("用你的通行密钥确认，或者先设好动态码")
    elif PROOF in session:
        kept = session[PROOF]
        codes.prove(UUID(kept["code"]), bytes.fromhex(kept["phone"]), terms.digits(typed), welcome.visit())
        session.pop(PROOF)
    elif not passwords.right(me, typed):
        raise Refused("密码不对，再看一遍；忘了就收一条验证码")
    else:
        limits.give_back([most.PROOFS_PERSON], me.bytes)


def _staff() -> bool:
    return bool(session.staff)  # type: ignore[attr-defined]


def _token() -> str:
    return str(session.token)  # type: ignore[attr-defined]


def _audit(action: str, reason: str) -> None:
    with transaction(current()):
        actions.audit(action, subject=f"person {current().person()}", reason=reason)
