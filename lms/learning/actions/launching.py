"""Opening a lesson: the person's lease moves here, and a session with an id that nobody can guess begins."""

from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, update

from lms.cohorts import queries as cohorts
from lms.foundation import clock
from lms.foundation.database import db
from lms.foundation.errors import NotFound, Refused
from lms.learning import queries
from lms.learning.actions import leases, presence, sessions
from lms.learning.actions.completing import complete
from lms.learning.actions.telling import closing
from lms.learning.models import StudySession
from lms.learning.queries.registrations import RegistrationView
from lms.learning.rules import statements
from lms.learning.rules.progress import resume_at
from lms.lrs import actions as lrs
from lms.plans import actions as plan_actions
from lms.plans import queries as plans
from lms.plans.rules import HourPolicy, NoPolicy
from lms.publishing import queries as publishing

QUIZ = "quiz"
NO_POLICY = "这一类培训现在还没有学时规定，先不能学。请找班主任问一问"


@dataclass(frozen=True)
class Launched:
    """A session that has begun: where to go on, how often to send beats, and which lesson elsewhere it has stopped.

    `check` is the presence check that waits for an answer: nothing counts before it was given.
    """

    session_id: UUID
    position_ms: int
    beat_seconds: int
    stopped: str | None
    check: dict[str, Any] | None


def launch(
    person_id: UUID, registration_id: UUID, lesson_id: UUID, device: str, ip: str, device_token: str = ""
) -> Launched:
    """Open a lesson of the person's own course on this device; a lesson open elsewhere stops being counted.

    `device_token` is the device's own cookie, where it has one. Raises NotFound for what is not theirs or earns no time
    by itself (a quiz), Refused where no policy is in force.
    """
    held = leases.lock(person_id)
    held = presence.settled(held, held.now())
    at = held.now()
    registration = queries.registration(registration_id, person_id)
    lesson = publishing.lesson(lesson_id)
    if lesson.version_id != registration.version_id or lesson.kind == QUIZ:
        raise NotFound()
    if stopped_because := publishing.refuse_learning(lesson.version_id):
        raise Refused(stopped_because, code="version_stopped")
    cohort = cohorts.cohort(registration.cohort_id)
    policy = _policy(cohort, at)
    plan_actions.remember(policy)
    stopped = _stop(held, at)
    position_ms = resume_at(queries.last_position(person_id, lesson_id), lesson.duration_ms)
    where = _Where(device, ip, sha256(device_token.encode()).digest() if device_token else None, position_ms)
    session_id = _begin(registration, lesson, cohort.programme_code, policy.id, where, at)
    leases.grant(presence.begun(held, policy, at), session_id, at, policy)
    current = sessions.load(session_id, person_id)
    told = [*stopped.told, *_opened(current, policy, at)]
    if told:
        lrs.store(told, registration.tenant_id)
    check = presence.standing_open(current.session, held)
    return Launched(
        session_id, position_ms, policy.beat_interval_s, stopped.title, check.as_json(at) if check else None
    )


def _opened(current: sessions.Current, policy: HourPolicy, at: datetime) -> list[statements.Statement]:
    """What is told of an opening; a lesson whose content is learnt already is complete in this class too."""
    done = complete(current.session, current.credited_ms, current.lesson.earnable_ms, policy, at)
    if not current.is_video:
        return []
    told = [statements.initialized(current.scene, at)]
    if done:
        place_ms = current.session.position_ms
        told.append(statements.completed(current.scene, at, place_ms, current.covered, current.credited_ms))
    return told


def _policy(cohort: cohorts.CohortView, at: datetime) -> HourPolicy:
    try:
        return plans.hour_policy(cohort.programme_code, clock.local(at).date(), cohort.region_code)
    except NoPolicy as absent:
        raise Refused(NO_POLICY, code="no_policy") from absent


@dataclass(frozen=True)
class _Stopped:
    """What taking the lease has stopped: the title if a device was live, and what the record store is told."""

    title: str | None = None
    told: tuple[statements.Statement, ...] = ()


def _stop(held: leases.Held, at: datetime) -> _Stopped:
    """End the session that holds the lease; its device learns of it by the answer to its next beat."""
    if held.session_id is None:
        return _Stopped()
    before = sessions.load(held.session_id, held.person_id)
    ending = update(StudySession).where(StudySession.id == held.session_id)
    db.session.execute(ending.values(ended_at=at, segment_from_ms=None, segment_to_ms=None))
    told = () if before.session.ended_at or not before.is_video else closing(before, at)
    return _Stopped(before.session.lesson_title if held.is_live(at) else None, told)


@dataclass(frozen=True)
class _Where:
    """On what a lesson is opened, and at which place of it."""

    device: str
    ip: str
    device_key: bytes | None
    position_ms: int


def _begin(
    registration: RegistrationView,
    lesson: publishing.LessonView,
    programme_code: str,
    policy_id: str,
    where: _Where,
    at: datetime,
) -> UUID:
    session_id = uuid4()
    approved_ms = None if lesson.approved_seconds is None else lesson.approved_seconds * 1000
    shared = {name: getattr(registration, name) for name in ("person_id", "cohort_id", "tenant_id", "version_id")}
    values = {
        **shared,
        **asdict(where),
        "region_code": registration.region_code,
        "plan_code": registration.plan_code,
        "id": session_id,
        "registration_id": registration.id,
        "lesson_id": lesson.id,
        "lesson_title": lesson.title,
        "kind": lesson.kind,
        "programme_code": programme_code,
        "policy_id": policy_id,
        "content_hash": lesson.content_hash,
        "length_ms": lesson.duration_ms,
        "places": lesson.places,
        "approved_ms": approved_ms,
        "launched_at": at,
        "last_at": at,
        "last_seq": 0,
        "place_at": at,
    }
    db.session.execute(insert(StudySession).values(**values))
    return session_id
