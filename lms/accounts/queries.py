"""Questions about people and organisations."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, any_, literal, select

from lms.accounts import roles, rules
from lms.accounts.models import AuthorityScope, Membership, Organisation, Person
from lms.foundation import clock, secrets
from lms.foundation.database import db, widened
from lms.foundation.errors import NotFound
from lms.foundation.principal import Principal, Scope


@dataclass(frozen=True)
class PersonView:
    """A person as pages show them: number and phone masked."""

    id: UUID
    name: str
    masked_id_number: str
    masked_phone: str


@dataclass(frozen=True)
class OrganisationView:
    """An organisation as pages show it."""

    id: UUID
    kind: str
    name: str
    region_code: str


@dataclass(frozen=True)
class Account:
    """Somebody who is signed in: what the frame of a page shows, and what they may do."""

    person_id: UUID
    name: str
    organisation: str
    principal: Principal


_VIEW = select(Person.id, Person.name, Person.id_number_mask, Person.phone_mask)


def person(person_id: UUID) -> PersonView:
    """One person whom the principal may see; raises NotFound."""
    found = people([person_id])
    if not found:
        raise NotFound()
    return found[person_id]


def people(ids: Collection[UUID]) -> dict[UUID, PersonView]:
    """Those of the people whom the principal may see."""
    rows = db.session.execute(_VIEW.where(Person.id.in_(ids)))
    return {row[0]: _view(row) for row in rows}


def find_by_id_numbers(numbers: Sequence[str]) -> dict[str, PersonView]:
    """Who is known already, by normalised identity number, wherever they were met first."""
    indexes = {secrets.blind_index("id_number", number): number for number in numbers}
    query = _VIEW.add_columns(Person.id_number_index).where(
        Person.id_number_index == any_(literal(list(indexes), ARRAY(LargeBinary)))
    )
    with widened("link people by identity number"):
        return {indexes[row[4]]: _view(row) for row in db.session.execute(query)}


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


def _view(row: Sequence[object]) -> PersonView:
    return PersonView(row[0], row[1], row[2] or "", row[3] or "")  # type: ignore[arg-type]
