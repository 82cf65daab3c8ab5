"""Signing in, step by step; answers are the same whether or not a number is known."""

import secrets as random
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, func, select

from lms.accounts import rules
from lms.accounts.models import OneTimeCode, Person, SignInFailure
from lms.foundation import clock, secrets
from lms.foundation.database import db, transaction
from lms.foundation.errors import Refused, TooMany
from lms.foundation.principal import Principal

desk = Principal.system_of("sign-in")
GUESSED = "手机号或密码不对。忘了密码就用短信验证码登录"
WRONG_CODE = "验证码不对，看看最新那条短信，是 6 位数字"
OLD_CODE = "这个验证码已经用过或者过了 5 分钟，再收一条新的"


@dataclass(frozen=True)
class Candidate:
    """Somebody who signs in with this phone; a couple may share one."""

    id: UUID
    name: str
    masked_id_number: str


def new_code(phone: str) -> str:
    """Make a code for a phone, whether known or not; raises TooMany after five in an hour."""
    code, now = f"{random.randbelow(10**6):06}", clock.now()
    index = secrets.blind_index("phone", phone)
    with transaction(desk) as session:
        # Codes of one phone are counted and made one after the other, or ten requests at once would all pass.
        session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(index[:7], "big"))))
        recent = OneTimeCode.created_at > now - rules.CODE_WINDOW
        session.execute(delete(OneTimeCode).where(OneTimeCode.phone_index == index, ~recent))
        sent = select(func.count()).select_from(OneTimeCode).where(OneTimeCode.phone_index == index, recent)
        if (session.scalar(sent) or 0) >= rules.CODES_AN_HOUR:
            raise TooMany("这个号码一小时里收了 5 条验证码，过一会儿再试，或者用密码登录")
        values = {"code_index": _code_index(index, code), "expires_at": now + rules.CODE_LIFE}
        session.add(OneTimeCode(phone_index=index, tries=0, **values))
    return code


def by_code(phone_index: bytes, code: str) -> list[Candidate]:
    """Who may sign in with this code; raises Refused in the same words for unknown phones and wrong codes."""
    with transaction(desk):
        latest = db.session.scalar(
            select(OneTimeCode)
            .where(OneTimeCode.phone_index == phone_index)
            .order_by(OneTimeCode.created_at.desc())
            .limit(1)
            .with_for_update()
        )
        problem = _problem(latest, phone_index, code)
        people = [] if problem else _with_phone(phone_index)
    if problem or not people:
        raise Refused(problem or WRONG_CODE, code="wrong_code", field="code")
    return people


def by_password(phone: str, password: str) -> list[Candidate]:
    """Who has this phone and password; raises Refused in the same words and after the same time for everybody."""
    index = secrets.blind_index("phone", phone)
    with transaction(desk):
        _refuse_guessing(index)
        known = list(db.session.scalars(select(Person).where(Person.phone_index == index).limit(4)))
    stored: Sequence[str | None] = [person.password_hash for person in known] or [None]
    good = [secrets.verify_password(each, password) for each in stored]
    people = [Candidate(p.id, p.name, p.id_number_mask or "") for p, right in zip(known, good, strict=False) if right]
    if not people:
        with transaction(desk) as session:
            session.add(SignInFailure(phone_index=index))
        raise Refused(GUESSED, code="wrong_password", field="password")
    return people


def _problem(latest: OneTimeCode | None, phone_index: bytes, code: str) -> str | None:
    if latest is None:
        return WRONG_CODE
    now = clock.now()
    if not rules.code_good(rules.Code(latest.expires_at, latest.tries, latest.used_at is not None), now):
        return OLD_CODE
    latest.tries += 1
    if latest.code_index != _code_index(phone_index, code):
        return WRONG_CODE
    latest.used_at = now
    return None


def _with_phone(phone_index: bytes) -> list[Candidate]:
    rows = db.session.scalars(select(Person).where(Person.phone_index == phone_index).order_by(Person.created_at))
    return [Candidate(row.id, row.name, row.id_number_mask or "") for row in rows]


def _refuse_guessing(phone_index: bytes) -> None:
    recent = SignInFailure.created_at > clock.now() - rules.PASSWORD_WINDOW
    db.session.execute(delete(SignInFailure).where(SignInFailure.phone_index == phone_index, ~recent))
    count = select(func.count()).select_from(SignInFailure).where(SignInFailure.phone_index == phone_index, recent)
    if (db.session.scalar(count) or 0) >= rules.PASSWORD_TRIES:
        raise TooMany("密码试错太多次，过 15 分钟再试，或者用短信验证码登录")


def _code_index(phone_index: bytes, code: str) -> bytes:
    return secrets.blind_index("one-time-code", f"{phone_index.hex()}{code}")
