"""The fetch address of an AU (cmi5 8.2): gives the authorization token out, once."""

from lms.foundation import clock
from lms.foundation.database import db
from lms.learning.actions.cmi5.launching import credential
from lms.learning.actions.cmi5.sessions import lock_session
from lms.learning.models import Launch
from lms.learning.queries.launches import LaunchView

USED = {"error-code": "1", "error-text": "the authorization token was given out already"}
NO_CONTEXT = {"error-code": "2", "error-text": "this launch is over, or never was"}


def fetch(launch: LaunchView) -> dict[str, str]:
    """The token the first time, an error of the specification afterwards; the session is locked, so two cannot both be first."""
    session = lock_session(launch.id)
    if session is None or session.kind != "cmi5" or session.terminated_at or session.abandoned_at:
        return NO_CONTEXT
    if session.auth_hash is not None:
        return USED
    shown, session.auth_hash = credential(launch.id)
    db.session.get_one(Launch, launch.id).fetched_at = clock.now()
    db.session.flush()
    return {"auth-token": shown}
