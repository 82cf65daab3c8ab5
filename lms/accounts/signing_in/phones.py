"""Another phone number: by the old number and the new, in this order; the old one is told."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from lms.accounts import rules
from lms.accounts.models import Person
from lms.accounts.sessions import end_all_here
from lms.accounts.signing_in import codes
from lms.accounts.signing_in.visits import Visit, desk
from lms.foundation import secrets, sending
from lms.foundation.database import db, transaction, widened
from lms.foundation.errors import Conflict, Refused

NO_PHONE = "你还没有登记手机号，带身份证找老师登记"
MOVED = "手机号刚才已经换过了，从头再来一次"


def own_number(person_id: UUID) -> str:
    """The phone (11 digits) that somebody signs in with; raises Refused where there is none."""
    with transaction(desk) as session:
        blob = session.scalar(select(Person.phone).where(Person.id == person_id))
    if blob is None:
        raise Refused(NO_PHONE)
    return secrets.unseal("person", "phone", person_id, blob)


def code_to_own(person_id: UUID, visit: Visit) -> dict[str, Any]:
    """Send a code to somebody's own phone; what the session keeps of it."""
    return kept(codes.send(own_number(person_id), visit))


def kept(waiting: codes.Waiting) -> dict[str, Any]:
    """What a session keeps of a code that was sent."""
    return {"code": str(waiting.code_id), "phone": waiting.phone_index.hex(), "shown": waiting.shown}


def sealed_phone(phone: str, person_id: UUID) -> dict[str, object]:
    """The columns of a phone, sealed for one person."""
    return {
        "phone": secrets.seal("person", "phone", person_id, phone),
        "phone_index": secrets.blind_index("phone", phone),
        "phone_mask": rules.mask_phone(phone),
    }


def move(person_id: UUID, old_index: bytes, phone: str, token: str) -> None:
    """Give somebody another phone after both numbers were proved; every other browser is signed out.

    The row must still hold the old number, so of two changes at once one is refused (Conflict).
    """
    columns = sealed_phone(phone, person_id)
    with transaction(desk):
        mine = (Person.id == person_id) & (Person.phone_index == old_index)
        old = db.session.scalar(select(Person.phone).where(mine).with_for_update())
        if old is None:
            raise Conflict(MOVED)
        write(person_id, columns)
        tell(secrets.unseal("person", "phone", person_id, old), str(columns["phone_mask"]))
        end_all_here(person_id, token)


def write(person_id: UUID, columns: dict[str, object]) -> None:
    """Write the sealed columns; in the transaction under way. The devices of the old number are strangers to the new."""
    with widened("a phone moves"):
        db.session.execute(update(Person).where(Person.id == person_id).values(**columns))


def tell(old_phone: str, new_mask: str) -> None:
    """Tell the old number that it no longer signs in; in the transaction under way."""
    sending.notify(old_phone, sending.Purpose.PHONE_CHANGED, {"number": new_mask})
