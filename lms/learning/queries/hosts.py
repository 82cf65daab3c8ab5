"""Hosts abroad: those that the pages of a package may reach, and those that browsers kept them from."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from lms.foundation.database import db, widened
from lms.learning.models import BlockedHost, RemoteHost
from lms.publishing import queries as publishing


@dataclass(frozen=True)
class Blocked:
    """A host that browsers kept a version's pages from; `purpose` is the directive that stopped it."""

    host: str
    purpose: str
    times: int
    last_at: datetime


def allowed_hosts(package_id: UUID) -> tuple[str, ...]:
    """The hosts abroad that a package may reach, in order; for everybody who plays it."""
    with widened("which hosts a package may reach stands in the headers of its pages"):
        query = select(RemoteHost.host).where(RemoteHost.package_id == package_id).order_by(RemoteHost.host)
        return tuple(db.session.scalars(query))


def allowed_of_version(version_id: UUID) -> tuple[str, ...]:
    """The same, of a version's package."""
    return allowed_hosts(publishing.version(version_id).package_id)


def blocked_hosts(version_id: UUID) -> list[Blocked]:
    """What browsers reported of a version, those reported most first."""
    row = BlockedHost
    query = select(row.host, row.purpose, row.times, row.last_at).where(row.version_id == version_id)
    return [Blocked(*found) for found in db.session.execute(query.order_by(row.times.desc(), row.host))]
