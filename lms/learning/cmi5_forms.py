"""What outside systems may send to /api/cmi5, turned into plain data; each refusal names the field and says why."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from lms.foundation.errors import Refused
from lms.lrs.rules.iri import check_iri
from lms.lrs.rules.refusal import Invalid

LARGEST_BODY = 20_000
JUNK = "请求的内容要是一个 JSON 对象，字段和写法见 docs/cmi5.md"
ACTOR = "actor 只要 account（homePage 是网址，name 是不含个人信息的编号），不要姓名、邮箱和别的"
RETURN = "returnURL 要是一个完整的 http 或 https 网址"

_Index = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
_Form = TypeVar("_Form")


class _Launch(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    actor: dict[str, Any]
    au_index: _Index = 0
    registration: UUID | None = None
    launch_mode: Literal["Normal", "Browse", "Review"] = "Normal"
    return_url: Annotated[str, msgspec.Meta(max_length=2000)] = msgspec.field(name="returnURL", default="")


class Waiver(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """Which AU (from 0) is waived, and why."""

    au_index: _Index
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"\S")]


@dataclass(frozen=True)
class LaunchAsked:
    """A launch as an outside system asks for it; `actor` is whole, with its objectType."""

    actor: dict[str, Any]
    au: int
    registration: UUID | None
    mode: str
    return_url: str


def launch_of(body: bytes) -> LaunchAsked:
    """{"actor", "auIndex"?, "registration"?, "launchMode"?, "returnURL"?}; raises Refused."""
    asked = _read(body, _Launch)
    if asked.return_url and not _is_web(asked.return_url):
        raise Refused(RETURN, code="return_url", field="returnURL")
    return LaunchAsked(_actor(asked.actor), asked.au_index, asked.registration, asked.launch_mode, asked.return_url)


def waiver_of(body: bytes) -> Waiver:
    """{"auIndex", "reason"}; raises Refused."""
    return _read(body, Waiver)


def _read(body: bytes, form: type[_Form]) -> _Form:
    if len(body) > LARGEST_BODY:
        raise Refused(JUNK, code="unreadable")
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise Refused(f"{JUNK}（{problem}）", code="unreadable") from problem


def _actor(given: dict[str, Any]) -> dict[str, Any]:
    account = given.get("account")
    rest = {name for name in given if name not in {"objectType", "account"}}
    if rest or given.get("objectType", "Agent") != "Agent" or not isinstance(account, dict):
        raise Refused(ACTOR, code="actor", field="actor")
    home, name = account.get("homePage"), account.get("name")
    if set(account) != {"homePage", "name"} or not isinstance(home, str) or not isinstance(name, str):
        raise Refused(ACTOR, code="actor", field="actor")
    try:
        check_iri(home, "actor.account.homePage")
    except Invalid as bad:
        raise Refused(ACTOR, code="actor", field="actor") from bad
    if not name.strip() or len(name) > 200 or "\0" in name or len(home) > 500:
        raise Refused(ACTOR, code="actor", field="actor")
    return {"objectType": "Agent", "account": {"homePage": home, "name": name}}


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and address.isprintable() and " " not in address
