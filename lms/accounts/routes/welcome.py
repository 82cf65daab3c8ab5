"""What happens once somebody has proved who they are: which person, the second factor, a new session."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import after_this_request, g, redirect, request, session, url_for
from flask_login import login_user

from lms.accounts import actions, queries, sessions
from lms.accounts.rules import limits as most
from lms.accounts.rules import signing_in as terms
from lms.accounts.signing_in import candidates, codes, factors, limits, visits
from lms.accounts.signing_in.visits import Visit
from lms.foundation import clock
from lms.foundation.database import transaction
from lms.foundation.errors import LMSError, NotSignedIn, Refused

PENDING, HOW, AT = "pending", "how", "at"
WORDS = {
    "code": "手机验证码",
    "password": "密码",
    "slip": "登录条",
    "wechat": "微信",
    "province": "省统一身份认证",
    "passkey": "通行密钥",
    "app": "动态码",
    "recovery": "备用码",
}


class Lapsed(LMSError):
    """A step of signing in took too long, or was never begun; pages lead back to the first step."""

    status = 401
    code = "begin_again"
    default = "等得太久了，从手机号重新来一次"


def visit() -> Visit:
    """Who knocks."""
    return Visit(request.remote_addr or "", request.cookies.get(visits.COOKIE, "")[:100])


def first_factor(people: Sequence[UUID], how: str) -> Any:
    """Go on with the one person, or ask which of several it is."""
    found = candidates.candidates(people, visit())
    if not found:
        raise Refused(codes.WRONG_CODE, code="wrong_code", field="code")
    if len(found) == 1 and not (found[0].digits_asked and how == "code"):
        return passed(found[0].id, how)
    session["people"] = [str(each.id) for each in found]
    session[HOW], session[AT] = how, clock.now().isoformat()
    return redirect(url_for("accounts.who"))


def passed(person_id: UUID, how: str) -> Any:
    """The first factor is good: let a trainee in, ask staff and whoever has an app for the second."""
    account = _account(person_id)
    own = factors.factors_of(person_id)
    if not sessions.is_staff(account) and own.app_since is None:
        return redirect(let_in(account, how))
    kept = {key: session[key] for key in ("next", "phone", "openid") if key in session}
    session.clear()
    session.start_anew()  # type: ignore[attr-defined]
    session.update({**kept, PENDING: str(person_id), HOW: how, AT: clock.now().isoformat()})
    return redirect(url_for("accounts.second" if own.second else "accounts.enrol"))


def pending() -> UUID:
    """Who has given the first factor within the last ten minutes; raises Lapsed."""
    if PENDING not in session:
        raise Lapsed()
    refuse_lapsed()
    return UUID(session[PENDING])


def refuse_lapsed() -> None:
    """Raise Lapsed where the last step was too long ago."""
    if AT not in session or clock.now() - datetime.fromisoformat(session[AT]) > terms.PENDING_LIFE:
        raise Lapsed()


def let_in(account: queries.Account, how: str, second: str = "") -> str:
    """Sign somebody in under a new session; gives back where they wanted to go."""
    here = visit()
    limits.spend([(most.SIGN_INS_PERSON, account.person_id.bytes), (most.SIGN_INS_ADDRESS, here.network)])
    to, phone, openid = session.get("next") or url_for("accounts.root"), session.get("phone"), session.get("openid")
    session.clear()
    session.start_anew()  # type: ignore[attr-defined]
    g.account = account
    login_user(sessions.User(account))
    session.staff = sessions.is_staff(account)  # type: ignore[attr-defined]
    if not second:
        session[sessions.ONE_FACTOR] = True
    if openid:
        session.update(openid=openid, after_wechat=to)
        to = url_for("accounts.offer_wechat")
    _remember(here, account.person_id)
    if phone and how == "code":
        codes.came_to_use(bytes.fromhex(phone), here)
    if session.staff:  # type: ignore[attr-defined]
        with transaction(account.principal):
            words = "、".join(dict.fromkeys((WORDS[how], WORDS[second])))
            actions.audit("sign-in:staff", subject=f"person {account.person_id}", reason=words)
    return to


def let_pending_in(second: str) -> str:
    """The second factor is good too."""
    how = session[HOW]
    return let_in(_account(pending()), how, second)


def let_in_by(person_id: UUID, how: str) -> str:
    """Sign somebody in who gave both factors at once (a passkey)."""
    return let_in(_account(person_id), how, how)


def _account(person_id: UUID) -> queries.Account:
    with transaction(sessions.keeper):
        account = queries.account(person_id)
    if account is None:
        raise NotSignedIn()
    return account


def _remember(here: Visit, person_id: UUID) -> None:
    """Give the device a name of its own, and remember who signs in on it."""
    device = here.device if len(here.device) > 40 else visits.new_device()
    visits.remember(Visit(here.address, device), person_id)

    @after_this_request
    def keep(response: Any) -> Any:
        response.set_cookie(
            visits.COOKIE, device, max_age=visits.LIFE_SECONDS, path="/", secure=True, httponly=True, samesite="Lax"
        )
        return response
