"""The Activities resource (Communication 2.5): what the store knows of an activity."""

import msgspec

from lms.lrs import queries
from lms.lrs.resources.session import Session, need
from lms.lrs.rules import parameters
from lms.lrs.rules.exchange import Answer, Call


def answer(session: Session, call: Call) -> Answer:
    """GET: the activity with its canonical definition; one that is not known has its id alone."""
    need(call, "GET")
    parameters.known(call.params, {"activityId"})
    iri = parameters.iri(call.params, "activityId")
    with session.transaction() as (sql, _):
        known = queries.definitions(sql, session.caller.tenant_id, [iri])
    activity = {"objectType": "Activity", "id": iri}
    return Answer(200, msgspec.json.encode({**activity, "definition": known[iri]} if iri in known else activity))
