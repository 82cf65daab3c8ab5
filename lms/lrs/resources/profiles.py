"""The Agent Profile and Activity Profile resources (Communication 2.6, 2.7)."""

from lms.lrs.documents import Place
from lms.lrs.resources import documents
from lms.lrs.resources.session import Session, need
from lms.lrs.rules import parameters
from lms.lrs.rules.actor import identifier, read_agent
from lms.lrs.rules.documents import Resource
from lms.lrs.rules.exchange import Answer, Call
from lms.lrs.rules.refusal import Invalid


def answer_agents(session: Session, call: Call) -> Answer:
    """Documents about an agent."""
    _known(call, "agent")
    agent = identifier(read_agent(parameters.text(call.params, "agent")))
    if not agent:
        raise Invalid("agent", "must have an identifier")
    tenant = session.caller.tenant_id
    return _answer(session, call, Place(tenant, Resource.AGENT_PROFILE, agent=agent, name=_name(call)))


def answer_activities(session: Session, call: Call) -> Answer:
    """Documents about an activity."""
    _known(call, "activityId")
    iri = parameters.iri(call.params, "activityId")
    tenant = session.caller.tenant_id
    return _answer(session, call, Place(tenant, Resource.ACTIVITY_PROFILE, activity=iri, name=_name(call)))


def _known(call: Call, subject: str) -> None:
    need(call, "GET", "PUT", "POST", "DELETE")
    reading = call.method in {"GET", "HEAD"}
    parameters.known(call.params, {subject, "profileId", "since"} if reading else {subject, "profileId"})


def _name(call: Call) -> str | None:
    if call.method in {"GET", "HEAD"} and "profileId" not in call.params:
        return None
    return parameters.text(call.params, "profileId")


def _answer(session: Session, call: Call, place: Place) -> Answer:
    if call.method == "PUT":
        return documents.put(session, call, place)
    if call.method == "POST":
        return documents.post(session, call, place)
    return documents.delete(session, call, place) if call.method == "DELETE" else documents.get(session, call, place)
