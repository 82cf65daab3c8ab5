"""One request to the store: which resource answers it, and what a refusal looks like. Both doors come through here."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
from psycopg import errors as pg
from sqlalchemy.exc import DBAPIError

from lms.foundation.database import db
from lms.foundation.errors import LMSError, NotSignedIn
from lms.lrs.actions import Different
from lms.lrs.keys import Caller
from lms.lrs.resources import about, activities, agents, profiles, state, statements
from lms.lrs.resources.session import Forbidden, MethodNotAllowed, Session, Unknown
from lms.lrs.rules.documents import MustSayWhich, PreconditionFailed
from lms.lrs.rules.exchange import Answer, Call, unfold
from lms.lrs.rules.refusal import Invalid
from lms.lrs.rules.scopes import READING, permits
from lms.lrs.rules.versions import BEFORE_HEADERS, HEADER, Version, requested

log = logging.getLogger(__name__)

RESOURCES: dict[str, Callable[[Session, Call], Answer]] = {
    "statements": statements.answer,
    "activities/state": state.answer,
    "agents": agents.answer,
    "agents/profile": profiles.answer_agents,
    "activities": activities.answer,
    "activities/profile": profiles.answer_activities,
}
RETRIES = 4
_TRANSIENT = (pg.DeadlockDetected, pg.SerializationFailure)


def handle(call: Call, caller: Caller, authority_home: str) -> Answer:
    """Answer a request to any resource but About; refusals are answers too.

    Opens its own transaction, or works in a savepoint of the one that is open (the inner door).
    """
    version = Version.V2_0_0 if call.headers.get(HEADER.lower(), "").startswith("2.") else Version.V1_0_3
    session = Session(caller, version, authority_home)
    try:
        call = unfold(call)
        version = requested(call.headers.get(HEADER.lower()))
        session = replace(session, version=version)
        if call.alternate and version is Version.V2_0_0:
            raise Invalid("method", "version 2.0.0 has no alternate request syntax")
        if not permits(caller.scopes, call.resource, call.method):
            raise Forbidden
        answer = _with_retries(session, call)
    except Exception as problem:
        answer = refusal(problem)
        if call.resource == "statements" and call.method in READING and answer.status in {400, 404}:
            answer = replace(answer, headers={**answer.headers, **statements.watermark(session)})
    return _stamped(answer, call, version)


def answer_about(call: Call) -> Answer:
    """Which versions are spoken; anybody may ask, in any version."""
    try:
        return _stamped(about.answer(unfold(call)), call, Version.V2_0_0)
    except Exception as problem:
        return _stamped(refusal(problem), call, Version.V2_0_0)


def refusal(problem: Exception) -> Answer:
    """The answer to what went wrong: the status of Communication 3.2, and JSON that says which property and why."""
    for kind, told in _REFUSALS.items():
        if isinstance(problem, kind):
            return told(problem)
    raise problem


def _busy(problem: Exception) -> Answer:
    log.warning("xapi request gave up waiting: %s", type(problem).__name__)
    why = "others hold what this request needs: send it again, the same ids make it harmless"
    return replace(_said(503, "busy", why), headers={"Retry-After": "2"})


def _sentence(problem: LMSError) -> Answer:
    more = {"WWW-Authenticate": 'Basic realm="xAPI"'} if isinstance(problem, NotSignedIn) else {}
    return replace(_said(problem.status, problem.code, problem.sentence), headers=more)


def _wrong_method(problem: MethodNotAllowed) -> Answer:
    return replace(
        _said(405, "method_not_allowed", f"this resource answers {problem}"), headers={"Allow": str(problem)}
    )


def _with_retries(session: Session, call: Call) -> Answer:
    """Two transactions that lock each other out are no fault of the client's: one of them begins again, if it is ours."""
    if db.session().in_transaction():
        return RESOURCES[call.resource](session, call)
    for left in reversed(range(RETRIES)):
        try:
            return RESOURCES[call.resource](session, call)
        except (DBAPIError, *_TRANSIENT) as problem:
            cause = problem.orig if isinstance(problem, DBAPIError) else problem
            if not left or not isinstance(cause, _TRANSIENT):
                raise
            log.warning("xapi request began again: %s", type(cause).__name__)
    raise AssertionError("unreachable")


def _stamped(answer: Answer, call: Call, version: Version) -> Answer:
    named = HEADER.lower() in call.headers or call.resource == "about"
    headers = {HEADER: version.value if named else BEFORE_HEADERS, **answer.headers}
    return replace(answer, headers=headers, body=b"" if call.method == "HEAD" else answer.body)


def _said(status: int, code: str, why: str, path: str = "") -> Answer:
    words = f"{path}：{why}" if path else why
    said = {"error": code, "property": path, "why": why, "message": f"这条 xAPI 请求没有收下。{words}"}
    return Answer(status, msgspec.json.encode(said))


_REFUSALS: dict[type[Exception], Callable[[Any], Answer]] = {
    Invalid: lambda problem: _said(400, "invalid", problem.why, problem.path),
    Different: lambda problem: _said(409, "conflict", str(problem), "id"),
    MustSayWhich: lambda _: _said(
        409, "conflict", "a document is there already: read it and send its ETag as If-Match, or If-None-Match: *"
    ),
    PreconditionFailed: lambda _: _said(
        412, "precondition_failed", "the document is not the one you know: read it again and use its new ETag"
    ),
    Unknown: lambda problem: _said(404, "not_found", str(problem)),
    Forbidden: lambda _: _said(403, "forbidden", "the scopes of this key do not allow this"),
    MethodNotAllowed: _wrong_method,
    **dict.fromkeys((*_TRANSIENT, pg.LockNotAvailable), _busy),
    pg.QueryCanceled: _busy,
    LMSError: _sentence,
}
