"""An AU or a tincan activity is opened: what it will look for is written first, then it is told, then it may begin (cmi5 8, 10)."""

from base64 import b64encode
from hashlib import sha256
from secrets import token_urlsafe

import msgspec

from lms.foundation import clock
from lms.foundation.database import db, widened
from lms.learning.actions import opening
from lms.learning.actions.cmi5.ending import abandon_open
from lms.learning.actions.cmi5.registering import registered
from lms.learning.actions.cmi5.sessions import PLACE, terms_of_launch, written
from lms.learning.models import Launch, XapiSession
from lms.learning.rules.cmi5 import addresses, statements
from lms.learning.rules.cmi5.reach import LAUNCH_DATA
from lms.learning.rules.cmi5.terms import Terms
from lms.lrs import actions as lrs
from lms.lrs import documents
from lms.lrs.connection import cursor
from lms.lrs.documents import Place
from lms.lrs.rules.actor import identifier, read_agent
from lms.lrs.rules.documents import Resource
from lms.publishing.links import origin_of
from lms.publishing.queries import LessonView


@opening.begins("au")
def begin(launch: Launch, token: str, lesson: LessonView) -> str:
    """Open a session of an AU and give its whole address; a session that the registration has open is abandoned.

    A preview keeps nothing but the session itself. Raises Conflict for a registration that is somebody else's.
    """
    terms, address = terms_of_launch(launch, lesson), _address(launch, token, lesson)
    session = _session(launch, lesson, terms, "cmi5", address)
    if launch.kind == "preview":
        db.session.add(session)
        db.session.flush()
    else:
        _begin(launch, session, terms, address)
    parameters = {
        "endpoint": _endpoint(launch, token),
        "fetch": f"{_endpoint(launch, token)}fetch",
        "actor": addresses.written(terms.actor),
        "registration": terms.registration,
        "activityId": terms.activity_id,
    }
    return addresses.with_parameters(address, parameters)


@opening.begins("activity")
def begin_tincan(launch: Launch, token: str, lesson: LessonView) -> str:
    """Open a session of a tincan activity, whose credential is in its address."""
    address, (shown, hashed) = _address(launch, token, lesson), credential(launch.id)
    session = _session(launch, lesson, terms_of_launch(launch, lesson), "tincan", address)
    session.auth_hash = hashed
    db.session.add(session)
    db.session.flush()
    parameters = {
        "endpoint": _endpoint(launch, token),
        "auth": f"Basic {shown}",
        "actor": addresses.written(launch.actor),
        "registration": str(launch.registration),
        "activity_id": lesson.identifier or terms_of_launch(launch, lesson).activity_id,
    }
    return addresses.with_parameters(address, parameters)


def credential(launch_id: object) -> tuple[str, bytes]:
    """A new credential of a session: what goes after `Basic `, and the hash that is kept of it."""
    shown = b64encode(f"{launch_id}:{token_urlsafe(32)}".encode()).decode()
    return shown, sha256(shown.encode()).digest()


def _begin(launch: Launch, session: XapiSession, terms: Terms, address: str) -> None:
    at = session.launched_at
    _, told = registered(launch, at)
    told += abandon_open(launch.tenant_id, launch.registration, at)
    db.session.add(session)
    db.session.flush()
    with widened("cmi5: launch data of a learner's session"):
        documents.write(
            cursor(), launch_data_of(session, terms), msgspec.json.encode(terms.launch_data), "application/json"
        )
    lrs.store([*told, statements.launched(terms, session.title, address, at)], launch.tenant_id)


def launch_data_of(session: XapiSession, terms: Terms) -> Place:
    """Where LMS.LaunchData lies (10.1)."""
    agent = identifier(read_agent(addresses.written(terms.actor)))
    return Place(
        session.tenant_id,
        Resource.STATE,
        activity=terms.activity_id,
        agent=agent,
        registration=session.registration,
        name=LAUNCH_DATA,
    )


def _session(launch: Launch, lesson: LessonView, terms: Terms, kind: str, address: str) -> XapiSession:
    return XapiSession(
        id=launch.id,
        kind=kind,
        registration=launch.registration,
        version_id=launch.version_id,
        lesson_id=lesson.id,
        title=lesson.title,
        records=launch.kind != "preview",
        terms=written(terms),
        origin=addresses.origin_of(address),
        launched_at=clock.now(),
        **{name: getattr(launch, name) for name in PLACE},
    )


def _address(launch: Launch, token: str, lesson: LessonView) -> str:
    return addresses.address_of(f"{origin_of(launch.version_id)}/c/{token}/", lesson.entry)


def _endpoint(launch: Launch, token: str) -> str:
    """With a slash at its end: some libraries put a name right behind it, others another slash, and the door takes both."""
    return f"{origin_of(launch.version_id)}/_xapi/{token}/"
