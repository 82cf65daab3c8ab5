"""Organisations and the people who work for them."""

from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert

from lms.accounts.models import AuthorityScope, Membership, Organisation
from lms.foundation import clock
from lms.foundation.database import db


def found_organisation(kind: str, name: str, region_code: str) -> UUID:
    """The organisation of this name; made if it is not there."""
    values = {"id": uuid4(), "created_at": clock.now(), "kind": kind, "name": name, "region_code": region_code}
    row = insert(Organisation).values(**values)
    row = row.on_conflict_do_update(index_elements=["name"], set_={"region_code": region_code})
    return db.session.scalars(row.returning(Organisation.id)).one()


def give_scope(organisation_id: UUID, region: str, plan_code: str | None) -> None:
    """Let an authority answer for a region and a plan (None: all plans)."""
    row = {"id": uuid4(), "organisation_id": organisation_id, "region": region, "plan_code": plan_code}
    db.session.execute(insert(AuthorityScope).values(**row).on_conflict_do_nothing())


def employ(person_id: UUID, organisation_id: UUID, role: str) -> None:
    """Let somebody work for an organisation in a role."""
    row = {"id": uuid4(), "created_at": clock.now(), "person_id": person_id, "organisation_id": organisation_id}
    db.session.execute(insert(Membership).values(**row, role=role).on_conflict_do_nothing())
