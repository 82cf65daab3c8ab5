"""Sessions that end without their own word (abandoned, 9.3.6), and AUs that nobody need open (waived, 9.3.7)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select

from lms.accounts.actions import audit
from lms.foundation import clock
from lms.foundation.database import db, widened
from lms.foundation.errors import Conflict, NotFound
from lms.learning.actions import opening
from lms.learning.actions.cmi5.satisfying import plan_of, settle
from lms.learning.actions.cmi5.sessions import (
    PLACE,
    lock_registration,
    lock_session,
    standing_row,
    terms_of,
    terms_of_nobody,
)
from lms.learning.models import Cmi5Au, Launch, XapiSession
from lms.learning.rules.cmi5 import statements
from lms.learning.rules.cmi5.terms import Json, MoveOn
from lms.lrs import actions as lrs

OVER = "这次学习已经结束，不用再中断"
WAIVED = "这一课已经免修过，不用再免"
OPEN = (XapiSession.terminated_at.is_(None), XapiSession.abandoned_at.is_(None), XapiSession.records)
BATCH = 200


def abandon_open(tenant_id: UUID, registration: UUID, at: datetime) -> list[Json]:
    """End the sessions that a registration has open, and give what is to be told; the registration is locked."""
    mine = select(XapiSession).where(
        XapiSession.tenant_id == tenant_id, XapiSession.registration == registration, XapiSession.kind == "cmi5", *OPEN
    )
    return [
        _abandon(session, at)
        for session in db.session.scalars(mine.order_by(XapiSession.launched_at).with_for_update())
    ]


def abandon(session_id: UUID, tenant_id: UUID, by: UUID | None) -> None:
    """End one session of a tenant from outside; raises NotFound, Conflict where it is over already."""
    mine = select(XapiSession).where(XapiSession.id == session_id, XapiSession.tenant_id == tenant_id)
    session = db.session.scalar(mine)
    if session is None or session.kind != "cmi5" or not session.records:
        raise NotFound()
    if not _abandon_locked(session):
        raise Conflict(OVER, code="session_over")
    opening.end(session_id)
    _enter("abandon", f"xapi_session {session_id}", session.title, by)


def dead() -> Sequence[UUID]:
    """Sessions that are open though their tokens open nothing any more; the oldest first."""
    now = clock.now()
    query = select(XapiSession.id).join(Launch, Launch.id == XapiSession.id)
    query = query.where(XapiSession.kind == "cmi5", *OPEN, or_(Launch.expires_at <= now, Launch.ended_at <= now))
    return list(db.session.scalars(query.order_by(XapiSession.launched_at).limit(BATCH)))


def bury(session_id: UUID) -> bool:
    """Abandon a dead session; False where it has ended by itself meanwhile."""
    session = db.session.get(XapiSession, session_id)
    return session is not None and _abandon_locked(session)


def waive(registration_id: UUID, au: int, reason: str, tenant_id: UUID, by: UUID | None) -> UUID:
    """Waive an AU (by its place in the course, from 0) for a registration, with a reason; gives the statement's session id.

    `by` is the person who answers for it. Raises NotFound, Conflict where it was waived before.
    """
    registration = lock_registration(tenant_id, registration_id)
    if registration is None:
        raise NotFound()
    lesson = plan_of(registration.version_id).lessons.get(au + 1)
    if lesson is None:
        raise NotFound()
    at, terms = clock.now(), terms_of_nobody(registration, lesson)
    place = {name: getattr(registration, name) for name in PLACE}
    row = standing_row(tenant_id, registration_id, lesson.id) or Cmi5Au(
        registration=registration_id, lesson_id=lesson.id, **place
    )
    if row.waived_at is not None:
        raise Conflict(WAIVED, code="waived_before")
    row.waived_at, row.waived_why = at, reason
    db.session.add(row)
    db.session.flush()
    told = [statements.waived(terms, lesson.title, reason, at)]
    told += settle(registration, row, MoveOn(lesson.settings.get("move_on") or "NotApplicable"), terms, at)
    lrs.store(told, tenant_id)
    _enter("waive", f"cmi5_registration {registration_id}", f"{lesson.title}：{reason}", by)
    return UUID(terms.session)


def _enter(verb: str, subject: str, reason: str, by: UUID | None) -> None:
    with widened("cmi5: what came by a key is entered for whoever answers for it"):
        audit(f"cmi5:{verb}", subject=subject, reason=f"课程接口：{reason}", actor=by)


def _abandon_locked(session: XapiSession) -> bool:
    lock_registration(session.tenant_id, session.registration)
    locked = lock_session(session.id)
    if locked is None or locked.terminated_at is not None or locked.abandoned_at is not None:
        return False
    lrs.store([_abandon(locked, clock.now())], locked.tenant_id)
    return True


def _abandon(session: XapiSession, at: datetime) -> Json:
    session.abandoned_at = at
    db.session.flush()
    return statements.abandoned(terms_of(session), session.title, session.launched_at, session.last_at, at)
