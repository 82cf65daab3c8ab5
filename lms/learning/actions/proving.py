"""Proofs of who is learning."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select

from lms.foundation.database import db
from lms.learning.models import IdentityProof
from lms.plans.rules import HourPolicy


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
