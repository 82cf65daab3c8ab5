"""Questions about people."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, any_, literal, select

from lms.accounts.models import Person
from lms.foundation import secrets
from lms.foundation.database import db, widened
from lms.foundation.errors import NotFound


@dataclass(frozen=True)
class PersonView:
    """A person as pages show them: number and phone masked."""

    id: UUID
    name: str
    masked_id_number: str
    masked_phone: str


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


def _view(row: Sequence[object]) -> PersonView:
    return PersonView(row[0], row[1], row[2] or "", row[3] or "")  # type: ignore[arg-type]
