"""A request of an AU or a tincan activity to the record store: who asks is proved, what they ask is judged, then it is kept.

All in the one transaction that is open. What is refused leaves nothing behind; what a preview asks leaves nothing at all.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Any
from uuid import UUID

import msgspec

from lms.config import settings
from lms.foundation import clock
from lms.foundation.database import db, widened
from lms.learning.actions import leases
from lms.learning.actions.cmi5 import previewing, satisfying
from lms.learning.actions.cmi5.noticing import learnt, notice
from lms.learning.actions.cmi5.sessions import (
    au_of,
    facts_of,
    keep_facts,
    lock_registration,
    lock_session,
    standing_row,
    terms_of,
)
from lms.learning.models import Cmi5Registration, XapiSession
from lms.learning.queries.launches import LaunchView
from lms.learning.rules.cmi5 import gate, reach, tincan
from lms.learning.rules.cmi5.reach import Holder
from lms.learning.rules.cmi5.refusal import Forbidden
from lms.learning.rules.cmi5.terms import Facts, Json, MoveOn, Terms
from lms.lrs import actions as lrs
from lms.lrs import queries
from lms.lrs.connection import cursor
from lms.lrs.keys import Caller
from lms.lrs.resources import statements as resource
from lms.lrs.resources.handling import handle, refusal
from lms.lrs.rules.exchange import Answer, Call, unfold
from lms.lrs.rules.refusal import Invalid
from lms.lrs.rules.statement import Statement, read_statements
from lms.lrs.rules.uuids import parse_uuid
from lms.lrs.rules.versions import HEADER, requested
from lms.lrs.rules.vocabulary import Extension, Verb

NAME = "package"
_SATISFYING = {Verb.COMPLETED: "completed_at", Verb.PASSED: "passed_at"}


@dataclass(frozen=True)
class Work:
    """A session under its locks, what it was given and what it has said."""

    launch: LaunchView
    session: XapiSession
    registration: Cmi5Registration | None
    terms: Terms
    facts: Facts
    at: datetime

    @property
    def is_cmi5(self) -> bool:
        """Whether the rules of cmi5 hold."""
        return self.session.kind == "cmi5"

    @property
    def holder(self) -> Holder:
        """Whose session it is, for the rules of reach."""
        return Holder(self.terms.actor, self.terms.registration, self.terms.activity_id if self.is_cmi5 else None)


def answer(launch: LaunchView, call: Call, authorization: str, ip: str) -> Answer:
    """Answer a request under a launch; refusals are answers too (403 for what cmi5 forbids, 400 for what is no xAPI)."""
    try:
        work = _lock(launch, authorization)
        call = unfold(call)
        reach.check_reach(call, work.holder)
        given, facts = _judged(work, call)
    except Forbidden as no:
        return forbidden(no)
    except Invalid as bad:
        return refusal(bad)
    if not work.session.records:
        found = previewing.answer(work.session, work.terms, call, _caller(work))
    else:
        found = handle(call, _caller(work), settings().app_origin)
    if found.status < 400 or reach.reads_preferences(call):
        _keep(work, call, given, facts)
    if found.status < 400 and work.session.records:
        notice(work.session, launch, call, given, ip)
    return _shown(work, call, found)


def forbidden(no: Forbidden) -> Answer:
    """A refusal as the AU's author reads it."""
    said = {
        "error": "forbidden",
        "requirement": no.requirement,
        "why": no.why,
        "message": f"cmi5 {no.requirement}: {no.why}",
    }
    return Answer(403, msgspec.json.encode(said))


def _lock(launch: LaunchView, authorization: str) -> Work:
    """Take the locks in their order, and see that the credential is this session's; raises Forbidden."""
    if launch.person_id is not None and launch.session_id is not None:
        leases.lock(launch.person_id)
    registration = lock_registration(launch.tenant_id, launch.registration)
    session = lock_session(launch.id)
    if session is None:
        raise Forbidden("8.1.2.0-5", "this launch has no session")
    _check_credential(session, authorization)
    terms, au = terms_of(session), standing_row(session.tenant_id, session.registration, session.lesson_id)
    facts = facts_of(session, au)
    if facts.ended:
        raise Forbidden("8.1.2.0-2", "the session has ended")
    return Work(launch, session, registration, terms, facts, clock.now())


def _check_credential(session: XapiSession, authorization: str) -> None:
    scheme, _, value = authorization.partition(" ")
    hashed = sha256(value.strip().encode()).digest()
    if session.auth_hash is None:
        raise Forbidden("8.1.2.0-2", "the authorization token was not fetched yet")
    if scheme.lower() != "basic" or not compare_digest(hashed, session.auth_hash):
        raise Forbidden("8.1.2.0-5", "the authorization token is not that of this session")


