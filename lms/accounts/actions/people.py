"""Linking, creating and revealing people; every look at a full number leaves an entry."""

from collections.abc import Collection, Sequence
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, LargeBinary, any_, literal, select
from sqlalchemy.dialects.postgresql import insert

from lms.accounts import rules
from lms.accounts.actions.audit import audit
from lms.accounts.models import KnownTo, Person
from lms.foundation import clock, secrets
from lms.foundation.database import db, widened


def prepare(people: Sequence[rules.NewPerson]) -> list[dict[str, object]]:
    """Seal what must be sealed, before any transaction: one row of the person table for each."""
    return [_row(person) for person in people]


def link_or_create_many(
    rows: Sequence[dict[str, object]], *, tenant_id: UUID, region_code: str, plan_code: str
) -> list[tuple[UUID, bool]]:
    """Find or make the people of prepared rows, in their order: (person id, whether new). One person, one key.

    Two imports at once meet at the unique index, in one order, so neither waits for the other for ever.
    """
    ordered = sorted(rows, key=lambda row: row["id_number_index"])  # type: ignore[arg-type,return-value]
    with widened("link people by identity number"):
        if ordered:
            once = insert(Person).on_conflict_do_nothing(index_elements=["id_number_index"])
            db.session.execute(once, ordered)
        keys = literal([row["id_number_index"] for row in rows], ARRAY(LargeBinary))
        query = select(Person.id_number_index, Person.id).where(Person.id_number_index == any_(keys))
        ids = {row[0]: row[1] for row in db.session.execute(query)}
        _remember(ids.values(), tenant_id, region_code, plan_code)
    return [(ids[row["id_number_index"]], ids[row["id_number_index"]] == row["id"]) for row in rows]  # type: ignore[index]


def full_id_numbers(ids: Collection[UUID], *, reason: str) -> dict[UUID, str]:
    """The full numbers of people whom the principal may see; the look itself is entered in the audit."""
    query = select(Person.id, Person.id_number).where(Person.id.in_(ids), Person.id_number.is_not(None))
    found = {row[0]: row[1] for row in db.session.execute(query)}
    audit("id-number:reveal", subject=f"{len(found)} people", reason=reason)
    return {
        person_id: secrets.unseal("person", "id_number", person_id, blob or b"") for person_id, blob in found.items()
    }


def _row(person: rules.NewPerson) -> dict[str, object]:
    person_id = uuid4()
    return {
        "id": person_id,
        "created_at": clock.now(),
        "name": person.name,
        "id_number": secrets.seal("person", "id_number", person_id, person.id_number),
        "id_number_index": secrets.blind_index("id_number", person.id_number),
        "id_number_mask": rules.mask_id_number(person.id_number),
        "phone": secrets.seal("person", "phone", person_id, person.phone),
        "phone_index": secrets.blind_index("phone", person.phone),
        "phone_mask": rules.mask_phone(person.phone),
    }


def _remember(people: Collection[UUID], tenant_id: UUID, region_code: str, plan_code: str) -> None:
    rest = {"tenant_id": tenant_id, "region_code": region_code, "plan_code": plan_code}
    rows = [{"person_id": person_id, **rest} for person_id in sorted(people)]
    if rows:
        db.session.execute(insert(KnownTo).on_conflict_do_nothing(), rows)
