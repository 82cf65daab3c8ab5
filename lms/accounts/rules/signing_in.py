"""Codes, guesses and how long things last."""

from dataclasses import dataclass
from datetime import datetime, timedelta

CODE_LIFE = timedelta(minutes=5)
CODE_TRIES = 5
CODE_WINDOW = timedelta(hours=1)
CODES_AN_HOUR = 5
PASSWORD_TRIES = 10
PASSWORD_WINDOW = timedelta(minutes=15)
SESSION_LIFE = timedelta(hours=12)


@dataclass(frozen=True)
class Code:
    """A one-time code as the tables keep it."""

    expires_at: datetime
    tries: int
    used: bool


def code_good(code: Code, now: datetime) -> bool:
    """Whether a code may still be tried."""
    return not code.used and code.tries < CODE_TRIES and now < code.expires_at
