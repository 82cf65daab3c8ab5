"""How an entry becomes bytes: canonical JSON, leaf hashes, field marks and salted commitments. Pure.

Canonical JSON here is: UTF-8, keys sorted by code point, no blanks, no escapes but those JSON demands, values that are
text, whole numbers up to 2^53 - 1 either side, true, false, null, lists and objects of these. There are no fractions: two
programs may print one fraction in two ways. Times are text (RFC 3339, UTC, microseconds), sizes and durations whole numbers.
"""

import hashlib
import hmac
import json
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

from lms.foundation.evidence.tree import leaf_hash

LARGEST_INT = 2**53 - 1
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical(value: Any) -> bytes:
    """Return the one byte string that stands for a value; TypeError or ValueError for what has no canonical form."""
    _check(value)
    return _encode(value).encode("utf-8")


def _check(value: Any) -> None:
    if value is None or isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if abs(value) > LARGEST_INT:
            raise ValueError(f"{value} is too large for a canonical number")
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"a key must be text, not {type(key).__name__}")
            _check(item)
    else:
        raise TypeError(f"{type(value).__name__} has no canonical form: give text or a whole number")


def entry(kind: str, content: dict[str, Any]) -> bytes:
    """Return the bytes that are hashed for one record of a kind."""
    return canonical({"content": content, "kind": kind})


def hash_of(kind: str, content: dict[str, Any]) -> bytes:
    """Return the leaf hash (32 bytes) of one record."""
    return leaf_hash(entry(kind, content))


def marks(content: dict[str, Any]) -> bytes:
    """Return two bytes for each field, in the order of the keys.

    They prove nothing; when a leaf hash differs they tell which field to look at. A changed field is missed once in 65,536.
    """
    return b"".join(hashlib.sha256(canonical([key, content[key]])).digest()[:2] for key in sorted(content))


def seal(kind: str, content: dict[str, Any]) -> tuple[bytes, bytes]:
    """Return hash_of() and marks() of a record at once: each of its values is written once for both."""
    fields = [(_name(key), _written(content[key])) for key in sorted(content)]
    whole = ",".join(f"{key}:{value}" for key, value in fields)
    hashed = leaf_hash(f'{{"content":{{{whole}}},"kind":{_encode(kind)}}}'.encode())
    return hashed, b"".join(hashlib.sha256(f"[{key},{value}]".encode()).digest()[:2] for key, value in fields)


@lru_cache(maxsize=1000)
def _name(key: str) -> str:
    return encode_basestring(key)


def _written(value: Any) -> str:
    if type(value) is str:
        return encode_basestring(value)
    if type(value) is int and abs(value) <= LARGEST_INT:
        return str(value)
    return "null" if value is None else canonical(value).decode()


def changed_fields(content: dict[str, Any], sealed_marks: bytes) -> list[str]:
    """Return the names of the fields that differ from the marks taken when the record was sealed."""
    keys = sorted(content)
    if len(sealed_marks) != 2 * len(keys):
        return []
    now = marks(content)
    return [key for i, key in enumerate(keys) if now[2 * i : 2 * i + 2] != sealed_marks[2 * i : 2 * i + 2]]


def commitment(value: str, salt: bytes) -> str:
    """Return the hex commitment to a personal value: HMAC-SHA-256 keyed by a random salt of at least 16 bytes.

    Only the commitment goes into a leaf. Salt and value lie elsewhere; when both are erased the tree stays whole and the
    value can no longer be guessed from it, however few values are possible.
    """
    if len(salt) < 16:
        raise ValueError("a salt needs at least 16 random bytes")
    return hmac.new(salt, value.encode("utf-8"), hashlib.sha256).hexdigest()
