"""Codes, sessions, second factors, and how long things last."""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from lms.accounts.rules.people import FULL_WIDTH

CODE_LIFE = timedelta(minutes=5)
CODE_TRIES = 5
CODE_KEPT = timedelta(days=1)
# A trainee's browser is forgotten after half a day without a sign, a clerk's after half an hour.
SESSION_LIFE, SESSION_LONGEST = timedelta(hours=12), timedelta(days=30)
STAFF_SESSION_LIFE, STAFF_SESSION_LONGEST = timedelta(minutes=30), timedelta(hours=12)
PENDING_LIFE = timedelta(minutes=10)
PROOF_LIFE = timedelta(minutes=10)
# Operators give a number that was handed back to somebody else after about three months.
DORMANT = timedelta(days=90)
STEP_SECONDS = 30
STEPS_ASIDE = 1
RECOVERY_CODES = 10
RESET_LIFE = timedelta(days=3)
SLIP_LIFE = timedelta(hours=2)
PASSWORD_SHORTEST = 10
ROW = "01234567890123456789"
TWICE = re.compile(r"(.)\1*")
# Letters and digits that nobody mistakes for one another, read aloud or from paper.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Code:
    """A one-time code as the tables keep it."""

    expires_at: datetime
    tries: int
    used: bool


@dataclass(frozen=True)
class Namesake:
    """What tells candidates apart: name, and when they were last here (None: never)."""

    name: str
    seen_at: datetime | None
    known_here: bool


def code_good(code: Code, now: datetime) -> bool:
    """Whether a code may still be tried."""
    return not code.used and code.tries < CODE_TRIES and now < code.expires_at


def digits_asked(person: Namesake, sharers: Collection[Namesake], now: datetime) -> bool:
    """Whether the last six of the identity number are asked: a new device, and a namesake or a long absence.

    After a long absence the number may be somebody else's by now.
    """
    if person.known_here:
        return False
    names = Counter(each.name for each in sharers)
    return names[person.name] > 1 or (person.seen_at is not None and now - person.seen_at >= DORMANT)


def steps_open(now: datetime, ahead: int = STEPS_ASIDE) -> range:
    """The steps of 30 s whose codes open now: one before and `ahead` after, for clocks that differ."""
    here = int(now.timestamp()) // STEP_SECONDS
    return range(here - STEPS_ASIDE, here + ahead + 1)


def plain(text: str) -> str:
    """A code from paper as it is compared: capitals and digits, no spaces or dashes."""
    return re.sub(r"[^0-9A-Z]", "", text.translate(FULL_WIDTH).upper())


def digits(text: str) -> str:
    """The digits of what was typed, full width or not."""
    return "".join(c for c in text.translate(FULL_WIDTH) if c.isdigit())


def grouped(code: str) -> str:
    """ABCD-EFGH: easier to read aloud."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def password_problem(password: str, known: Collection[str]) -> str | None:
    """Why a password will not do, in words; None if it will. `known` is what others know of the person."""
    if len(password) < PASSWORD_SHORTEST:
        return f"密码要 {PASSWORD_SHORTEST} 位以上，现在是 {len(password)} 位"
    if TWICE.fullmatch(password) or password in ROW or password in ROW[::-1]:
        return "这个密码别人一猜就中，换一个，比如四个不相干的词"
    if any(word and word in password for word in known):
        return "密码里不要带手机号、姓名或者身份证号"
    return None
