"""Who knocks: an address, and a device that may have been here before."""

import secrets as random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from lms.accounts.models import KnownDevice, Person
from lms.accounts.signing_in import limits
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.principal import Principal

desk = Principal.system_of("sign-in")
COOKIE = "__Host-device"
LIFE_SECONDS = 400 * 86_400


@dataclass(frozen=True)
class Visit:
    """One request of the sign-in pages: address and the device's cookie (empty: a device never met)."""

    address: str
    device: str

    @property
    def network(self) -> bytes:
        """The key under which this address is counted."""
        return limits.key_of(self.address)

    def bucket(self, phone_index: bytes) -> bytes:
        """The key of this phone on this device alone: strangers cannot use it up."""
        return sha256(phone_index + self.device_hash).digest()

    @property
    def device_hash(self) -> bytes:
        """The device as the tables keep it."""
        return sha256(self.device.encode()).digest()


def new_device() -> str:
    """A name for a device."""
    return random.token_urlsafe(32)


def knows(visit: Visit, phone_index: bytes) -> bool:
    """Whether somebody with this phone has signed in on this device before; inside a transaction."""
    if not visit.device:
        return False
    query = select(KnownDevice.person_id).join(Person, Person.id == KnownDevice.person_id)
    mine = (KnownDevice.token_hash == visit.device_hash) & (Person.phone_index == phone_index)
    return db.session.scalar(query.where(mine).limit(1)) is not None


def known_here(visit: Visit, people: Collection[UUID]) -> set[UUID]:
    """Which of these people have signed in on this device."""
    if not visit.device:
        return set()
    query = select(KnownDevice.person_id).where(KnownDevice.token_hash == visit.device_hash)
    return set(db.session.scalars(query.where(KnownDevice.person_id.in_(people))))


def last_seen(people: Collection[UUID]) -> dict[UUID, datetime]:
    """When each of these people was last here, on whatever device."""
    query = select(KnownDevice.person_id, func.max(KnownDevice.seen_at)).where(KnownDevice.person_id.in_(people))
    return {row[0]: row[1] for row in db.session.execute(query.group_by(KnownDevice.person_id))}


def remember(visit: Visit, person_id: UUID) -> None:
    """This person has signed in on this device."""
    now = clock.now()
    row = {"token_hash": visit.device_hash, "person_id": person_id, "created_at": now, "seen_at": now}
    fresh = insert(KnownDevice).values(**row)
    with transaction(desk) as session:
        session.execute(fresh.on_conflict_do_update(index_elements=["token_hash", "person_id"], set_={"seen_at": now}))
