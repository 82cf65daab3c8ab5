"""Who is signed in: roles, tenants and scope of this moment."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from lms.accounts import roles, rules
from lms.accounts.models import AuthorityScope, Membership, Organisation, Person
from lms.accounts.queries.delegations import roles_lent
from lms.accounts.queries.staff import still_works
from lms.accounts.rules.departments import Remit, spelled_out
from lms.foundation.database import db
from lms.foundation.permissions import Permission
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
    authorities = [o.id for _, o in works if o.kind == "authority"]
    own = roles.permissions_of(frozenset(role for role, _ in works))
    lent = _lent(person_id, authorities, own)
    principal = Principal(
        person_id=person_id,
        organisations=tenants,
        scope=_scope(authorities),
        permissions=own | {permission for permission, _ in lent},
        lent=lent,
    )
    return Account(person_id, found.name, works[0][1].name if works else "", principal)


def _works(person_id: UUID) -> list[tuple[str, Organisation]]:
    query = select(Membership.role, Organisation).join(Organisation, Organisation.id == Membership.organisation_id)
    now = query.where(Membership.person_id == person_id, still_works())
    return [(r, o) for r, o in db.session.execute(now.order_by(Membership.created_at, Membership.id))]


def _lent(person_id: UUID, authorities: list[UUID], own: frozenset[Permission]) -> tuple[tuple[Permission, UUID], ...]:
    """The permissions that somebody has by loan alone, each with who lent it."""
    lenders = {role: who for place in authorities for role, who in roles_lent(person_id, place).items()}
    found = {permission: who for role, who in sorted(lenders.items()) for permission in roles.ROLES[role] - own}
    return tuple(sorted(found.items()))


def _scope(authorities: list[UUID]) -> tuple[Scope, ...]:
    if not authorities:
        return ()
    rows = db.session.scalars(select(AuthorityScope).where(AuthorityScope.organisation_id.in_(authorities)))
    remits = spelled_out(Remit(row.region, row.department, row.plan_code) for row in rows)
    return tuple(sorted((Scope(remit.region, remit.department, remit.plan) for remit in remits), key=str))
