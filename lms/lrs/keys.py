"""Keys: how a machine proves who it is. One keyed hash a request; the secret itself is kept nowhere."""

import base64
import binascii
from dataclasses import dataclass
from hmac import compare_digest
from secrets import token_hex, token_urlsafe
from time import monotonic
from uuid import UUID, uuid4

from flask import Request, g
from sqlalchemy import select, text

from lms.foundation import secrets
from lms.foundation.database import db, transaction
from lms.foundation.errors import NotSignedIn
from lms.foundation.principal import Principal
from lms.lrs.models import Key
from lms.lrs.rules.exchange import form_fields
from lms.lrs.rules.keys import GOOD
from lms.lrs.rules.refusal import Invalid
from lms.lrs.rules.scopes import ALL

REMEMBERED_SECONDS = 30.0
LARGEST_MEMORY = 10_000
_PURPOSE = "lrs-key"
_SYSTEM = Principal.system_of("lrs-keys")


@dataclass(frozen=True)
class Caller:
    """Whom a request speaks for. Without `key_id` it is the platform itself."""

    tenant_id: UUID
    name: str
    scopes: frozenset[str] = frozenset({ALL})
    key_id: UUID | None = None


@dataclass(frozen=True)
class Issued:
    """A new key; the secret is shown this once."""

    key: str
    secret: str
    id: UUID | None = None


# Who a key is may be remembered: whether it is still good is asked again inside every transaction (connection.py).
_memory: dict[str, tuple[float, bytes, Caller]] = {}


def issue(
    tenant_id: UUID,
    name: str,
    scopes: tuple[str, ...] = (ALL,),
    *,
    purpose: str = "",
    by: UUID | None = None,
    replaces: UUID | None = None,
) -> Issued:
    """Make a key for a tenant, inside the open transaction."""
    issued = Issued(f"lrs-{token_hex(8)}", token_urlsafe(32), uuid4())
    row = Key(id=issued.id, tenant_id=tenant_id, name=name, key=issued.key, scopes=list(scopes), purpose=purpose)
    row.secret_hash, row.issued_by, row.replaces = secrets.blind_index(_PURPOSE, issued.secret), by, replaces
    db.session.add(row)
    db.session.flush()
    return issued


def authenticate(request: Request) -> Principal:
    """The principal of a key in HTTP Basic form (or in the form fields of the alternate syntax); raises NotSignedIn.

    A session cookie counts for nothing here.
    """
    g.lrs_caller = caller = check(*_credentials(_authorization(request)))
    return Principal(organisations=frozenset({caller.tenant_id}))


def check(key: str, secret: str) -> Caller:
    """Who holds this key and secret; raises NotSignedIn."""
    hashed = secrets.blind_index(_PURPOSE, secret)
    found = _remembered(key) or _look_up(key)
    if found is None or not compare_digest(found[1], hashed):
        raise NotSignedIn("密钥不对，或者已经停用")
    return found[2]


def forget() -> None:
    """Remember no key (the tables were emptied)."""
    _memory.clear()


def _remembered(key: str) -> tuple[float, bytes, Caller] | None:
    found = _memory.get(key)
    return found if found and found[0] > monotonic() else None


def _look_up(key: str) -> tuple[float, bytes, Caller] | None:
    with transaction(_SYSTEM):
        row = db.session.scalar(select(Key).where(Key.key == key, text(GOOD)))
    if row is None:
        return None
    if len(_memory) > LARGEST_MEMORY:
        _memory.clear()
    caller = Caller(row.tenant_id, row.name, frozenset(row.scopes), row.id)
    _memory[key] = found = (monotonic() + REMEMBERED_SECONDS, row.secret_hash, caller)
    return found


def _authorization(request: Request) -> str:
    given = request.headers.get("Authorization", "")
    if given or request.method != "POST" or "method" not in request.args:
        return given
    try:
        return form_fields(request.get_data()).get("Authorization", "")
    except Invalid:
        return ""


def _credentials(header: str) -> tuple[str, str]:
    scheme, _, value = header.partition(" ")
    try:
        key, colon, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as problem:
        raise NotSignedIn("请用 Basic 方式带上密钥") from problem
    if scheme.lower() != "basic" or not colon or "\0" in key:
        raise NotSignedIn("请用 Basic 方式带上密钥")
    return key, secret
