"""Which of the people who share a phone somebody is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from lms.accounts import rules
from lms.accounts.models import Person
from lms.accounts.rules import limits as most
from lms.accounts.rules import signing_in as terms
from lms.accounts.signing_in import limits, visits
from lms.accounts.signing_in.visits import Visit, desk
from lms.foundation import clock, secrets
from lms.foundation.database import db, transaction
from lms.foundation.errors import Refused

WRONG_DIGITS = "这 6 位和登记的身份证对不上，看看证件再填一次，最后一位可能是 X"


@dataclass(frozen=True)
class Candidate:
    """Somebody who signs in with this phone. Where the last six are asked, `tail` (the last four) is empty.

    `shown` is the name, masked where the number may have come to a stranger.
    """

    id: UUID
    name: str
    shown: str
    tail: str
    digits_asked: bool


def with_phone(phone_index: bytes) -> list[UUID]:
    """Everybody who has this phone, in the order in which they came."""
    with transaction(desk) as session:
        query = select(Person.id).where(Person.phone_index == phone_index).order_by(Person.created_at, Person.id)
        return list(session.scalars(query))


def candidates(people: Sequence[UUID], visit: Visit) -> list[Candidate]:
    """Who may be chosen, and of whom the last six digits are asked first."""
    with transaction(desk):
        rows = {row.id: row for row in db.session.scalars(select(Person).where(Person.id.in_(people)))}
        seen, here = visits.last_seen(people), visits.known_here(visit, people)
    found = [rows[each] for each in people if each in rows]
    sharers = {row.id: terms.Namesake(row.name, seen.get(row.id), row.id in here) for row in found}
    now = clock.now()
    return [_candidate(row, sharers, now) for row in found]


def check_digits(chosen: Candidate, people: Sequence[Candidate], typed: str) -> UUID:
    """Whose last six digits these are, among the chosen and their namesakes; counted per person. Raises Refused."""
    namesakes = [each for each in people if each.name == chosen.name]
    limits.spend([(most.DIGITS_PERSON, each.id.bytes) for each in namesakes])
    with transaction(desk) as session:
        rows = list(session.scalars(select(Person).where(Person.id.in_([each.id for each in namesakes]))))
    right = [row.id for row in rows if _ends_with(row, terms.plain(typed))]
    if len(right) != 1:
        raise Refused(WRONG_DIGITS, code="wrong_digits", field="digits")
    for each in namesakes:
        limits.give_back([most.DIGITS_PERSON], each.id.bytes)
    return right[0]


def _candidate(row: Person, sharers: dict[UUID, terms.Namesake], now: datetime) -> Candidate:
    asked = terms.digits_asked(sharers[row.id], sharers.values(), now)
    alone = sum(each.name == row.name for each in sharers.values()) == 1
    shown = rules.mask_name(row.name) if asked and alone else row.name
    return Candidate(row.id, row.name, shown, "" if asked else (row.id_number_mask or "")[-4:], asked)


def _ends_with(row: Person, typed: str) -> bool:
    if row.id_number is None or len(typed) != 6:
        return False
    return secrets.unseal("person", "id_number", row.id, row.id_number).endswith(typed)
