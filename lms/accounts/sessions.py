"""Sessions kept by the server: the cookie is a random token, the row holds the rest."""

import hashlib
import logging
import re
import secrets as random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask, Request, Response, g, has_request_context, request
from flask import session as browser
from flask.sansio.app import App
from flask.sessions import SessionInterface, SessionMixin
from flask_login import LoginManager, UserMixin
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError

from lms.accounts import queries
from lms.accounts.models import WebSession
from lms.accounts.rules import devices, limits
from lms.accounts.rules import signing_in as terms
from lms.foundation import clock, gate
from lms.foundation.database import at_once, db, transaction
from lms.foundation.errors import LMSError, NotFound, NotSignedIn, Unavailable
from lms.foundation.permissions import Access
from lms.foundation.principal import Principal

log = logging.getLogger(__name__)
COOKIE = "__Host-lms"
PERSON = "_user_id"
# Somebody who gave one factor alone; enough for a trainee, nothing for staff, even where the role came later.
ONE_FACTOR = "one_factor"
PROVED_AT = "proved_at"
# The record store signs its callers in by keys, at every request.
NO_SESSIONS = "/xapi"
# A row is written anew when a thirtieth of its life is gone, not at each request.
RENEWED = 30
# Every request asks this: the row and what its person works as, in one round trip (0022).
_FIND = (
    "select * from browser_read(%(token)s, %(today)s) as asks (asks_person, asks_data, asks_created_at, asks_expires_at,"
    " asks_ends_at, asks_name, asks_role, asks_place, asks_kind, asks_house)"
)
keeper = Principal.system_of("sessions")
login_manager = LoginManager()


class ProveAgain(LMSError):
    """Before this, the person proves once more who they are (403; pages lead to /me/prove)."""

    status = 403
    code = "prove_again"
    default = "这一步要再确认一次是你本人，确认后接着做"


class User(UserMixin):
    """What Flask-Login holds: the account behind the session."""

    def __init__(self, account: queries.Account) -> None:
        self.id = str(account.person_id)
        self.account = account


@dataclass(frozen=True)
class Browser:
    """A signed-in browser as its owner sees it; `here` is the one that asks."""

    id: UUID
    device: str
    network: str
    created_at: datetime
    seen_at: datetime
    here: bool


@dataclass(frozen=True)
class Row:
    """What the table holds of the browser that asks."""

    person_id: UUID | None
    data: dict[str, Any]
    created_at: datetime
    expires_at: datetime
    ends_at: datetime | None


_ROW = len(Row.__dataclass_fields__)
_WORK = _ROW + 5


@dataclass(frozen=True)
class Beside:
    """What the door of a POST asks in the round trip that tells who asks.

    `path` is the door's address, its named groups the values of the question; `question` is SQL that gives at most one
    row for `asks_person` and shows it what it may see (a function that sets lms.person).
    """

    path: re.Pattern[str]
    question: str


class ServerSession(dict[str, Any], SessionMixin):
    """The data of one browser; `token` is what its cookie says, empty until something is kept."""

    def __init__(self, token: str = "", data: dict[str, Any] | None = None, row: Row | None = None) -> None:
        super().__init__(data or {})
        self.token, self.row = token, row
        self.kept = dict(self)
        self.renew = False
        self.staff = False

    @property
    def changed(self) -> bool:
        """Whether the row must be written."""
        return self.renew or dict(self) != self.kept

    @property
    def lives(self) -> tuple[timedelta, timedelta]:
        """How long it lasts without a sign, and at most."""
        if self.staff:
            return terms.STAFF_SESSION_LIFE, terms.STAFF_SESSION_LONGEST
        return terms.SESSION_LIFE, terms.SESSION_LONGEST

    def start_anew(self) -> None:
        """Change the token, so that one planted before sign-in opens nothing after it."""
        forget(self.token)
        self.token, self.row = "", None


class SessionStore(SessionInterface):
    """Reads and writes web_session; one short transaction before and, when something changed, one after a request."""

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        """The session of the cookie, with the account of its person; an unknown or ended one is empty."""
        g.account = None
        if request.path.startswith(NO_SESSIONS):
            return ServerSession()
        token = request.cookies.get(COOKIE, "")
        if not token:
            return ServerSession()
        now = clock.now()
        asked, values = _asked_beside(app, request)
        try:
            found = at_once(keeper, asked, {"token": _hash(token), "today": clock.local(now).date(), **values})
        except OperationalError:
            # A session must stand before an error can be told: who asks for the person is told then.
            log.exception("the sessions cannot be read")
            g.sessions_away = True
            return ServerSession()
        row = Row(*found[0][:_ROW]) if found else None
        if row is None or row.expires_at < now:
            return ServerSession()
        account = queries.account_at_once(row.person_id, [tuple(one[_ROW:_WORK]) for one in found])
        g.beside = found[0] if values else None
        session = ServerSession(token, row.data, row)
        session.staff = is_staff(account)
        if not (session.staff and row.data.get(ONE_FACTOR)):
            g.account = account
        idle, _ = session.lives
        session.renew = row.expires_at - now < idle - idle / RENEWED
        return session

    def save_session(  # type: ignore[override]
        self,
        app: Flask,  # noqa: ARG002 - Flask's interface
        session: ServerSession,
        response: Response,
    ) -> None:
        """Write what changed and set the cookie."""
        if request.path.startswith(NO_SESSIONS):
            return
        response.vary.add("Cookie")
        if not session.changed:
            return
        if not session:
            forget(session.token)
            response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
            return
        session.token = session.token or random.token_urlsafe(32)
        _keep(session)
        life = int(session.lives[0].total_seconds())
        response.set_cookie(COOKIE, session.token, max_age=life, path="/", secure=True, httponly=True, samesite="Lax")


