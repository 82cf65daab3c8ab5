"""Who is signed in: roles, tenants and scope of this moment."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from lms.accounts import roles, rules
from lms.accounts.models import AuthorityScope, Membership, Organisation, Person
from lms.foundation import clock
from lms.foundation.database import db
from lms.foundation.principal import Principal, Scope


@dataclass(frozen=True)
class Account:
    """Somebody who is signed in: what the frame of a page shows, and what they may do."""

    person_id: UUID
    name: str
    organisation: str
    principal: Principal


def account(person_id: UUID) -> Account | None:
    """The account of a person with roles, tenants and scope of this moment; None if the person is gone."""
    found = db.session.get(Person, person_id)
    if found is None:
        return None
    works = _works(person_id)
    tenants = frozenset(o.id for _, o in works if o.kind in rules.TENANT_KINDS)
    principal = Principal(
        person_id=person_id,
        organisations=tenants,
        scope=_scope([o.id for _, o in works if o.kind == "authority"]),
        permissions=roles.permissions_of(frozenset(role for role, _ in works)),
    )
    return Account(person_id, found.name, works[0][1].name if works else "", principal)


def _works(person_id: UUID) -> list[tuple[str, Organisation]]:
    now = Membership.until.is_(None) | (Membership.until >= clock.today())
    query = select(Membership.role, Organisation).join(Organisation, Organisation.id == Membership.organisation_id)
    return [(r, o) for r, o in db.session.execute(query.where(Membership.person_id == person_id, now))]


def _scope(authorities: list[UUID]) -> tuple[Scope, ...]:
    if not authorities:
        return ()
    rows = db.session.scalars(select(AuthorityScope).where(AuthorityScope.organisation_id.in_(authorities)))
    return tuple(sorted({Scope(row.region, None, row.plan_code) for row in rows}, key=str))
