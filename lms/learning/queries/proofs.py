"""Proofs of identity: a person's newest, and those of a class for its sheets."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from lms.foundation import clock
from lms.foundation.database import db
from lms.learning.models import IdentityProof
from lms.learning.rules.proofs import Method, Proof


@dataclass(frozen=True)
class ProofsOfDay:
    """How often somebody of a class proved who they are on a Shanghai day, and the most that a proof assured."""

    person_id: UUID
    day: date
    proofs: int
    level: int


def newest_proof(person_id: UUID, at_least: int = 1) -> Proof | None:
    """The person's newest proof of at least this level."""
    query = select(IdentityProof.at, IdentityProof.method, IdentityProof.level).where(
        IdentityProof.person_id == person_id, IdentityProof.level >= at_least
    )
    row = db.session.execute(query.order_by(IdentityProof.at.desc()).limit(1)).first()
    return Proof(row.at, Method(row.method), row.level) if row else None


def proofs_of_cohort(cohort_id: UUID) -> list[ProofsOfDay]:
    """The proofs given in a class by person and day: for the ledger's sheets (身份核验次数, 级别)."""
    day = func.date(func.timezone("Asia/Shanghai", IdentityProof.at))
    query = (
        select(IdentityProof.person_id, day, func.count(), func.max(IdentityProof.level))
        .where(IdentityProof.cohort_id == cohort_id)
        .group_by(IdentityProof.person_id, day)
        .order_by(IdentityProof.person_id, day)
    )
    return [ProofsOfDay(*row) for row in db.session.execute(query)]


def attested_today(cohort_id: UUID) -> frozenset[UUID]:
    """Who of a class was seen in the classroom today."""
    midnight = datetime.combine(clock.today(), datetime.min.time(), clock.SHANGHAI)
    mine = (IdentityProof.cohort_id == cohort_id, IdentityProof.method == str(Method.ATTESTED))
    today = (IdentityProof.at >= midnight, IdentityProof.at < midnight + timedelta(days=1))
    return frozenset(db.session.scalars(select(IdentityProof.person_id).where(*mine, *today)))
