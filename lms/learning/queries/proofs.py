"""Proofs of identity: a person's newest, and those of a class for its sheets."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import distinct, func, select

from lms.cohorts import queries as cohorts
from lms.foundation import clock
from lms.foundation.database import db
from lms.foundation.errors import NotFound
from lms.learning.models import FaceLook, FaceResult, IdentityProof
from lms.learning.rules import faces
from lms.learning.rules.faces import Ending, Look
from lms.learning.rules.proofs import WORDS, Method, Proof, shown
from lms.plans import queries as plans
from lms.plans.rules import HourPolicy, NoPolicy


@dataclass(frozen=True)
class ProofsOfDay:
    """How often somebody of a class proved who they are on a Shanghai day, the most that a proof assured, and the means."""

    person_id: UUID
    day: date
    proofs: int
    level: int
    methods: list[str]

    @property
    def words(self) -> str:
        """Level and means, as sheets show them."""
        return shown(self.level, self.methods)


def newest_proof(person_id: UUID, at_least: int = 1) -> Proof | None:
    """The person's newest proof of at least this level."""
    query = select(IdentityProof.at, IdentityProof.method, IdentityProof.level).where(
        IdentityProof.person_id == person_id, IdentityProof.level >= at_least
    )
    row = db.session.execute(query.order_by(IdentityProof.at.desc()).limit(1)).first()
    return Proof(row.at, Method(row.method), row.level) if row else None


def proofs_of_cohort(cohort_id: UUID) -> list[ProofsOfDay]:
    """The proofs given in a class by person and day: for the ledger's sheets (身份核验次数, 级别, 方式)."""
    day = func.date(func.timezone("Asia/Shanghai", IdentityProof.at))
    means = func.array_agg(distinct(IdentityProof.method))
    query = (
        select(IdentityProof.person_id, day, func.count(), func.max(IdentityProof.level), means)
        .where(IdentityProof.cohort_id == cohort_id)
        .group_by(IdentityProof.person_id, day)
        .order_by(IdentityProof.person_id, day)
    )
    return [ProofsOfDay(*row) for row in db.session.execute(query)]


def policy_of_class(cohort: cohorts.CohortView) -> HourPolicy | None:
    """The policy of hours in force for a class today; None where no rule is."""
    try:
        return plans.hour_policy(cohort.programme_code, clock.today(), cohort.region_code)
    except NoPolicy:
        return None


def attested_today(cohort_id: UUID) -> frozenset[UUID]:
    """Who of a class was seen in the classroom today."""
    midnight = datetime.combine(clock.today(), datetime.min.time(), clock.SHANGHAI)
    mine = (IdentityProof.cohort_id == cohort_id, IdentityProof.method == str(Method.ATTESTED))
    today = (IdentityProof.at >= midnight, IdentityProof.at < midnight + timedelta(days=1))
    return frozenset(db.session.scalars(select(IdentityProof.person_id).where(*mine, *today)))


def look(face_id: UUID, person_id: UUID, registration_id: UUID) -> tuple[FaceLook, Look]:
    """A person's own look in just this course, as a row and as it stands; raises NotFound."""
    mine = FaceLook.person_id == person_id, FaceLook.registration_id == registration_id
    query = select(FaceLook, FaceResult.outcome).outerjoin(FaceResult, FaceResult.look_id == FaceLook.id)
    row = db.session.execute(query.where(FaceLook.id == face_id, *mine)).first()
    if row is None:
        raise NotFound()
    found, outcome = row
    return found, Look(found.started_at, found.ends_at, Ending(outcome) if outcome else None)


def copy_of(person_id: UUID) -> dict[str, Any]:
    """How a person proved who they are, and what a provider said of their face, oldest first: for that person alone."""
    proofs = select(IdentityProof).where(IdentityProof.person_id == person_id).order_by(IdentityProof.at)
    looks = select(FaceLook, FaceResult).outerjoin(FaceResult, FaceResult.look_id == FaceLook.id)
    mine = looks.where(FaceLook.person_id == person_id).order_by(FaceLook.started_at)
    return {
        "确认本人": [
            {"时间": _moment(row.at), "办法": WORDS[Method(row.method)], "级别": row.level}
            for row in db.session.scalars(proofs)
        ],
        "人脸核验": [_look_told(*row) for row in db.session.execute(mine)],
    }


def _look_told(row: FaceLook, result: FaceResult | None) -> dict[str, Any]:
    ended = faces.WORDS[Ending(result.outcome)] if result else "没有做完"
    score = result.score if result and result.score is not None else ""
    return {"开始": _moment(row.started_at), "服务商": row.provider, "结果": ended, "相似度": score}


def _moment(when: datetime) -> str:
    return f"{clock.local(when):%Y-%m-%d %H:%M:%S}"
