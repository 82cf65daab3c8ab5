"""Questions about organisations."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from lms.accounts.models import Organisation
from lms.foundation.database import db
from lms.foundation.errors import NotFound


@dataclass(frozen=True)
class OrganisationView:
    """An organisation as pages show it."""

    id: UUID
    kind: str
    name: str
    region_code: str


def organisation(organisation_id: UUID) -> OrganisationView:
    """One organisation; their names are public."""
    row = db.session.get(Organisation, organisation_id)
    if row is None:
        raise NotFound()
    return OrganisationView(row.id, row.kind, row.name, row.region_code)


def organisations(ids: Collection[UUID]) -> dict[UUID, OrganisationView]:
    """Organisations by id."""
    rows = db.session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
    return {row.id: OrganisationView(row.id, row.kind, row.name, row.region_code) for row in rows}
