"""Links to files that expire: a token in the path, signed with HMAC-SHA-256. No cookie, no database, no Flask.

token = base64url(expiry "\\n" label "\\n" key "\\n" person) "." base64url(first 16 bytes of the MAC over it)
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

_MAC_BYTES = 16


class BadLink(Exception):
    """The token was changed, made with another key, or is not a token at all."""


class ExpiredLink(BadLink):
    """The token was good once."""


@dataclass(frozen=True)
class Link:
    """What a token allows: one file, on one host label, until a moment; `person` says for whom it was made."""

    label: str
    key: str
    expires: int
    person: str = ""


def sign(secret: bytes, link: Link) -> str:
    """The token of a link; fields may not hold line breaks."""
    fields = (str(link.expires), link.label, link.key, link.person)
    if any("\n" in field for field in fields):
        raise ValueError("a line break cannot be signed into a link")
    body = "\n".join(fields).encode()
    return f"{_b64(body)}.{_b64(_mac(secret, body))}"


def verify(secret: bytes, token: str, label: str, now: datetime) -> Link:
    """What the token allows on this host label; raises BadLink, or ExpiredLink when only the time is over."""
    body, mac = _split(token)
    if not hmac.compare_digest(mac, _mac(secret, body)):
        raise BadLink("the signature does not fit")
    expires, signed_label, key, person = body.decode().split("\n")
    if not hmac.compare_digest(signed_label.encode(), label.encode()):
        raise BadLink("the link belongs to another host")
    if int(expires) <= now.timestamp():
        raise ExpiredLink("the link is over")
    return Link(signed_label, key, int(expires), person)


def _split(token: str) -> tuple[bytes, bytes]:
    body, dot, mac = token.partition(".")
    if not dot or len(token) > 1024:
        raise BadLink("not a token")
    try:
        return _unb64(body), _unb64(mac)
    except (binascii.Error, ValueError) as problem:
        raise BadLink("not a token") from problem


def _mac(secret: bytes, body: bytes) -> bytes:
    return hmac.digest(secret, b"yanxue media link\0" + body, hashlib.sha256)[:_MAC_BYTES]


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    padded = text.encode("ascii") + b"=" * (-len(text) % 4)
    data = base64.b64decode(padded, altchars=b"-_", validate=True)
    if _b64(data) != text:
        raise ValueError("two spellings of one token")
    return data
