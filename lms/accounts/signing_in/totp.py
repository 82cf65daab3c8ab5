"""Six digits from an app, every 30 s (RFC 6238 through pyotp); each opens once."""

from datetime import datetime
from uuid import UUID, uuid4

import pyotp
from sqlalchemy import ColumnElement, delete, select, update

from lms.accounts.models import Authenticator
from lms.accounts.rules import limits as most
from lms.accounts.rules import signing_in as terms
from lms.accounts.signing_in import limits
from lms.accounts.signing_in.visits import desk
from lms.config import settings
from lms.foundation import clock, secrets
from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict, Refused

WRONG = "动态码不对。等它换一个新的，看清 6 位数字再填；手机的时间要准"
ISSUER = "雁学"
# In the demonstration somebody signs in more often than every 30 s: the shown code runs ahead instead.
DEMO_AHEAD = 40


def begin(person_id: UUID) -> str:
    """A new secret on trial, in base32; it counts only once a code of it was given. The last one on trial goes."""
    secret, row_id = pyotp.random_base32(), uuid4()
    sealed = secrets.seal("authenticator", "secret", row_id, secret)
    with transaction(desk) as session:
        session.execute(delete(Authenticator).where(_mine(person_id), Authenticator.confirmed_at.is_(None)))
        session.add(Authenticator(id=row_id, person_id=person_id, secret=sealed, last_step=0))
    return secret


def on_trial(person_id: UUID) -> str | None:
    """The secret that waits for its first code."""
    row = _one(person_id, confirmed=False)
    return None if row is None else _secret(row)


def confirm(person_id: UUID, code: str) -> None:
    """Take the secret on trial into use in place of the one before; raises Refused for a wrong code."""
    limits.spend([(most.SECONDS_PERSON, person_id.bytes), (most.SECONDS_DAY, person_id.bytes)])
    row = _one(person_id, confirmed=False)
    if row is None:
        raise Conflict()
    step = _step(_secret(row), code, 0)
    if step is None:
        raise Refused(WRONG, code="wrong_second_factor", field="code")
    with transaction(desk) as session:
        session.execute(delete(Authenticator).where(_mine(person_id), Authenticator.confirmed_at.is_not(None)))
        mine = update(Authenticator).where(Authenticator.id == row.id, Authenticator.confirmed_at.is_(None))
        session.execute(mine.values(confirmed_at=clock.now(), last_step=step))
    limits.give_back([most.SECONDS_PERSON, most.SECONDS_DAY], person_id.bytes)


def check(person_id: UUID, code: str) -> None:
    """Use a code up; raises Refused. The step is taken by one statement, so a code that is sent twice opens once."""
    limits.spend([(most.SECONDS_PERSON, person_id.bytes), (most.SECONDS_DAY, person_id.bytes)])
    row = _one(person_id, confirmed=True)
    step = None if row is None else _step(_secret(row), code, row.last_step)
    if row is None or step is None or not _take(row.id, step):
        raise Refused(WRONG, code="wrong_second_factor", field="code")
    limits.give_back([most.SECONDS_PERSON, most.SECONDS_DAY], person_id.bytes)


def enrolled(person_id: UUID) -> datetime | None:
    """Since when the person has an app; None without one."""
    row = _one(person_id, confirmed=True)
    return row.confirmed_at if row else None


def in_use(person_id: UUID) -> bool:
    """Whether the person has an app; in the transaction under way."""
    confirmed = select(Authenticator.id).where(_mine(person_id), Authenticator.confirmed_at.is_not(None))
    return db.session.scalar(confirmed) is not None


def remove(person_id: UUID) -> None:
    """Forget the app, also one on trial; in the transaction under way."""
    db.session.execute(delete(Authenticator).where(_mine(person_id)))


def address(secret: str, name: str) -> str:
    """What the app reads from the picture (otpauth)."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def shown_in_demo(person_id: UUID, confirmed: bool = True) -> str | None:
    """The code that opens next, for the screen of the demonstration; None everywhere else."""
    row = _one(person_id, confirmed) if settings().demo else None
    if row is None:
        return None
    now = int(clock.now().timestamp()) // terms.STEP_SECONDS
    return _code(_secret(row), max(now, row.last_step + 1))


def code_now(secret: str) -> str:
    """What the app shows at this moment."""
    return _code(secret, int(clock.now().timestamp()) // terms.STEP_SECONDS)


def _ahead() -> int:
    return DEMO_AHEAD if settings().demo else terms.STEPS_ASIDE


def _step(secret: str, code: str, last: int) -> int | None:
    """The open step after `last` whose code this is."""
    typed = terms.digits(code)
    open_now = [step for step in terms.steps_open(clock.now(), _ahead()) if step > last]
    found = [step for step in open_now if pyotp.utils.strings_equal(_code(secret, step), typed)]
    return found[0] if found else None


def _code(secret: str, step: int) -> str:
    return pyotp.TOTP(secret).generate_otp(step)


def _take(row_id: UUID, step: int) -> bool:
    newer = (Authenticator.id == row_id) & (Authenticator.last_step < step)
    with transaction(desk) as session:
        taken = session.execute(update(Authenticator).where(newer).values(last_step=step))
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def _one(person_id: UUID, confirmed: bool) -> Authenticator | None:
    state = Authenticator.confirmed_at.is_not(None) if confirmed else Authenticator.confirmed_at.is_(None)
    with transaction(desk) as session:
        return session.scalar(select(Authenticator).where(_mine(person_id), state))


def _mine(person_id: UUID) -> ColumnElement[bool]:
    return Authenticator.person_id == person_id


def _secret(row: Authenticator) -> str:
    return secrets.unseal("authenticator", "secret", row.id, row.secret)
