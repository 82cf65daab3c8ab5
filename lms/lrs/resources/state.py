"""The State resource (Communication 2.3)."""

from lms.lrs.documents import Place
from lms.lrs.resources import documents
from lms.lrs.resources.session import Session, need
from lms.lrs.rules import parameters
from lms.lrs.rules.actor import identifier, read_agent
from lms.lrs.rules.documents import Resource
from lms.lrs.rules.exchange import Answer, Call
from lms.lrs.rules.refusal import Invalid
from lms.lrs.rules.uuids import parse_uuid

_NAMES = {"activityId", "agent", "registration", "stateId"}


def answer(session: Session, call: Call) -> Answer:
    """One document by its stateId; without it, a list or all of them."""
    need(call, "GET", "PUT", "POST", "DELETE")
    reading = call.method in {"GET", "HEAD"}
    parameters.known(call.params, _NAMES | {"since"} if reading else _NAMES)
    place = _place(session, call)
    if reading:
        return documents.get(session, call, place)
    if call.method == "DELETE":
        return documents.delete(session, call, place)
    return documents.put(session, call, place) if call.method == "PUT" else documents.post(session, call, place)


def _place(session: Session, call: Call) -> Place:
    params = call.params
    optional = call.method not in {"PUT", "POST"} and "stateId" not in params
    agent = identifier(read_agent(parameters.text(params, "agent")))
    if not agent:
        raise Invalid("agent", "must have an identifier")
    return Place(
        session.caller.tenant_id,
        Resource.STATE,
        activity=parameters.iri(params, "activityId"),
        agent=agent,
        registration=parse_uuid(params["registration"], "registration") if "registration" in params else None,
        name=None if optional else parameters.text(params, "stateId"),
    )
