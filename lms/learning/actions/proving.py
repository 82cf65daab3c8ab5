"""Proofs of who is learning: kept with what they assure, never changed."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import exists, insert, select

from lms.accounts.actions import audit
from lms.cohorts import queries as cohorts
from lms.foundation import clock
from lms.foundation.database import db
from lms.foundation.errors import Refused
from lms.foundation.principal import Principal
from lms.learning.actions import leases
from lms.learning.models import IdentityProof, Registration
from lms.learning.rules.proofs import LEVELS, Method
from lms.plans.rules import HourPolicy

NOT_OPEN = "这个班今天不上课，上课的日子才能当面确认"
NO_ROOM = "这个班备案时没有写上课地点，不能当面确认。请学员用短信验证码或者手机的通行密钥确认"
NOBODY = "先勾上今天在教室的人"
_PLACED = ("person_id", "cohort_id", "tenant_id", "region_code", "plan_code")


def is_proved(person_id: UUID, policy: HourPolicy, at: datetime) -> bool:
    """Whether the person has proved who they are as well and as lately as the policy asks; True where it asks nothing."""
    if not policy.identity_level:
        return True
    since = at - timedelta(minutes=policy.identity_valid_minutes)
    mine = exists().where(
        IdentityProof.person_id == person_id,
        IdentityProof.level >= policy.identity_level,
        IdentityProof.at > since,
        IdentityProof.at <= at,
    )
    return bool(db.session.scalar(select(mine)))


def keep(
    registration: Registration, method: Method, *, face_id: UUID | None = None, image_hash: bytes | None = None
) -> None:
    """Keep a proof that somebody has just given in their own course; the caller has checked it."""
    held = leases.lock(registration.person_id)
    at = held.now()
    leases.keep(replace(held, last_at=at))
    _write(registration, method, at, face_id=face_id, image_hash=image_hash)


def attest(cohort_id: UUID, people: Collection[UUID], principal: Principal) -> int:
    """Somebody of the school saw these people in the classroom of a filed class today; say how many.

    Raises NotFound for a class that is not theirs, Refused where there is nobody, the class was filed without a room or
    is not open, or they name themselves.
    """
    cohort, today = cohorts.cohort(cohort_id), clock.today()
    if not people:
        raise Refused(NOBODY, field="people")
    if not cohort.place.strip():
        raise Refused(NO_ROOM)
    if not cohorts.is_open(cohort, today):
        raise Refused(NOT_OPEN)
    if principal.person_id in people:
        raise Refused("不能给自己当面确认，请别的老师来", field="people")
    query = select(Registration).where(Registration.cohort_id == cohort_id, Registration.person_id.in_(people))
    found = list(db.session.scalars(query))
    for one in found:
        _write(one, Method.ATTESTED, clock.now(), by=principal.person_id)
    audit(
        "proof:attest",
        subject=f"cohort {cohort_id}",
        reason=f"当面确认 {len(found)} 人在教室",
        people=[one.person_id for one in found],
    )
    return len(found)


def _write(
    registration: Registration,
    method: Method,
    at: datetime,
    *,
    by: UUID | None = None,
    face_id: UUID | None = None,
    image_hash: bytes | None = None,
) -> None:
    whose = {name: getattr(registration, name) for name in _PLACED}
    how = {"method": str(method), "level": LEVELS[method], "attested_by": by}
    how |= {"face_id": face_id, "image_hash": image_hash}
    db.session.execute(insert(IdentityProof).values(id=uuid4(), at=at, **whose, **how))
