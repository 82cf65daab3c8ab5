"""How far a session reaches in the record store: its own actor, registration and activity, and nobody else's.

Statements that are sent have a gate of their own (gate.py for cmi5, tincan.py for tincan packages).
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from lms.learning.rules.cmi5.gate import is_actor
from lms.learning.rules.cmi5.preferences import PROFILE, check_preferences
from lms.learning.rules.cmi5.refusal import Forbidden
from lms.learning.rules.cmi5.terms import Json
from lms.lrs.rules.exchange import Call

LAUNCH_DATA = "LMS.LaunchData"
READING = ("GET", "HEAD")


@dataclass(frozen=True)
class Holder:
    """Whose session asks. A tincan package names its activities as it likes: `activity_id` is then None."""

    actor: Json
    registration: str
    activity_id: str | None


def check_reach(call: Call, holder: Holder) -> None:
    """Refuse what is not the session's own; raises Forbidden. What is missing altogether is for the store to say (400)."""
    check = _RESOURCES.get(call.resource)
    if check is None:
        raise Forbidden("8.1.2.0-5", "a session has no such resource")
    check(call, holder)


def reads_preferences(call: Call) -> bool:
    """Whether this is what an AU must have done before it says initialized (11.0.0.0-3)."""
    return call.resource == "agents/profile" and call.method in READING and call.params.get("profileId") == PROFILE


def _statements(call: Call, holder: Holder) -> None:
    """Reading: one's own registration; a single statement is looked at once it is found."""
    if call.method not in READING or "statementId" in call.params:
        return
    if "voidedStatementId" in call.params:
        raise Forbidden("6.3.0.0-1", "a session has nothing to do with voided statements")
    _own_agent(call, holder)
    _own_registration(call, holder)
    if "registration" not in call.params:
        raise Forbidden("8.1.4.0-3", "a session reads the statements of its own registration")


def _state(call: Call, holder: Holder) -> None:
    _own_agent(call, holder)
    _own_registration(call, holder)
    if holder.activity_id is None:
        return
    if call.params.get("activityId", holder.activity_id) != holder.activity_id:
        raise Forbidden("8.1.5.0-6", "a session keeps the state of its own activity")
    if "registration" not in call.params:
        raise Forbidden("8.1.4.0-3", "a session keeps the state of its own registration")
    if call.method not in READING and call.params.get("stateId", LAUNCH_DATA) == LAUNCH_DATA:
        raise Forbidden("10.2.1.0-5", f"{LAUNCH_DATA} is read only")


def _agent_profile(call: Call, holder: Holder) -> None:
    _own_agent(call, holder, "11.0.0.0-1")
    if call.params.get("profileId") != PROFILE or call.method in READING or "agent" not in call.params:
        return
    if call.method == "DELETE":
        raise Forbidden("11.0.0.0-5", "learner preferences are not taken away")
    check_preferences(call.body, call.content_type)


def _activity(call: Call, holder: Holder) -> None:
    """What is said of an activity is for everybody: a session reads that of its own, and writes none."""
    if call.method not in READING:
        raise Forbidden("8.1.2.0-5", "a session writes nothing that others read")
    if holder.activity_id is not None and call.params.get("activityId", holder.activity_id) != holder.activity_id:
        raise Forbidden("8.1.5.0-6", "a session reads of its own activity")


def _own_agent(call: Call, holder: Holder, requirement: str = "8.1.3.0-3") -> None:
    if "agent" in call.params and not is_actor(_agent(call.params["agent"]), holder.actor):
        raise Forbidden(requirement, "the agent is not the actor of the launch")


def _own_registration(call: Call, holder: Holder) -> None:
    if call.params.get("registration", holder.registration).lower() != holder.registration.lower():
        raise Forbidden("8.1.4.0-3", "the registration is not that of the launch")


def _agent(text: str) -> Json:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {}


_RESOURCES: dict[str, Callable[[Call, Holder], None]] = {
    "statements": _statements,
    "activities/state": _state,
    "agents/profile": _agent_profile,
    "agents": _own_agent,
    "activities": _activity,
    "activities/profile": _activity,
}
