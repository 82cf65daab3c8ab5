"""What hours learn of a session: that it was alive just now, and at which place. What the AU says of time never goes there."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from lms.foundation.database import db
from lms.learning.actions.completing import complete_by_package
from lms.learning.actions.observing import observe
from lms.learning.models import StudySession, XapiSession
from lms.learning.queries.launches import LaunchView
from lms.learning.rules.cmi5.places import place_of
from lms.learning.rules.cmi5.terms import Json
from lms.lrs.rules.exchange import Call


def notice(session: XapiSession, launch: LaunchView, call: Call, given: Sequence[Json], ip: str) -> None:
    """Tell hours of an accepted request of a trainee's own session; an outside actor and a preview have none."""
    if launch.session_id is None or launch.person_id is None:
        return
    body = msgspec.json.encode({"xapi": f"{call.method} {call.resource}", "verbs": _verbs(given)}).decode()
    place = place_of(given, session.terms["activity_id"])
    observe(launch.person_id, launch.session_id, place=place, body=body, ip=ip)


def learnt(launch: LaunchView, at: datetime) -> None:
    """An AU of a trainee's own class is satisfied: that completes its lesson where the reviewer approved no time for it."""
    session = db.session.get(StudySession, launch.session_id) if launch.session_id else None
    if session is not None:
        complete_by_package(session, at)


def _verbs(given: Sequence[Json]) -> list[str]:
    return [str(statement["verb"]["id"]) for statement in given[:20]]
