"""Signing in by password; answers and work are the same for everybody."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update

from lms.accounts.models import Person
from lms.accounts.rules import limits as most
from lms.accounts.rules import signing_in as terms
from lms.accounts.signing_in import limits, visits
from lms.accounts.signing_in.visits import Visit, desk
from lms.foundation import secrets
from lms.foundation.database import db, transaction
from lms.foundation.errors import Refused

GUESSED = "手机号或密码不对。忘了密码就用短信验证码登录"
HASHED_AT_MOST = 4


def by_password(phone: str, password: str, visit: Visit) -> list[UUID]:
    """Who has this phone and password; raises Refused in the same words and after the same time for everybody.

    The try is counted before the password is looked at and given back when it was right: a hundred at once are counted.
    """
    index = secrets.blind_index("phone", phone)
    with transaction(desk):
        known_device = visits.knows(visit, index)
        limits.spend_here(_spending(index, visit, known_device))
        known = list(db.session.scalars(select(Person).where(Person.phone_index == index).limit(HASHED_AT_MOST)))
    stored: Sequence[str | None] = [person.password_hash for person in known] or [None]
    good = [secrets.verify_password(each, password) for each in stored]
    people = [person.id for person, right in zip(known, good, strict=False) if right]
    if not people:
        raise Refused(GUESSED, code="wrong_password", field="password")
    limits.give_back([most.PASSWORDS_PHONE], index)
    limits.give_back([most.PASSWORDS_DEVICE], visit.bucket(index))
    return people


def right(person_id: UUID, password: str) -> bool:
    """Whether it is this person's password (to prove oneself again); counted."""
    limits.spend([(most.PROOFS_PERSON, person_id.bytes)])
    with transaction(desk) as session:
        stored = session.scalar(select(Person.password_hash).where(Person.id == person_id))
    return secrets.verify_password(stored, password)


def choose(person_id: UUID, password: str) -> None:
    """Give somebody a password; raises Refused with what would make it better."""
    with transaction(desk) as session:
        person = session.get_one(Person, person_id)
    known = [person.name]
    for column in ("phone", "id_number"):
        blob = getattr(person, column)
        known += [secrets.unseal("person", column, person_id, blob)] if blob else []
    problem = terms.password_problem(password, known)
    if problem:
        raise Refused(problem, field="password")
    hashed = secrets.hash_password(password)
    with transaction(desk) as session:
        session.execute(update(Person).where(Person.id == person_id).values(password_hash=hashed))


def _spending(index: bytes, visit: Visit, known_device: bool) -> limits.Spending:
    """A known device is counted by itself: who guesses elsewhere can lock nobody out of their own phone."""
    if known_device:
        return [(most.PASSWORDS_DEVICE, visit.bucket(index))]
    everywhere = [(most.PASSWORDS_ADDRESS, visit.network), (most.PASSWORDS_HOUSE, limits.HOUSE)]
    return [(most.PASSWORDS_PHONE, index), *everywhere]
