"""Questions about how approved versions stand; for pages, and for whoever opens a class or a lesson."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from lms.foundation.database import db
from lms.publishing.models.life import VersionStanding
from lms.publishing.rules import standing as rules
from lms.publishing.rules.standing import LISTED, Act, Standing


def standing_of(version_id: UUID) -> Standing:
    """How a version stands; by one row."""
    return standings({version_id}).get(version_id, LISTED)


def standings(version_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """How versions stand, of those to which anything was ever done."""
    last = select(VersionStanding).where(VersionStanding.version_id.in_(version_ids))
    rows = db.session.scalars(last.order_by(VersionStanding.leaf_id))
    return {row.version_id: Standing(Act(row.act), row.reason, row.created_at) for row in rows}


def refuse_new_class(version_id: UUID) -> str | None:
    """Why no new class may begin with a version; None when one may."""
    return rules.refuse_new_class(standing_of(version_id))


def refuse_learning(version_id: UUID) -> str | None:
    """Why nobody may open a lesson of a version any more; None when they may."""
    return rules.refuse_learning(standing_of(version_id))
