"""One-time codes to a phone, whether the phone is known or not."""

import secrets as random
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select

from lms.accounts import rules
from lms.accounts.models import OneTimeCode
from lms.accounts.rules import limits as most
from lms.accounts.rules import signing_in as terms
from lms.accounts.signing_in import limits, visits
from lms.accounts.signing_in.visits import Visit, desk
from lms.foundation import clock, secrets, sending
from lms.foundation.database import db, transaction
from lms.foundation.errors import Refused

WRONG_CODE = "验证码不对，看看最新那条短信，是 6 位数字"
OLD_CODE = "这个验证码已经用过或者过了 5 分钟，再收一条新的"


@dataclass(frozen=True)
class Waiting:
    """A code that a browser waits for: only that browser can use it, so a stranger can neither burn nor borrow it."""

    code_id: UUID
    phone_index: bytes
    delivery_id: UUID
    shown: str | None


def send(phone: str, visit: Visit, channel: sending.Channel = sending.Channel.SMS) -> Waiting:
    """Make a code for a phone and send it; the same work whether the phone is known or not.

    Raises TooMany (counted per phone, or per phone and device where the device is known; per address; in all) and
    Unavailable where it cannot be sent.
    """
    code, index = f"{random.randbelow(10**6):06}", secrets.blind_index("phone", phone)
    now = clock.now()
    with transaction(desk) as session:
        limits.spend_here(_spending(index, visit))
        session.execute(delete(OneTimeCode).where(OneTimeCode.created_at < now - terms.CODE_KEPT))
        row = OneTimeCode(phone_index=index, code_index=_code_index(index, code), expires_at=now + terms.CODE_LIFE)
        row.tries = 0
        session.add(row)
    sent = sending.send_code(phone, code, channel)
    return Waiting(row.id, index, sent.delivery_id, sent.shown)


def prove(code_id: UUID, phone_index: bytes, code: str, visit: Visit) -> None:
    """Use a code up; raises Refused, in the same words for every phone."""
    limits.spend([(most.GUESSES_ADDRESS, visit.network), (most.GUESSES_HOUSE, limits.HOUSE)])
    with transaction(desk):
        row = db.session.scalar(select(OneTimeCode).where(OneTimeCode.id == code_id).with_for_update())
        problem = _problem(row, phone_index, code)
    if problem:
        raise Refused(problem, code="wrong_code", field="code")


def came_to_use(phone_index: bytes, visit: Visit) -> None:
    """The codes of this phone led to a sign-in: they are not held against it."""
    limits.give_back([most.CODES_PHONE, most.CODES_DAY], phone_index)
    limits.give_back([most.CODES_DEVICE], visit.bucket(phone_index))


def _spending(phone_index: bytes, visit: Visit) -> limits.Spending:
    """A device that is known has a window of its own, which no stranger can use up."""
    if visits.knows(visit, phone_index):
        own = [(most.CODES_DEVICE, visit.bucket(phone_index))]
    else:
        own = [(most.CODES_PHONE, phone_index), (most.CODES_DAY, phone_index)]
    return [*own, (most.CODES_ADDRESS, visit.network), (most.CODES_HOUSE, limits.HOUSE)]


def _problem(row: OneTimeCode | None, phone_index: bytes, code: str) -> str | None:
    if row is None or row.phone_index != phone_index:
        return OLD_CODE
    now = clock.now()
    if not rules.code_good(rules.Code(row.expires_at, row.tries, row.used_at is not None), now):
        return OLD_CODE
    row.tries += 1
    if row.code_index != _code_index(phone_index, code):
        return WRONG_CODE
    row.used_at = now
    return None


def _code_index(phone_index: bytes, code: str) -> bytes:
    return secrets.blind_index("one-time-code", f"{phone_index.hex()}{code}")