class NoSessions(SessionInterface):
    """For an application that knows nobody by a cookie: no session is opened, and none is kept."""

    def open_session(self, app: Flask, request: Request) -> None:
        """None: Flask puts one there that cannot be written."""


def ask_beside(app: App, beside: Beside) -> None:
    """Let a door's question travel with the session's."""
    app.extensions.setdefault("beside", []).append(beside)


def read_beside() -> Any | None:
    """The row that the door's question was answered with, its columns by their names; None where nothing was asked."""
    return g.get("beside")


def _asked_beside(app: Flask, request: Request) -> tuple[str, dict[str, str]]:
    if request.method == "POST":
        for beside in app.extensions.get("beside", ()):
            if found := beside.path.fullmatch(request.path):
                return f"{_FIND} left join lateral {beside.question} on true", found.groupdict()
    return _FIND, {}


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
    """The principal of the session; raises NotSignedIn, Unavailable where the sessions cannot be read."""
    if g.get("sessions_away"):
        raise Unavailable()
    account = g.get("account")
    if account is None:
        raise NotSignedIn()
    return account.principal


def is_staff(account: queries.Account | None) -> bool:
    """Whether somebody works for an organisation in any role."""
    return account is not None and bool(account.organisation)


def require_fresh_proof() -> None:
    """Raise ProveAgain unless the person proved who they are within the last ten minutes.

    For what cannot be undone: full identity numbers, a new phone, a factor less. Signing in is a proof.
    """
    at = browser.get(PROVED_AT)
    row = browser.row  # type: ignore[attr-defined]
    proved = datetime.fromisoformat(at) if at else (row.created_at if row else None)
    if proved is None or clock.now() - proved > terms.PROOF_LIFE:
        raise ProveAgain()


def proved_now() -> None:
    """The person has just proved who they are."""
    browser[PROVED_AT] = clock.now().isoformat()


def browsers(person_id: UUID, token: str) -> list[Browser]:
    """Where somebody is signed in at the moment, the latest first."""
    mine = (WebSession.person_id == person_id) & (WebSession.expires_at >= clock.now())
    with transaction(keeper) as session:
        rows = session.scalars(select(WebSession).where(mine).order_by(WebSession.seen_at.desc()))
        return [_browser(row, _hash(token)) for row in rows]


def end(person_id: UUID, browser_id: UUID) -> None:
    """Sign one browser of a person out; raises NotFound for somebody else's."""
    mine = (WebSession.person_id == person_id) & (WebSession.id == browser_id)
    with transaction(keeper) as session:
        if not session.execute(delete(WebSession).where(mine)).rowcount:  # type: ignore[attr-defined]
            raise NotFound()


def end_all(person_id: UUID, but_token: str = "") -> None:
    """Sign a person out everywhere, except for the browser with this token."""
    with transaction(keeper):
        end_all_here(person_id, but_token)


def end_all_here(person_id: UUID, but_token: str = "") -> None:
    """The same in the transaction under way."""
    mine = (WebSession.person_id == person_id) & (WebSession.token_hash != _hash(but_token))
    db.session.execute(delete(WebSession).where(mine))


def forget(token: str) -> None:
    """End a session, and clear away those that have ended by themselves."""
    gone = (WebSession.token_hash == _hash(token)) | (WebSession.expires_at < clock.now())
    with transaction(keeper) as session:
        session.execute(delete(WebSession).where(gone))


def _browser(row: WebSession, here: bytes) -> Browser:
    return Browser(row.id, row.device, row.network, row.created_at, row.seen_at, row.token_hash == here)


def _keep(session: ServerSession) -> None:
    """A row that was there is changed and never made again: one that was ended meanwhile stays ended."""
    idle, longest = session.lives
    now = clock.now()
    ends = (session.row.ends_at if session.row else None) or now + longest
    person = UUID(session[PERSON]) if PERSON in session else None
    values: dict[str, Any] = {"person_id": person, "data": dict(session), "seen_at": now, "ends_at": ends}
    values |= {"expires_at": min(now + idle, ends), **(_described() if person else {})}
    token = _hash(session.token)
    with transaction(keeper) as work:
        if session.row is not None:
            work.execute(update(WebSession).where(WebSession.token_hash == token).values(**values))
        else:
            row = insert(WebSession).values(token_hash=token, **values)
            work.execute(row.on_conflict_do_update(index_elements=["token_hash"], set_=values))


def _described() -> dict[str, str]:
    if not has_request_context():
        return {}
    agent = request.headers.get("User-Agent", "")
    return {"device": devices.device(agent), "network": limits.roughly(request.remote_addr or "")}


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
