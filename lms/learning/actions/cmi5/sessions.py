"""The working state of a session: read and locked in one order, turned into what the rules speak of, and written back.

The order of locks is the person's lease, the registration, the session: whoever opens a lesson takes them so too.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import select

from lms.config import settings
from lms.foundation.database import db
from lms.learning.models import Cmi5Au, Cmi5Registration, Launch, XapiSession
from lms.learning.rules.cmi5.terms import Facts, Mode, MoveOn, Terms
from lms.lrs.rules.vocabulary import Verb
from lms.publishing.queries import LessonView

PLACE = ("tenant_id", "region_code", "plan_code", "person_id")
_MARKS = {
    Verb.INITIALIZED: "initialized_at",
    Verb.COMPLETED: "completed_at",
    Verb.PASSED: "passed_at",
    Verb.FAILED: "failed_at",
    Verb.TERMINATED: "terminated_at",
}
_TOLD = frozenset({"session", "registration"})


def terms_of_launch(launch: Launch, lesson: LessonView) -> Terms:
    """What a launch of an AU lays down."""
    said = lesson.settings
    return Terms(
        session=str(launch.id),
        registration=str(launch.registration),
        activity_id=activity_of(lesson.id),
        publisher_id=lesson.identifier,
        actor=launch.actor,
        mode=Mode(launch.mode),
        move_on=MoveOn(said.get("move_on") or MoveOn.NOT_APPLICABLE),
        mastery_score=said.get("mastery_score"),
        launch_parameters=said.get("launch_parameters") or "",
        entitlement_key=said.get("entitlement_key") or "",
        return_url=launch.return_url,
    )


def terms_of_nobody(registration: Cmi5Registration, lesson: LessonView) -> Terms:
    """Terms of a session that nobody opened: a waived AU, what is satisfied from the beginning. Its id is its own (9.3.7.0-3)."""
    return Terms(
        session=str(uuid4()),
        registration=str(registration.id),
        activity_id=activity_of(lesson.id),
        publisher_id=lesson.identifier,
        actor=registration.actor,
    )


def activity_of(lesson_id: UUID) -> str:
    """Our own id of an AU (8.1.5): the same in every launch, and never the publisher's."""
    return f"{settings().app_origin}/activities/lessons/{lesson_id}"


def written(terms: Terms) -> dict[str, Any]:
    """Terms as the table keeps them."""
    said: dict[str, Any] = msgspec.to_builtins(terms)
    return {name: value for name, value in said.items() if name not in _TOLD}


def terms_of(session: XapiSession) -> Terms:
    """The terms of a session, read back."""
    said = {**session.terms, "session": str(session.id), "registration": str(session.registration)}
    return msgspec.convert(said, Terms)


def lock_registration(tenant_id: UUID, registration: UUID) -> Cmi5Registration | None:
    """A registration, locked until the transaction ends; None where there is none."""
    mine = select(Cmi5Registration).where(Cmi5Registration.tenant_id == tenant_id, Cmi5Registration.id == registration)
    return db.session.scalar(mine.with_for_update().execution_options(populate_existing=True))


def lock_session(session_id: UUID) -> XapiSession | None:
    """A session, locked until the transaction ends."""
    mine = select(XapiSession).where(XapiSession.id == session_id)
    return db.session.scalar(mine.with_for_update().execution_options(populate_existing=True))


def au_of(session: XapiSession) -> Cmi5Au:
    """What the learner has of the session's AU; a row of its own from the first time on."""
    found = standing_row(session.tenant_id, session.registration, session.lesson_id)
    return found or Cmi5Au(
        registration=session.registration,
        lesson_id=session.lesson_id,
        waived_why="",
        **{name: getattr(session, name) for name in PLACE},
    )


def standing_row(tenant_id: UUID, registration: UUID, lesson_id: UUID) -> Cmi5Au | None:
    """What a learner has of an AU, where anything happened."""
    return db.session.get(Cmi5Au, (tenant_id, registration, lesson_id), populate_existing=True)


def facts_of(session: XapiSession, au: Cmi5Au | None) -> Facts:
    """What has happened so far, as the gate asks."""
    said = frozenset(verb for verb, mark in _MARKS.items() if getattr(session, mark) is not None)
    return Facts(
        read_preferences=session.preferences_read_at is not None,
        said=said,
        over=session.abandoned_at is not None,
        completed_before=au is not None and au.completed_at is not None,
        passed_before=au is not None and au.passed_at is not None,
    )


def keep_facts(session: XapiSession, before: Facts, after: Facts, at: datetime) -> None:
    """Mark what the session has said now."""
    for verb in after.said - before.said:
        setattr(session, _MARKS[verb], at)
    db.session.flush()
