"""Versions that wait for an authority, a page at a time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_

from lms.foundation.database import db, in_index_order
from lms.foundation.principal import Principal
from lms.foundation.scoping import covered
from lms.publishing.models.courses import PackageVersion
from lms.publishing.queries.courses import VersionView, view_of
from lms.publishing.rules import State


def versions_waiting(
    principal: Principal, after: tuple[datetime, UUID] | None, limit: int, plan_code: str = ""
) -> list[VersionView]:
    """The versions in the principal's scope that were sent in after a mark, the oldest first."""
    query = select(PackageVersion).where(*_waiting(principal, plan_code))
    if after is not None:
        query = query.where(tuple_(PackageVersion.submitted_at, PackageVersion.id) > tuple_(*after))
    page = query.order_by(PackageVersion.submitted_at, PackageVersion.id).limit(limit)
    with in_index_order():
        return [view_of(row) for row in db.session.scalars(page)]


def count_waiting(principal: Principal, plan_code: str = "") -> int:
    """How many wait."""
    waiting = _waiting(principal, plan_code)
    return db.session.scalar(select(func.count()).select_from(PackageVersion).where(*waiting)) or 0


def _waiting(principal: Principal, plan_code: str) -> list[ColumnElement[bool]]:
    inside = covered(PackageVersion.region_code, PackageVersion.plan_code, principal.scope)
    found = [PackageVersion.state == State.SUBMITTED, inside]
    return [*found, PackageVersion.plan_code == plan_code] if plan_code else found
