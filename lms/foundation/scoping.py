"""An authority's scope in SQL: what a query says beside row-level security, so that an index serves."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, or_

from lms.foundation.principal import Scope


def covered(region: Any, plan: Any, scope: Collection[Scope]) -> ColumnElement[bool]:
    """Whether one of the scopes covers a row, by its columns of region and plan; none covers nothing (Scope.covers in SQL)."""
    parts = [
        region.startswith(one.region, autoescape=True)
        & (plan == one.plan if one.plan is not None else plan.is_not(None))
        for one in scope
    ]
    return or_(*parts) if parts else region.is_(None)
