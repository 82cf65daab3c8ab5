"""Who is signed in: roles, tenants and scope of this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select

from lms.accounts import roles, rules
from lms.accounts.models import AuthorityScope, Membership, Organisation, Person
from lms.accounts.queries.delegations import roles_lent
from lms.accounts.rules.departments import Remit, spelled_out
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal, Scope


@dataclass(frozen=True)
class Account:
    """Somebody who is signed in: what the frame of a page shows, and what they may do."""

    person_id: UUID
    name: str
    organisation: str
    principal: Principal


# Every request asks this, so it is written once: one row for each role, or one with nothing where somebody only learns.
_STILL = Membership.ended_at.is_(None) & (Membership.until.is_(None) | (Membership.until >= bindparam("today")))
_WORKS = (
    select(Person.name, Membership.role, Organisation.id, Organisation.kind, Organisation.name)
    .outerjoin(Membership, (Membership.person_id == Person.id) & _STILL)
    .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
    .where(Person.id == bindparam("person"))
    .order_by(Membership.created_at, Membership.id)
)
_SCOPES = select(AuthorityScope.region, AuthorityScope.department, AuthorityScope.plan_code).where(
    AuthorityScope.organisation_id == any_(bindparam("authorities", type_=ARRAY(Uuid)))
)


def account(person_id: UUID) -> Account | None:
    """The account of a person with roles, tenants and scope of this moment; None if the person is gone."""
    return _account(person_id, db.session.execute(_WORKS, {"person": person_id, "today": clock.today()}).all())


def account_at_once(person_id: UUID | None, rows: Sequence[Any]) -> Account | None:
    """The same from rows of name, role, and the organisation's id, kind and name, read before; outside any transaction.

    Only who works for an authority is asked about again: whom and what it answers for is more than a row.
    """
    if person_id is None:
        return None
    if any(row[3] == "authority" for row in rows):
        with transaction(Principal.system_of("sessions")):
            return account(person_id)
    return _account(person_id, rows)


def _account(person_id: UUID, rows: Sequence[Any]) -> Account | None:
    if not rows or rows[0][0] is None:
        return None
    works = [row for row in rows if row[1] is not None]
    authorities = sorted({row[2] for row in works if row[3] == "authority"})
    own = roles.permissions_of(frozenset(row[1] for row in works))
    lent = _lent(person_id, authorities, own)
    principal = Principal(
        person_id=person_id,
        organisations=frozenset(row[2] for row in works if row[3] in rules.TENANT_KINDS),
        scope=_scope(authorities),
        permissions=own | {permission for permission, _ in lent},
        lent=lent,
    )
    return Account(person_id, rows[0][0], works[0][4] if works else "", principal)


def _lent(person_id: UUID, authorities: list[UUID], own: frozenset[Permission]) -> tuple[tuple[Permission, UUID], ...]:
    """The permissions that somebody has by loan alone, each with who lent it."""
    lenders = {role: who for place in authorities for role, who in roles_lent(person_id, place).items()}
    found = {permission: who for role, who in sorted(lenders.items()) for permission in roles.ROLES[role] - own}
    return tuple(sorted(found.items()))


def _scope(authorities: list[UUID]) -> tuple[Scope, ...]:
    if not authorities:
        return ()
    remits = spelled_out(Remit(*row) for row in db.session.execute(_SCOPES, {"authorities": authorities}))
    return tuple(sorted((Scope(remit.region, remit.department, remit.plan) for remit in remits), key=str))
