"""Linking, creating and revealing people; every look at a full number leaves an entry."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, LargeBinary, any_, literal, select
from sqlalchemy.dialects.postgresql import insert

from lms.accounts import rules
from lms.accounts.actions.audit import audit
from lms.accounts.models import KnownTo, Person, PersonAlias
from lms.accounts.rules import documents
from lms.foundation import clock, secrets
from lms.foundation.database import db, widened


@dataclass(frozen=True)
class Place:
    """Where somebody was met: the organisation, the region and the plan."""

    tenant_id: UUID
    region_code: str
    plan_code: str


def prepare(people: Sequence[rules.NewPerson]) -> list[dict[str, object]]:
    """Seal what must be sealed, before any transaction: one row of the person table for each."""
    return [_row(person) for person in people]


def link_or_create_many(
    rows: Sequence[dict[str, Any]], *, tenant_id: UUID, region_code: str, plan_code: str
) -> list[tuple[UUID, bool]]:
    """Find or make the people of prepared rows, in their order: (person id, whether new). One person, one key.

    A number that another name holds, whom this organisation has never met, makes an entry of its own whose number is only
    claimed: nobody learns that the number is known, nobody takes another's place, and nothing can be claimed for it.
    Two imports at once meet at the unique index, in one order, so neither waits for the other for ever.
    """
    place = Place(tenant_id, region_code, plan_code)
    with widened("link people by identity number"):
        _insert(sorted(rows, key=lambda row: row["id_number_index"]))
        holders = _holders([row["id_number_index"] for row in rows])
        strangers = [row for row in rows if _is_another(row, holders)]
        met = _met(holders, strangers, place)
        found = {row["id"]: holders[row["id_number_index"]][0] for row in rows}
        found |= _claimants([row for row in strangers if row["id_number_index"] not in met], place)
        _remember(set(found.values()), place)
    return [(found[row["id"]], found[row["id"]] == row["id"]) for row in rows]


def full_phone(person_id: UUID, *, reason: str) -> str:
    """The full phone of a person whom the principal may see, empty where there is none; the look is entered in the audit."""
    blob = db.session.scalar(select(Person.phone).where(Person.id == person_id))
    audit("phone:reveal", subject=f"person {person_id}", reason=reason)
    return secrets.unseal("person", "phone", person_id, blob) if blob else ""


def full_id_numbers(ids: Collection[UUID], *, reason: str) -> dict[UUID, str]:
    """The full numbers of people whom the principal may see; the look itself is entered in the audit."""
    query = select(Person.id, Person.id_number).where(Person.id.in_(ids), Person.id_number.is_not(None))
    found = {row[0]: row[1] for row in db.session.execute(query)}
    audit("id-number:reveal", subject=f"{len(found)} people", reason=reason, people=found)
    return {
        person_id: secrets.unseal("person", "id_number", person_id, blob or b"") for person_id, blob in found.items()
    }


def _row(person: rules.NewPerson) -> dict[str, object]:
    person_id = uuid4()
    kind = documents.settled_kind(documents.IdKind(person.id_kind), person.id_number)
    return {
        "id": person_id,
        "created_at": clock.now(),
        "name": person.name,
        "id_kind": str(kind),
        "id_number": secrets.seal("person", "id_number", person_id, person.id_number),
        "id_number_index": secrets.blind_index("id_number", documents.index_text(kind, person.id_number)),
        "id_number_mask": documents.masked(kind, person.id_number),
        "phone": secrets.seal("person", "phone", person_id, person.phone),
        "phone_index": secrets.blind_index("phone", person.phone),
        "phone_mask": rules.mask_phone(person.phone),
        "real_name": person.real_name,
    }


def _insert(rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(insert(Person).on_conflict_do_nothing(index_elements=["id_number_index"]), rows)


def _holders(indexes: Sequence[bytes]) -> dict[bytes, tuple[UUID, str]]:
    """Who holds each number: id and name; an entry that was merged stands for the person it turned out to be."""
    keys = literal(list(indexes), ARRAY(LargeBinary))
    query = select(Person.id_number_index, Person.id, Person.name).where(Person.id_number_index == any_(keys))
    holders = {row[0]: (row[1], row[2]) for row in db.session.execute(query) if row[0] is not None}
    merged = select(PersonAlias.other_id, PersonAlias.person_id)
    same = dict(db.session.execute(merged.where(PersonAlias.other_id.in_([h[0] for h in holders.values()]))).all())
    return {index: (same.get(person_id, person_id), name) for index, (person_id, name) in holders.items()}


def _is_another(row: dict[str, Any], holders: dict[bytes, tuple[UUID, str]]) -> bool:
    return not rules.same_name(str(row["name"]), holders[row["id_number_index"]][1])


def _met(holders: dict[bytes, tuple[UUID, str]], strangers: Sequence[dict[str, Any]], place: Place) -> frozenset[bytes]:
    """The numbers, of those, whose holders this organisation has dealt with: there a person looks first."""
    ids = {holders[row["id_number_index"]][0]: row["id_number_index"] for row in strangers}
    query = select(KnownTo.person_id).where(KnownTo.person_id.in_(ids), KnownTo.tenant_id == place.tenant_id)
    return frozenset(ids[person_id] for person_id in db.session.scalars(query)) if ids else frozenset()


def _claimants(rows: Sequence[dict[str, Any]], place: Place) -> dict[UUID, UUID]:
    """Entries with a claimed number, made once for each organisation: id of the row -> id of the person."""
    found: dict[UUID, UUID] = {}
    for row in rows:
        known = select(KnownTo.person_id).where(KnownTo.tenant_id == place.tenant_id)
        same = (Person.claimed_index == row["id_number_index"]) & (Person.name == row["name"]) & Person.id.in_(known)
        before = db.session.scalar(select(Person.id).where(same).limit(1))
        if before is None:
            claim = {**row, "id_number_index": None, "claimed_index": row["id_number_index"]}
            db.session.execute(insert(Person).values(**claim))
        found[row["id"]] = before or row["id"]
    return found


def _remember(people: Collection[UUID], place: Place) -> None:
    rest = {"tenant_id": place.tenant_id, "region_code": place.region_code, "plan_code": place.plan_code}
    rows = [{"person_id": person_id, **rest} for person_id in sorted(people)]
    if rows:
        db.session.execute(insert(KnownTo).on_conflict_do_nothing(), rows)
