"""Ten codes on paper for the day the phone is gone; each opens once, only their keyed hashes are kept."""

import secrets as random
from uuid import UUID

from sqlalchemy import delete, func, select, update

from lms.accounts.models import RecoveryCode
from lms.accounts.rules import limits as most
from lms.accounts.rules import signing_in as terms
from lms.accounts.signing_in import limits
from lms.accounts.signing_in.visits import desk
from lms.foundation import clock, secrets
from lms.foundation.database import db, transaction
from lms.foundation.errors import Refused

WRONG = "这个备用码不对，或者已经用过。每个只能用一次，换一个还没划掉的"
LENGTH = 12


def new_ten(person_id: UUID) -> list[str]:
    """Ten new codes in place of the ones before, as they are shown once: ABCD-EFGH-JKMN."""
    codes = ["".join(random.choice(terms.LETTERS) for _ in range(LENGTH)) for _ in range(terms.RECOVERY_CODES)]
    with transaction(desk) as session:
        session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
        session.add_all(RecoveryCode(person_id=person_id, code_index=_index(person_id, code)) for code in codes)
    return [terms.grouped(code) for code in codes]


def use(person_id: UUID, typed: str) -> int:
    """Use a code up and say how many are left; raises Refused. One statement: a code that is sent twice opens once."""
    limits.spend([(most.RECOVERY_PERSON, person_id.bytes)])
    index = _index(person_id, terms.plain(typed))
    good = (RecoveryCode.person_id == person_id) & (RecoveryCode.code_index == index) & RecoveryCode.used_at.is_(None)
    with transaction(desk) as session:
        used = session.execute(update(RecoveryCode).where(good).values(used_at=clock.now()))
    if not used.rowcount:  # type: ignore[attr-defined]
        raise Refused(WRONG, code="wrong_recovery_code", field="code")
    limits.give_back([most.RECOVERY_PERSON], person_id.bytes)
    return left(person_id)


def left(person_id: UUID) -> int:
    """How many codes are not used yet."""
    mine = (RecoveryCode.person_id == person_id) & RecoveryCode.used_at.is_(None)
    with transaction(desk) as session:
        return session.scalar(select(func.count()).select_from(RecoveryCode).where(mine)) or 0


def remove(person_id: UUID) -> None:
    """Forget all; in the transaction under way."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))


def _index(person_id: UUID, code: str) -> bytes:
    return secrets.blind_index("recovery-code", f"{person_id}{code}")
