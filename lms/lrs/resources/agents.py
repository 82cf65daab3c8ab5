"""The Agents resource (Communication 2.4): what the store knows of a person."""

from typing import Any

import msgspec

from lms.lrs import queries
from lms.lrs.resources.session import Session, need
from lms.lrs.rules import parameters
from lms.lrs.rules.actor import identifier, read_agent
from lms.lrs.rules.exchange import Answer, Call


def answer(session: Session, call: Call) -> Answer:
    """GET: a Person with the identifier asked for and the names that statements gave it."""
    need(call, "GET")
    parameters.known(call.params, {"agent"})
    agent = read_agent(parameters.text(call.params, "agent"))
    with session.transaction() as (sql, _):
        names = queries.names_of(sql, session.caller.tenant_id, identifier(agent))
    own: dict[str, Any] = msgspec.to_builtins(agent)
    person: dict[str, Any] = {"objectType": "Person"}
    person.update({name: [own[name]] for name in ("mbox", "mbox_sha1sum", "openid", "account") if name in own})
    if names := sorted({*names, *([own["name"]] if "name" in own else [])}):
        person["name"] = names
    return Answer(200, msgspec.json.encode(person))
