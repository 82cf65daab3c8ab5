"""All that proves one person, at a glance."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from lms.accounts.models import Person, WechatBinding
from lms.accounts.signing_in import passkeys, recovery, totp
from lms.accounts.signing_in.passkeys import PasskeyView
from lms.accounts.signing_in.visits import desk
from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict

LAST_ONE = "你的单位账号要留一种第二道验证：先登记另一种，再删这一种"


@dataclass(frozen=True)
class Factors:
    """What somebody has set up."""

    app_since: datetime | None
    passkeys: list[PasskeyView]
    recovery_left: int
    has_password: bool
    has_wechat: bool

    @property
    def second(self) -> bool:
        """Whether a second factor is there at all."""
        return self.app_since is not None or bool(self.passkeys)


def factors_of(person_id: UUID) -> Factors:
    """What this person has set up."""
    with transaction(desk) as session:
        password = session.scalar(select(Person.password_hash.is_not(None)).where(Person.id == person_id))
        wechat = session.scalar(select(WechatBinding.id).where(WechatBinding.person_id == person_id))
    mine = (totp.enrolled(person_id), passkeys.passkeys_of(person_id), recovery.left(person_id))
    return Factors(*mine, bool(password), wechat is not None)


def remove_app(person_id: UUID, staff: bool) -> None:
    """Forget the app, and the codes on paper where nothing is left that they stand for.

    Raises Conflict where it is the last factor of somebody who must have one.
    """
    with transaction(desk):
        _hold(person_id)
        left = passkeys.count(person_id)
        if staff and not left:
            raise Conflict(LAST_ONE)
        totp.remove(person_id)
        if not left:
            recovery.remove(person_id)


def remove_passkey(person_id: UUID, passkey_id: UUID, staff: bool) -> None:
    """Forget a passkey; raises NotFound for somebody else's, Conflict for the last factor of staff."""
    with transaction(desk):
        _hold(person_id)
        passkeys.remove(person_id, passkey_id)
        if staff and not totp.in_use(person_id) and not passkeys.count(person_id):
            raise Conflict(LAST_ONE)


def forget_all(person_id: UUID) -> None:
    """Take app, passkeys and recovery codes away, so that the person begins anew; in the transaction under way."""
    totp.remove(person_id)
    passkeys.remove(person_id)
    recovery.remove(person_id)


def _hold(person_id: UUID) -> None:
    """One after the other: two removals at once must not each think that the other factor stays."""
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