def _judged(work: Work, call: Call) -> tuple[list[Json], Facts]:
    """The statements of a request as plain data, judged, and the facts after them; raises Forbidden, Invalid."""
    if call.resource != "statements" or call.method not in {"PUT", "POST"}:
        return [], work.facts
    given = [_plain(statement) for statement in _sent(call)]
    if call.method == "PUT" and given:
        given[0].setdefault("id", str(parse_uuid(call.params.get("statementId", ""), "statementId")))
    try:
        if not work.is_cmi5:
            tincan.judge(given, work.terms.actor, work.terms.registration)
            return given, work.facts
        return given, gate.judge(given, work.terms, work.facts)
    except Forbidden:
        if _sent_before(work, given):
            return [], work.facts
        raise


def _sent(call: Call) -> list[Statement]:
    version = requested(call.headers.get(HEADER.lower()))
    body, _ = resource.content_of(call)
    return read_statements(body, version)


def _plain(statement: Statement) -> Json:
    found: Json = msgspec.json.decode(statement.text)
    return found


def _sent_before(work: Work, given: list[Json]) -> bool:
    """Whether these very statements are kept already: the answer to them was lost on the way, and the store gives it again."""
    return bool(given) and all(_is_kept(work, statement.get("id")) for statement in given)


def _is_kept(work: Work, statement_id: Any) -> bool:
    if not isinstance(statement_id, str):
        return False
    with widened("cmi5: a session looks for its own statement"):
        found = queries.one(cursor(), work.session.tenant_id, UUID(statement_id), voided=False)
    return found is not None and _session_of(found[0]) == work.terms.session


def _session_of(payload: str) -> object:
    context = msgspec.json.decode(payload).get("context") or {}
    return (context.get("extensions") or {}).get(Extension.SESSION_ID.value)


def _caller(work: Work) -> Caller:
    return Caller(work.session.tenant_id, NAME)


def _keep(work: Work, call: Call, given: list[Json], facts: Facts) -> None:
    """What the session has done now, and what that brings about."""
    session = work.session
    if reach.reads_preferences(call) and session.preferences_read_at is None:
        session.preferences_read_at = work.at
    if given:
        session.last_at = work.at
        keep_facts(session, work.facts, facts, work.at)
        said = facts.said - work.facts.said
        _settle(work, said)
        if work.session.records and _is_learnt(work, said):
            learnt(work.launch, work.at)
    db.session.flush()


def _settle(work: Work, said: frozenset[Verb]) -> None:
    """Completed and passed stand for the registration, and may satisfy the AU, its blocks and the course."""
    marks = [mark for verb, mark in _SATISFYING.items() if verb in said]
    if not marks or work.registration is None or not work.session.records:
        return
    au = au_of(work.session)
    for mark in marks:
        setattr(au, mark, work.at)
    db.session.add(au)
    db.session.flush()
    told = satisfying.settle(work.registration, au, work.terms.move_on, work.terms, work.at)
    if told:
        lrs.store(told, work.session.tenant_id)


def _is_learnt(work: Work, said: frozenset[Verb]) -> bool:
    """Whether the AU is satisfied by what was said now; one that asks for nothing is learnt by being opened."""
    if work.terms.move_on is MoveOn.NOT_APPLICABLE:
        return Verb.INITIALIZED in said
    au = standing_row(work.session.tenant_id, work.session.registration, work.session.lesson_id)
    return bool(said) and au is not None and au.satisfied_at == work.at


def _shown(work: Work, call: Call, found: Answer) -> Answer:
    """What a session may see of an answer: no statement of another registration, and the next page behind its own door."""
    if call.resource != "statements" or call.method != "GET" or found.status != 200:
        return found
    if found.content_type != "application/json":
        return found if "registration" in call.params else forbidden(Forbidden("8.1.4.0-3", "ask without attachments"))
    body = msgspec.json.decode(found.body)
    if "statementId" in call.params:
        said = str((body.get("context") or {}).get("registration", "")).lower()
        if said != work.terms.registration.lower():
            return forbidden(Forbidden("8.1.4.0-3", "the statement is not of this registration"))
        return found
    if not body.get("more"):
        return found
    return replace(found, body=msgspec.json.encode({**body, "more": _own_door(body["more"])}))


def _own_door(more: str) -> str:
    """The address of the next page, relative to the endpoint of the session."""
    return "statements?" + more.partition("?")[2]
