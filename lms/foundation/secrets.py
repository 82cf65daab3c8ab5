"""What must not be read in the tables: sealed columns, blind indexes, signatures and passwords.

A sealed value is `version | key id length | key id | nonce | AES-256-GCM`, bound to its table, column and row, so that
a value moved to another place does not open (design.md decision 10).
"""

import base64
import hashlib
import hmac
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

from lms.config import SettingError, Settings
from lms.foundation.errors import TooMany

VERSION = 1
HASHES_AT_ONCE = 2
HASH_WAIT_SECONDS = 8


class SealBroken(Exception):
    """A sealed value was changed, moved to another row, or sealed with a key that is gone."""


@dataclass(frozen=True)
class Keyring:
    """The keys of the platform; `current` seals, the others still open."""

    current: str
    sealing: dict[str, bytes]
    index: bytes
    mac: bytes
    signing: bytes

    @classmethod
    def generate(cls) -> "Keyring":
        """A new ring."""
        return cls("k1", {"k1": os.urandom(32)}, os.urandom(32), os.urandom(32), os.urandom(32))

    @classmethod
    def parse(cls, text: str) -> "Keyring":
        """Read a ring; raises SettingError without repeating what was in it."""
        try:
            data = json.loads(text)
            sealing = {name: base64.b64decode(key) for name, key in data["sealing"].items()}
            ring = cls(data["current"], sealing, *(base64.b64decode(data[k]) for k in ("index", "mac", "signing")))
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise SettingError("LMS_KEYS must be a keyring file made by `lms keys new`") from problem
        if ring.current not in ring.sealing or {len(k) for k in ring.sealing.values()} != {32}:
            raise SettingError("LMS_KEYS names a current key that is not in it")
        return ring

    def dump(self) -> str:
        """The ring as JSON text."""
        b64 = {name: base64.b64encode(key).decode() for name, key in self.sealing.items()}
        rest = {k: base64.b64encode(getattr(self, k)).decode() for k in ("index", "mac", "signing")}
        return json.dumps({"current": self.current, "sealing": b64, **rest}, indent=1)

    def turned(self) -> "Keyring":
        """The same ring with a new key that seals from now on."""
        name = f"k{1 + max(int(k[1:]) for k in self.sealing)}"
        return replace(self, current=name, sealing={**self.sealing, name: os.urandom(32)})

    def without(self, name: str) -> "Keyring":
        """The ring without a key that no row needs any more."""
        return replace(self, sealing={k: v for k, v in self.sealing.items() if k != name})


def keyring_file(settings: Settings) -> Path:
    """Where the keys are kept: LMS_KEYS, or keys.json in the data folder."""
    return Path(settings.keys) if settings.keys else settings.data / "keys.json"


def load_keyring(settings: Settings) -> Keyring:
    """Read the keys; on one machine the first start makes them. A named file that is missing is an error."""
    file = keyring_file(settings)
    if not file.exists():
        if settings.keys:
            raise SettingError(f"LMS_KEYS names {file}, which is not there")
        _write_new(file, Keyring.generate().dump())
    return Keyring.parse(file.read_text())


def write_keyring(file: Path, ring: Keyring) -> None:
    """Replace the keys in one step, so that a crash leaves the old file or the new one."""
    beside = file.with_suffix(".new")
    beside.unlink(missing_ok=True)
    _write_new(beside, ring.dump())
    os.replace(beside, file)


def _write_new(file: Path, text: str) -> None:
    """Two processes may start at once: the first one's keys stay."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(beside, file)
    except FileExistsError:
        pass
    finally:
        beside.unlink()


def seal(table: str, column: str, row_id: UUID | str, text: str) -> bytes:
    """Encrypt a value for one place in the tables."""
    ring, nonce = _ring(), os.urandom(12)
    body = AESGCM(ring.sealing[ring.current]).encrypt(nonce, text.encode(), _place(table, column, row_id))
    name = ring.current.encode()
    return bytes([VERSION, len(name)]) + name + nonce + body


def unseal(table: str, column: str, row_id: UUID | str, blob: bytes) -> str:
    """Open a sealed value; raises SealBroken."""
    name, rest = blob[2 : 2 + blob[1]].decode(), blob[2 + blob[1] :]
    try:
        key = _ring().sealing[name]
        return AESGCM(key).decrypt(rest[:12], rest[12:], _place(table, column, row_id)).decode()
    except (KeyError, InvalidTag) as problem:
        raise SealBroken(f"{table}.{column} of {row_id} does not open") from problem


def sealed_with(blob: bytes) -> str:
    """The id of the key that sealed a value."""
    return blob[2 : 2 + blob[1]].decode()


def blind_index(purpose: str, text: str) -> bytes:
    """A keyed hash for equality alone (32 bytes): same text, same purpose, same hash; useless without the key."""
    return hmac.digest(_ring().index, f"{purpose}\0{text}".encode(), hashlib.sha256)


def mac(purpose: str, text: str) -> str:
    """A signature in hex over a short text, good for links that expire and tokens that are compared."""
    return hmac.new(_ring().mac, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def signing_key() -> Ed25519PrivateKey:
    """The key that signs checkpoints and bundles."""
    return Ed25519PrivateKey.from_private_bytes(_ring().signing)


class KeyringHolder:
    """The ring of a running process; looks at the file's time at each use, so that a turned key holds at once."""

    def __init__(self, settings: Settings) -> None:
        self._ring = load_keyring(settings)
        self.file = keyring_file(settings)
        self._read_at = self.file.stat().st_mtime_ns

    def ring(self) -> Keyring:
        """The ring as the file holds it now."""
        changed = self.file.stat().st_mtime_ns
        if changed != self._read_at:
            self._ring, self._read_at = Keyring.parse(self.file.read_text()), changed
        return self._ring


def holder() -> KeyringHolder:
    """The keys of the running application."""
    return current_app.extensions["keyring"]  # type: ignore[no-any-return]


def _ring() -> Keyring:
    return holder().ring()


def _place(table: str, column: str, row_id: UUID | str) -> bytes:
    return f"{table}|{column}|{row_id}".encode()


# OWASP's figures (19 MiB, t=2, p=1) cost 73 ms here; the library's own 510 ms would let a few sign-ins stop the house.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_DUMMY = _hasher.hash("nobody has this password")
_turns = threading.BoundedSemaphore(HASHES_AT_ONCE)


def hash_password(password: str) -> str:
    """The argon2id hash of a password; at most two are computed at once in a process."""
    with _turn():
        return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is right; costs the same time when there is nobody to compare with."""
    with _turn():
        try:
            return _hasher.verify(stored or _DUMMY, password) and stored is not None
        except (VerifyMismatchError, InvalidHashError):
            return False


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=HASH_WAIT_SECONDS):
        raise TooMany("现在登录的人多，等一分钟再试")
    try:
        yield
    finally:
        _turns.release()


def sealed_columns(tables: dict[str, Any]) -> list[tuple[str, str]]:
    """All (table, column) that a model declares with info={"sealed": True}."""
    return [(t.name, c.name) for t in tables.values() for c in t.columns if c.info.get("sealed")]
