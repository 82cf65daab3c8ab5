"""Signing in from inside WeChat, binding a WeChat account and letting it go."""

import hmac
from typing import Any

from flask import redirect, render_template, request, session, url_for

from lms.accounts import actions, sessions
from lms.accounts.routes import welcome
from lms.accounts.routes.blueprint import bp
from lms.accounts.rules import limits as most
from lms.accounts.signing_in import limits
from lms.accounts.signing_in import wechat as ways
from lms.foundation import secrets
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound, Refused
from lms.foundation.permissions import Access, allow
from lms.foundation.principal import current

STATE, OPENID = "wechat_state", "openid"


@bp.get("/sign-in/wechat")
@allow(Access.PUBLIC)
def wechat() -> Any:
    """Ask WeChat who opened the page; it asks the person nothing."""
    return _ask(url_for("accounts.wechat_back", _external=True))


@bp.get("/sign-in/wechat/back")
@allow(Access.PUBLIC)
def wechat_back() -> Any:
    """Let in whoever is bound; anybody else signs in by code first and is then offered to be bound."""
    openid = _answered()
    person_id = ways.person_of(openid)
    if person_id is not None:
        return welcome.passed(person_id, "wechat")
    _keep(openid)
    return redirect(url_for("accounts.sign_in"))


@bp.get("/me/wechat")
@allow(Access.SIGNED_IN)
def bind_wechat() -> Any:
    """Ask WeChat, to bind what it answers."""
    sessions.require_fresh_proof()
    return _ask(url_for("accounts.bind_wechat_back", _external=True))


@bp.get("/me/wechat/back")
@allow(Access.SIGNED_IN)
def bind_wechat_back() -> Any:
    """Keep the answer and ask the person."""
    _keep(_answered())
    return redirect(url_for("accounts.offer_wechat"))


@bp.route("/me/wechat/offer", methods=["GET", "POST"])
@allow(Access.SIGNED_IN)
def offer_wechat() -> Any:
    """Bind this WeChat to the account, if the person says so."""
    to = session.get("after_wechat") or url_for("accounts.security")
    if OPENID not in session:
        return redirect(to)
    if request.method == "GET":
        return render_template("accounts/wechat.html", to=to)
    openid, _ = _kept(session.pop(OPENID)), session.pop("after_wechat", None)
    if request.form.get("answer") == "yes":
        sessions.require_fresh_proof()
        ways.bind(current().person(), openid)
        _audit("factor:add")
    return redirect(to)


@bp.post("/me/wechat/remove")
@allow(Access.SIGNED_IN)
def unbind_wechat() -> Any:
    """Let the WeChat account go."""
    sessions.require_fresh_proof()
    ways.unbind(current().person())
    _audit("factor:remove")
    return redirect(url_for("accounts.security"))


def _ask(back: str) -> Any:
    session[STATE] = ways.new_state()
    return redirect(ways.address(session[STATE], back))


def _answered() -> str:
    """The openid that WeChat vouches for; only an answer to our own question counts."""
    if not ways.on():
        raise NotFound()
    wanted, state = session.pop(STATE, ""), request.args.get("state", "")
    code = request.args.get("code", "")
    if not (wanted and code and hmac.compare_digest(wanted.encode(), state.encode())):
        raise Refused(ways.SPENT, code="wechat_refused")
    limits.spend([(most.GUESSES_ADDRESS, welcome.visit().network), (most.GUESSES_HOUSE, limits.HOUSE)])
    return ways.openid_of(code)


def _keep(openid: str) -> None:
    session[OPENID] = secrets.seal("web_session", "openid", "", openid).hex()


def _kept(text: str) -> str:
    return secrets.unseal("web_session", "openid", "", bytes.fromhex(text))


def _audit(action: str) -> None:
    with transaction(current()):
        actions.audit(action, subject=f"person {current().person()}", reason="微信")
