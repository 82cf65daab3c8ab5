"""Questions about people."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, Uuid, any_, collate, literal, select

from lms.accounts.models import Membership, Organisation, Person, PersonAlias, PersonAttribute
from lms.foundation import clock, secrets
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


def known_by_id_numbers(numbers: Sequence[str]) -> dict[str, PersonView]:
    """Those of whom the principal knows already, by the text of their blind index: strangers are not looked up at all."""
    indexes = {secrets.blind_index("id_number", number): number for number in numbers}
    keys = literal(list(indexes), ARRAY(LargeBinary))
    claimed = _VIEW.add_columns(Person.claimed_index).where(Person.claimed_index == any_(keys))
    held = _VIEW.add_columns(Person.id_number_index).where(Person.id_number_index == any_(keys))
    rows = [*db.session.execute(claimed), *db.session.execute(held)]
    return {indexes[row[4]]: _view(row) for row in rows}


def deceased_among(numbers: Sequence[str]) -> frozenset[str]:
    """Those numbers whose holder is registered as deceased, wherever they were met: nobody learns for them."""
    indexes = {secrets.blind_index("id_number", number): number for number in numbers}
    held = select(Person.id, Person.id_number_index).where(
        Person.id_number_index == any_(literal(list(indexes), ARRAY(LargeBinary)))
    )
    with widened("refuse the numbers of the dead"):
        people_of = {row[0]: indexes[row[1]] for row in db.session.execute(held) if row[1] is not None}
        slots = {secrets.blind_index("attribute", f"{person_id}:deceased"): n for person_id, n in people_of.items()}
        live = select(PersonAttribute.slot).where(
            PersonAttribute.slot == any_(literal(list(slots), ARRAY(LargeBinary))),
            PersonAttribute.person_id == any_(literal(list(people_of), ARRAY(Uuid))),
            PersonAttribute.ended_at.is_(None),
            PersonAttribute.standing != "claimed",
        )
        return frozenset(slots[slot] for slot in db.session.scalars(live))


def search(words: str, most: int = 20) -> list[PersonView]:
    """People whom the principal may see whose name begins with these characters, or whose number is this one."""
    index = secrets.blind_index("id_number", words.upper())
    name = collate(Person.name, "C")
    # Not LIKE: it may leak what it compares, so row-level security would keep it away from the index.
    named = _VIEW.where(name >= words, name < words + "\U0010ffff").order_by(name).limit(most)
    numbered = _VIEW.where(Person.id_number_index == index)
    rows = {
        row[0]: row
        for query in (numbered, named)
        for row in db.session.execute(query.where(Person.erased_at.is_(None)))
    }
    return [_view(row) for row in rows.values()]


def doubtful(ids: Collection[UUID]) -> frozenset[UUID]:
    """Those whose number another entry holds: nothing is claimed for them until it is settled."""
    return frozenset(db.session.scalars(select(Person.id).where(Person.id.in_(ids), Person.claimed_index.is_not(None))))


def same_person(person_id: UUID) -> list[UUID]:
    """Every id under which evidence of this person was kept, their own first."""
    merged = select(PersonAlias.other_id).where(PersonAlias.person_id == person_id).order_by(PersonAlias.created_at)
    return [person_id, *db.session.scalars(merged)]


def works_for(person_id: UUID) -> list[str]:
    """The organisations for which somebody works today, by name."""
    now = Membership.until.is_(None) | (Membership.until >= clock.today())
    query = select(Organisation.name).join(Membership, Membership.organisation_id == Organisation.id)
    return sorted(set(db.session.scalars(query.where(Membership.person_id == person_id, now))))


def _view(row: Sequence[object]) -> PersonView:
    return PersonView(row[0], row[1], row[2] or "", row[3] or "")  # type: ignore[arg-type]
