"""Sessions kept by the server: the cookie is a random token, the row holds the rest."""

import hashlib
import secrets as random
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask, Request, Response, g
from flask.sessions import SessionInterface, SessionMixin
from flask_login import LoginManager, UserMixin
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from lms.accounts import queries, rules
from lms.accounts.models import WebSession
from lms.foundation import clock, gate
from lms.foundation.database import db, transaction
from lms.foundation.errors import NotSignedIn
from lms.foundation.permissions import Access
from lms.foundation.principal import Principal

COOKIE = "__Host-lms"
PERSON = "_user_id"
RENEW_AFTER = timedelta(minutes=10)
keeper = Principal.system_of("sessions")
login_manager = LoginManager()


class User(UserMixin):
    """What Flask-Login holds: the account behind the session."""

    def __init__(self, account: queries.Account) -> None:
        self.id = str(account.person_id)
        self.account = account


class ServerSession(dict[str, Any], SessionMixin):
    """The data of one browser; `token` is what its cookie says, empty until something is kept."""

    def __init__(self, token: str = "", data: dict[str, Any] | None = None) -> None:
        super().__init__(data or {})
        self.token = token
        self.kept = dict(self)
        self.renew = False

    @property
    def changed(self) -> bool:
        """Whether the row must be written."""
        return self.renew or dict(self) != self.kept

    def start_anew(self) -> None:
        """Change the token, so that one planted before sign-in opens nothing after it."""
        forget(self.token)
        self.token = ""


class SessionStore(SessionInterface):
    """Reads and writes web_session; one short transaction before and, when something changed, one after a request."""

    def open_session(self, app: Flask, request: Request) -> ServerSession:  # noqa: ARG002 - Flask's interface
        """The session of the cookie, with the account of its person; an unknown or ended one is empty."""
        g.account = None
        token = request.cookies.get(COOKIE, "")
        if not token or request.path.startswith("/xapi"):
            return ServerSession()
        with transaction(keeper):
            row = db.session.get(WebSession, _hash(token))
            if row is None or row.expires_at < clock.now():
                return ServerSession()
            g.account = queries.account(row.person_id) if row.person_id else None
        session = ServerSession(token, row.data)
        session.renew = row.expires_at - clock.now() < rules.SESSION_LIFE - RENEW_AFTER
        return session

    def save_session(  # type: ignore[override]
        self,
        app: Flask,  # noqa: ARG002 - Flask's interface
        session: ServerSession,
        response: Response,
    ) -> None:
        """Write what changed and set the cookie."""
        response.vary.add("Cookie")
        if not session.changed:
            return
        if not session:
            forget(session.token)
            response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
            return
        session.token = session.token or random.token_urlsafe(32)
        _keep(session)
        life = int(rules.SESSION_LIFE.total_seconds())
        response.set_cookie(COOKIE, session.token, max_age=life, path="/", secure=True, httponly=True, samesite="Lax")


def init_app(app: Flask) -> None:
    """Keep the sessions of this application here, and tell the gate who is signed in."""
    app.session_interface = SessionStore()
    login_manager.init_app(app)
    gate.register(app, Access.SIGNED_IN, signed_in)


@login_manager.user_loader
def load(user_id: str) -> User | None:
    """The user of the session that open_session() has read already."""
    account = g.get("account")
    return User(account) if account and str(account.person_id) == user_id else None


def signed_in(request: Request) -> Principal:  # noqa: ARG001 - the interface of authenticators
    """The principal of the session; raises NotSignedIn."""
    account = g.get("account")
    if account is None:
        raise NotSignedIn()
    return account.principal


def forget(token: str) -> None:
    """End a session, and clear away those that have ended by themselves."""
    gone = (WebSession.token_hash == _hash(token)) | (WebSession.expires_at < clock.now())
    with transaction(keeper) as session:
        session.execute(delete(WebSession).where(gone))


def _keep(session: ServerSession) -> None:
    person = UUID(session[PERSON]) if PERSON in session else None
    values = {"person_id": person, "data": dict(session), "expires_at": clock.now() + rules.SESSION_LIFE}
    row = insert(WebSession).values(token_hash=_hash(session.token), **values)
    with transaction(keeper) as work:
        work.execute(row.on_conflict_do_update(index_elements=["token_hash"], set_=values))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
