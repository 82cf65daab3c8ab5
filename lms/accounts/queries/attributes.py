"""What is known of people: closed where it is sensitive, opened for who may look, and as facts for the plans' rules."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import select

from lms.accounts.models import Person, PersonAlias, PersonAttribute
from lms.accounts.rules import attributes as rules
from lms.accounts.rules import documents
from lms.accounts.rules.attributes import ENDED_WORDS, STANDING_TONES, STANDING_WORDS, Ended, Particular
from lms.foundation import secrets
from lms.foundation.database import acting, db
from lms.foundation.errors import NotFound
from lms.plans.rules.facts import AttributeKey, Education, Fact, PersonFacts, Standing

CLOSED = "敏感信息"


@dataclass(frozen=True)
class AttributeView:
    """One thing said of a person; `key` and `value` are None where it is sensitive and was not opened, or is gone."""

    id: UUID
    person_id: UUID
    sensitive: bool
    key: str | None
    value: str | None
    standing: Standing
    valid_from: date | None
    valid_until: date | None
    entered_by: UUID | None
    organisation_id: UUID | None
    document_id: UUID | None
    created_at: datetime
    ended_at: datetime | None
    ended_why: str | None

    @property
    def words(self) -> str:
        """What it is about."""
        return rules.ATTRIBUTES[self.key].words if self.key in rules.ATTRIBUTES else CLOSED

    @property
    def shown(self) -> str:
        """The value in words; empty where it is closed."""
        return rules.shown(self.key, self.value) if self.key in rules.ATTRIBUTES and self.value is not None else ""

    @property
    def standing_words(self) -> str:
        """How firm it is, in words."""
        return STANDING_WORDS[self.standing]

    @property
    def tone(self) -> str:
        """The tone of its tag."""
        return STANDING_TONES[self.standing]

    @property
    def ended_words(self) -> str:
        """Why it no longer stands."""
        return ENDED_WORDS[Ended(self.ended_why)] if self.ended_why else ""

    @property
    def is_region(self) -> bool:
        """Whether the value is a region code."""
        return self.key in rules.REGIONS


def attributes(person_id: UUID, *, opened: bool = False, ended: bool = False) -> list[AttributeView]:
    """What is said of a person whom the principal may see, oldest first; sensitive contents stay closed.

    `opened` is for the person themself and for `actions.look`, which enters the look in the audit.
    """
    query = select(PersonAttribute).where(PersonAttribute.person_id == person_id)
    if not ended:
        query = query.where(PersonAttribute.ended_at.is_(None))
    rows = db.session.scalars(query.order_by(PersonAttribute.created_at, PersonAttribute.id))
    return [view(row, opened=opened) for row in rows if in_remit(row)]


def in_remit(row: PersonAttribute) -> bool:
    """Whether it is the business of who acts: what belongs to one department is not there for the others."""
    actor = acting()
    if actor.system or actor.organisations or actor.person_id == row.person_id:
        return True
    return rules.seen_by(content(row)[0], [scope.department for scope in actor.scope])


def attribute(attribute_id: UUID) -> AttributeView:
    """One of them, closed where it is sensitive; raises NotFound."""
    row = db.session.get(PersonAttribute, attribute_id)
    if row is None or not in_remit(row):
        raise NotFound()
    return view(row, opened=False)


def view(row: PersonAttribute, *, opened: bool) -> AttributeView:
    """A row as pages show it."""
    names = AttributeView.__dataclass_fields__.keys() - {"key", "value", "standing"}
    rest = {name: getattr(row, name) for name in names}
    key, value = content(row) if opened or not row.sensitive else (None, None)
    return AttributeView(key=key, value=value, standing=Standing(row.standing), **rest)


def content(row: PersonAttribute) -> tuple[str | None, str | None]:
    """Key and value of a row; (key, None) once the content was deleted."""
    if row.content is None:
        return row.key, None
    said = msgspec.json.decode(secrets.unseal("person_attribute", "content", row.id, row.content))
    return said["key"], said["value"]


def facts(person_id: UUID, *, sensitive: bool = True) -> PersonFacts:
    """What the plans' rules may know of a person; raises NotFound. What is opened here is not for any page to show."""
    found = facts_of([person_id], sensitive=sensitive)
    if person_id not in found:
        raise NotFound()
    return found[person_id]


def facts_of(ids: Collection[UUID], *, sensitive: bool = True) -> dict[UUID, PersonFacts]:
    """The same for many people, in three queries; `sensitive=False` leaves the sensitive ones unread."""
    people = select(Person.id, Person.id_kind, Person.id_number, Person.particulars).where(Person.id.in_(ids))
    said = _said(ids, sensitive=sensitive)
    return {row[0]: _facts(row, said.get(row[0], [])) for row in db.session.execute(people)}


def _said(ids: Collection[UUID], *, sensitive: bool) -> dict[UUID, list[AttributeView]]:
    """Live rows by person; what was said of an entry that turned out to be the same person counts too."""
    survivors = dict(
        db.session.execute(
            select(PersonAlias.other_id, PersonAlias.person_id).where(PersonAlias.person_id.in_(ids))
        ).all()
    )
    query = select(PersonAttribute).where(
        PersonAttribute.person_id.in_([*ids, *survivors]), PersonAttribute.ended_at.is_(None)
    )
    if not sensitive:
        query = query.where(PersonAttribute.sensitive.is_(False))
    found: dict[UUID, list[AttributeView]] = {}
    for row in db.session.scalars(query.order_by(PersonAttribute.created_at, PersonAttribute.id)):
        if in_remit(row):
            found.setdefault(survivors.get(row.person_id, row.person_id), []).append(view(row, opened=True))
    return found


def _facts(row: Sequence[object], said: list[AttributeView]) -> PersonFacts:
    born, sex = _born_and_sex(*row)  # type: ignore[arg-type]
    particulars = _particulars(said)
    education = particulars.get(Particular.EDUCATION)
    return PersonFacts(
        born=born,
        sex=sex,
        education=None if education is None else Education(int(education)),
        hukou_region=particulars.get(Particular.HUKOU_REGION),
        insured_region=particulars.get(Particular.INSURED_REGION),
        work_region=particulars.get(Particular.WORK_REGION),
        facts=tuple(_fact(each) for each in said if each.key in set(AttributeKey) and each.value is not None),
    )


def _fact(said: AttributeView) -> Fact:
    return Fact(AttributeKey(str(said.key)), str(said.value), said.standing, said.valid_from, said.valid_until)


def _particulars(said: list[AttributeView]) -> dict[str, str]:
    """Education and regions, each by its firmest row; of equals, the last."""
    rows = sorted((s for s in said if s.key in set(Particular)), key=lambda s: s.standing.rank)
    return {str(row.key): row.value for row in rows if row.value is not None}


def _born_and_sex(
    person_id: UUID, kind: str, number: bytes | None, particulars: bytes | None
) -> tuple[date | None, str | None]:
    if particulars is not None:
        told = msgspec.json.decode(secrets.unseal("person", "particulars", person_id, particulars))
        return date.fromisoformat(told["born"]) if told["born"] else None, told["sex"]
    if number is None:
        return None, None
    return documents.born_and_sex(kind, secrets.unseal("person", "id_number", person_id, number))
