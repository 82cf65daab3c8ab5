"""Saying things of people: the person claims, somebody vouches, a second one proves; nothing changes, it ends."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import insert, select

from lms.accounts import queries
from lms.accounts.actions.audit import audit
from lms.accounts.models import Person, PersonAttribute
from lms.accounts.queries.attributes import AttributeView, content, in_remit
from lms.accounts.rules import attributes as rules
from lms.accounts.rules import consents
from lms.accounts.rules.attributes import Ended, Said, Standings
from lms.foundation import clock, secrets
from lms.foundation.database import acting, db
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal
from lms.plans.rules.facts import Standing

GONE = "这一条刚才已经有变化，刷新看看最新的情况"
NO_REASON = "写一句为什么要看，这句话会留档"


def claim(said: Said, principal: Principal, document_id: UUID | None = None) -> UUID:
    """Say a thing of oneself; what one claimed before for the same time ends. Raises Refused with the field at fault."""
    refusal = rules.why_not_claim(said.key)
    if refusal:
        raise Refused(refusal, field="key")
    person_id = principal.person()
    _check(person_id, said)
    return _write(person_id, said, Standing.CLAIMED, principal, document_id)


def enter(person_id: UUID, said: Said, principal: Principal, document_id: UUID | None = None) -> UUID:
    """Write down what one has checked oneself, as vouched; what stood less firmly for the same time ends."""
    _of_others(person_id, principal)
    _check(person_id, said)
    _allow(said.key, principal)
    row_id = _write(person_id, said, Standing.VOUCHED, principal, document_id)
    audit("attribute:enter", subject=f"attribute {row_id} of person {person_id}", reason="经办自己核过")
    return row_id


def enter_many(said: Mapping[UUID, Sequence[tuple[str, str]]], principal: Principal | None = None) -> None:
    """Write down what a roster says of many people, as vouched; what is known as firmly stays. Nothing sensitive."""
    by = principal or acting()
    slots = {(p, key): secrets.blind_index("attribute", f"{p}:{key}") for p, pairs in said.items() for key, _ in pairs}
    live = select(PersonAttribute.slot).where(PersonAttribute.person_id.in_(said), PersonAttribute.ended_at.is_(None))
    known = set(db.session.scalars(live.where(PersonAttribute.standing != Standing.CLAIMED)))
    new = [(p, key, value) for p, pairs in said.items() for key, value in pairs if slots[p, key] not in known]
    rows = [_values(p, Said(key, value), Standing.VOUCHED, by) for p, key, value in new if p != by.person_id]
    if rows:
        db.session.execute(insert(PersonAttribute), rows)


def vouch(attribute_id: UUID, principal: Principal, document_id: UUID | None = None) -> UUID:
    """Stand for what somebody claimed; raises NotFound, Refused or Conflict."""
    row, said = _locked(attribute_id, principal)
    refusal = rules.why_not_vouch(_standings(row), principal.person())
    if refusal:
        raise Refused(refusal)
    return _confirm(row, said, Standing.VOUCHED, principal, document_id)


def prove(attribute_id: UUID, principal: Principal, document_id: UUID | None = None) -> UUID:
    """Say that a document was seen which shows it: somebody else than who vouched. Raises NotFound, Refused or Conflict."""
    row, said = _locked(attribute_id, principal)
    shown = document_id is not None or row.document_id is not None
    refusal = rules.why_not_prove(_standings(row), principal.person(), shown_document=shown)
    if refusal:
        raise Refused(refusal)
    return _confirm(row, said, Standing.PROVED, principal, document_id)


def deny(attribute_id: UUID, reason: str, principal: Principal) -> None:
    """Say that a thing is not so; it ends with the reason in the audit."""
    row, _ = _locked(attribute_id, principal)
    if row.person_id == principal.person():
        raise Refused("这是你自己的情况，不对就自己撤回")
    if not reason.strip():
        raise Refused("写一句哪里对不上，本人才知道怎么补", field="reason")
    _end(row, Ended.NOT_SO, principal)
    audit("attribute:deny", subject=f"attribute {row.id} of person {row.person_id}", reason=reason.strip())


def take_back(attribute_id: UUID, principal: Principal) -> None:
    """End what one claimed oneself; what others vouched for is corrected by them."""
    row = _row(attribute_id)
    if row.person_id != principal.person():
        raise NotFound()
    if row.standing != Standing.CLAIMED:
        raise Refused("这一条老师核过了，要改就告诉老师")
    _end(row, Ended.TAKEN_BACK, principal)


def look(person_id: UUID, reason: str, principal: Principal, *, ended: bool = False) -> list[AttributeView]:
    """Open the sensitive things said of a person; the look itself is entered in the audit, in this transaction."""
    if not principal.may(Permission.PERSON_SENSITIVE):
        raise NotFound()
    if not reason.strip():
        raise Refused(NO_REASON, field="reason")
    queries.person(person_id)
    audit("attribute:look", subject=f"person {person_id}", reason=reason.strip())
    return queries.attributes(person_id, opened=True, ended=ended)


def end_sensitive(person_id: UUID, why: Ended, principal: Principal) -> list[UUID]:
    """End all sensitive things said of a person and delete what they said; gives back the documents they rested on."""
    mine = select(PersonAttribute).where(PersonAttribute.person_id == person_id, PersonAttribute.sensitive)
    return _blank(list(db.session.scalars(mine.with_for_update())), why, principal)


def end_all(person_id: UUID, why: Ended, principal: Principal) -> None:
    """End everything said of a person and delete what it said."""
    mine = select(PersonAttribute).where(PersonAttribute.person_id == person_id)
    _blank(list(db.session.scalars(mine.with_for_update())), why, principal)


def _blank(rows: list[PersonAttribute], why: Ended, principal: Principal) -> list[UUID]:
    documents = [row.document_id for row in rows if row.document_id]
    for row in rows:
        if row.ended_at is None:
            row.ended_at, row.ended_by, row.ended_why = clock.now(), principal.person_id, why
        row.content = None
    db.session.flush()
    return documents


def _check(person_id: UUID, said: Said) -> None:
    for field, sentence in rules.faults_of(said, clock.today()).items():
        raise Refused(sentence, field=field)
    if rules.sensitive(said.key) and not queries.has_consented(person_id):
        raise Refused(consents.NOT_GIVEN, code="no_consent", field="key")


def _of_others(person_id: UUID, principal: Principal) -> None:
    """The person is known to the principal, is not the principal, and has not been erased; raises NotFound or Refused."""
    found = db.session.get(Person, person_id)
    if found is None or found.erased_at is not None:
        raise NotFound()
    if person_id == principal.person():
        raise Refused("这是你自己的情况，要由别人来核")


def _allow(key: str, principal: Principal) -> None:
    if rules.sensitive(key) and not principal.may(Permission.PERSON_SENSITIVE):
        raise NotFound()


def _row(attribute_id: UUID) -> PersonAttribute:
    query = select(PersonAttribute).where(PersonAttribute.id == attribute_id)
    row = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if row is None or not in_remit(row):
        raise NotFound()
    if row.ended_at is not None:
        raise Conflict(GONE)
    return row


def _locked(attribute_id: UUID, principal: Principal) -> tuple[PersonAttribute, Said]:
    row = _row(attribute_id)
    key, value = content(row)
    _allow(str(key), principal)
    return row, Said(str(key), str(value), row.valid_from, row.valid_until)


def _standings(row: PersonAttribute) -> Standings:
    return Standings(Standing(row.standing), row.person_id, row.entered_by)


def _confirm(
    row: PersonAttribute, said: Said, standing: Standing, principal: Principal, document_id: UUID | None
) -> UUID:
    _end(row, Ended.CONFIRMED, principal)
    kept = document_id or row.document_id
    row_id = _write(row.person_id, said, standing, principal, kept, rests_on=row.id)
    audit(f"attribute:{standing}", subject=f"attribute {row_id} of person {row.person_id}", reason="和本人填的对过")
    return row_id


def _write(
    person_id: UUID,
    said: Said,
    standing: Standing,
    principal: Principal,
    document_id: UUID | None,
    rests_on: UUID | None = None,
) -> UUID:
    slot = secrets.blind_index("attribute", f"{person_id}:{said.key}")
    _replace(person_id, slot, said.valid_from, said.valid_until, standing, principal)
    values = _values(person_id, said, standing, principal)
    db.session.add(PersonAttribute(**{**values, "document_id": document_id, "rests_on": rests_on}))
    db.session.flush()
    row_id: UUID = values["id"]
    return row_id


def _values(person_id: UUID, said: Said, standing: Standing, principal: Principal) -> dict[str, Any]:
    """A row of the table, its content sealed."""
    row_id, hidden = uuid4(), rules.sensitive(said.key)
    text = msgspec.json.encode({"key": said.key, "value": said.value}).decode()
    tenant = None if standing is Standing.CLAIMED else min(principal.organisations, default=None)
    values: dict[str, Any] = {
        "id": row_id,
        "created_at": clock.now(),
        "person_id": person_id,
        "standing": str(standing),
    }
    values |= {"slot": secrets.blind_index("attribute", f"{person_id}:{said.key}"), "sensitive": hidden}
    values |= {"key": None if hidden else said.key, "valid_from": said.valid_from, "valid_until": said.valid_until}
    values |= {"content": secrets.seal("person_attribute", "content", row_id, text)}
    return {**values, "entered_by": principal.person_id, "organisation_id": tenant}


def _replace(
    person_id: UUID, slot: bytes, since: date | None, until: date | None, standing: Standing, principal: Principal
) -> None:
    """End what was said of the same thing for the same time, unless it stands more firmly."""
    query = select(PersonAttribute).where(PersonAttribute.person_id == person_id, PersonAttribute.slot == slot)
    for row in db.session.scalars(query.where(PersonAttribute.ended_at.is_(None)).with_for_update()):
        same_time = rules.overlap((since, until), (row.valid_from, row.valid_until))
        if same_time and Standing(row.standing).rank <= standing.rank:
            _end(row, Ended.REPLACED, principal)


def _end(row: PersonAttribute, why: Ended, principal: Principal) -> None:
    row.ended_at, row.ended_by, row.ended_why = clock.now(), principal.person_id, why
    db.session.flush()
