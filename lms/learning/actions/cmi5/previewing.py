"""A preview of an AU: it is answered as a trainee's would be, and nothing is kept but what its own launch holds meanwhile."""

import msgspec

from lms.config import settings
from lms.foundation.database import db
from lms.learning.models import Launch, XapiSession
from lms.learning.rules.cmi5.reach import LAUNCH_DATA, READING
from lms.learning.rules.cmi5.terms import Json, Terms
from lms.lrs.keys import Caller
from lms.lrs.resources.handling import handle
from lms.lrs.rules.exchange import Answer, Call

DOCUMENTS = {"activities/state": "stateId", "agents/profile": "profileId"}
MOST_BYTES = 1_000_000


def answer(session: XapiSession, terms: Terms, call: Call, caller: Caller) -> Answer:
    """The answer of the store, which forgets the question; documents are lent from the launch."""
    name = DOCUMENTS.get(call.resource)
    if name is not None and call.method in READING and name in call.params:
        return _lent(session, terms, call, name)
    undo = db.session.begin_nested()
    try:
        found = handle(call, caller, settings().app_origin)
    finally:
        undo.rollback()
    if name is not None and found.status == 204:
        _hold(session, call, name)
    return found


def _lent(session: XapiSession, terms: Terms, call: Call, name: str) -> Answer:
    if call.params[name] == LAUNCH_DATA and name == "stateId":
        return Answer(200, msgspec.json.encode(terms.launch_data))
    held = _scratch(session).get(_key(call, name))
    if held is None:
        return Answer(404, msgspec.json.encode({"error": "not_found", "message": "预览里没有存过这份文档"}))
    return Answer(200, held["content"].encode(), held["type"])


def _hold(session: XapiSession, call: Call, name: str) -> None:
    """Keep a document in the launch; what is too large for a preview is forgotten."""
    launch = db.session.get_one(Launch, session.id)
    documents = dict(_scratch(session))
    documents.pop(_key(call, name), None)
    if call.method != "DELETE" and len(call.body) <= MOST_BYTES:
        content = call.body.decode("utf-8", "replace")
        documents[_key(call, name)] = {"content": content, "type": call.content_type}
    launch.scratch = {**launch.scratch, "documents": documents}
    db.session.flush()


def _scratch(session: XapiSession) -> Json:
    found: Json = db.session.get_one(Launch, session.id).scratch.get("documents", {})
    return found


def _key(call: Call, name: str) -> str:
    return f"{call.resource} {call.params.get(name, '')}"
