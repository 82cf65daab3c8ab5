"""How often something may be tried. Sliding windows; a classroom behind one address is nobody's attack."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

HOUR, QUARTER, DAY = timedelta(hours=1), timedelta(minutes=15), timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """At most `most` of a kind within any stretch of `within`; `words` tell what to do instead."""

    kind: str
    most: int
    within: timedelta
    words: str


SLOWLY = "这会儿这里试的人太多，过几分钟再来"
# Codes that led to a sign-in are given back, so who signs in often is never stopped by it.
CODES_PHONE = Limit("code:phone", 5, HOUR, "这个号码一小时里收了 5 条验证码，过一会儿再试，或者用密码登录")
CODES_DEVICE = Limit("code:device", 5, HOUR, CODES_PHONE.words)
CODES_DAY = Limit("code:day", 15, DAY, "这个号码今天收的验证码够多了，明天再收，或者找老师当面帮你登录")
CODES_ADDRESS = Limit("code:address", 240, HOUR, SLOWLY)
CODES_HOUSE = Limit("code:house", 3000, timedelta(minutes=10), SLOWLY)
GUESSES_ADDRESS = Limit("guess:address", 600, HOUR, SLOWLY)
GUESSES_HOUSE = Limit("guess:house", 6000, timedelta(minutes=10), SLOWLY)
PASSWORDS_PHONE = Limit("password:phone", 10, QUARTER, "密码试错太多次，过 15 分钟再试，或者用短信验证码登录")
PASSWORDS_DEVICE = Limit("password:device", 10, QUARTER, PASSWORDS_PHONE.words)
PASSWORDS_ADDRESS = Limit("password:address", 120, QUARTER, SLOWLY)
PASSWORDS_HOUSE = Limit("password:house", 3000, QUARTER, SLOWLY)
SECONDS_PERSON = Limit("second:person", 10, QUARTER, "动态码试错太多次，过 15 分钟再试")
SECONDS_DAY = Limit("second:day", 50, DAY, "动态码今天试错太多次，明天再试，或者请同事当面帮你重设")
RECOVERY_PERSON = Limit("recovery:person", 5, HOUR, "备用码试错太多次，过一小时再试，或者请同事当面帮你重设")
DIGITS_PERSON = Limit("digits:person", 5, HOUR, "后 6 位试错太多次，过一小时再试，或者找老师当面帮你登录")
SLIPS_ADDRESS = Limit("slip:address", 30, HOUR, SLOWLY)
SLIPS_HOUSE = Limit("slip:house", 600, HOUR, SLOWLY)
SIGN_INS_PERSON = Limit("sign-in:person", 60, HOUR, "你登录得太频繁了，过一会儿再来")
SIGN_INS_ADDRESS = Limit("sign-in:address", 1200, HOUR, SLOWLY)
PROOFS_PERSON = Limit("proof:person", 10, QUARTER, "试错太多次，过 15 分钟再试")


def wait(limit: Limit, nth_newest: datetime | None, now: datetime) -> timedelta:
    """How long until one more may be tried: nothing, unless the `most`-th newest attempt is still in the window."""
    if nth_newest is None:
        return timedelta()
    return max(timedelta(), nth_newest + limit.within - now)


def network(address: str) -> str:
    """Who counts as one address: an IPv4 address, or the /64 that one line gets of IPv6."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        return ":".join(found.exploded.split(":")[:4])
    return str(found)


def roughly(address: str) -> str:
    """Where a browser was, roughly: the first half of an IPv4 address, the first two groups of IPv6."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        return ":".join(found.exploded.split(":")[:2]) + ":*"
    return ".".join(str(found).split(".")[:2]) + ".*.*"
