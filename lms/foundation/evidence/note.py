"""Signed notes and checkpoints as C2SP writes them, with Ed25519. Pure; keys are given.

https://c2sp.org/signed-note and https://c2sp.org/tlog-checkpoint
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = b"\x01"


class BadNote(ValueError):
    """A note that is not well formed or whose signature does not fit."""


@dataclass(frozen=True)
class Head:
    """What a checkpoint states: the log's name, how many leaves it holds, and their root."""

    origin: str
    size: int
    root: bytes


def raw(key: Ed25519PublicKey) -> bytes:
    """Return the 32 bytes of a public key."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return the SHA-256 of a public key in hex: what is published and compared by eye."""
    return hashlib.sha256(raw(key)).hexdigest()


def key_id(name: str, key: Ed25519PublicKey) -> bytes:
    """Return the four bytes that say which key of a name signed (C2SP signed-note)."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + raw(key)).digest()[:4]


def verifier_key(name: str, key: Ed25519PublicKey) -> str:
    """Return a key as one line of text: name, id and key, joined by plus signs (C2SP vkey)."""
    return f"{name}+{key_id(name, key).hex()}+{base64.b64encode(ED25519 + raw(key)).decode()}"


def public_key(line: str) -> Ed25519PublicKey:
    """Return the key of a line that verifier_key() wrote; BadNote for anything else."""
    name, _, rest = line.partition("+")
    blob = _decode(rest.partition("+")[2])
    key = Ed25519PublicKey.from_public_bytes(blob[1:])
    if blob[:1] != ED25519 or verifier_key(name, key) != line:
        raise BadNote("not a key line")
    return key


def sign(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """Return a signed note: the text, which must end in a line end, an empty line, and one signature line."""
    if not text.endswith("\n"):
        raise BadNote("the text of a note ends in a line end")
    blob = key_id(name, key.public_key()) + key.sign(text.encode())
    return f"{text}\n— {name} {base64.b64encode(blob).decode()}\n"


def open_note(note: str, name: str, key: Ed25519PublicKey) -> str:
    """Return the text of a note that this key signed, and nobody else; BadNote otherwise."""
    text, blank, line = note.rpartition("\n\n")
    prefix = f"— {name} "
    if not blank or not line.startswith(prefix) or not line.endswith("\n"):
        raise BadNote("no signature line of this key")
    blob = _decode(line[len(prefix) : -1])
    if blob[:4] != key_id(name, key):
        raise BadNote("signed by another key")
    try:
        key.verify(blob[4:], f"{text}\n".encode())
    except InvalidSignature:
        raise BadNote("the signature does not fit the text") from None
    return f"{text}\n"


def opened(signed: str, signers: Sequence[Ed25519PublicKey]) -> str:
    """Return the text of a note that one of the keys signed under the note's own origin; BadNote otherwise."""
    for key in signers:
        try:
            return open_note(signed, origin_of(signed), key)
        except BadNote:
            continue
    raise BadNote("signed by none of the keys")


def checkpoint_text(head: Head) -> str:
    """Return the three lines of a checkpoint."""
    return f"{head.origin}\n{head.size}\n{base64.b64encode(head.root).decode()}\n"


def origin_of(signed: str) -> str:
    """Return the log's name that a checkpoint states: its own, also after the platform has moved to another name."""
    return signed.split("\n", 1)[0]


def read_checkpoint(text: str) -> Head:
    """Return what the three lines of a checkpoint state; BadNote when they are not exactly three."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[1].isdecimal():
        raise BadNote("a checkpoint has three lines")
    head = Head(lines[0], int(lines[1]), _decode(lines[2]))
    if checkpoint_text(head) != text or len(head.root) != 32:
        raise BadNote("the checkpoint is not written as it should be")
    return head


def _decode(text: str) -> bytes:
    try:
        blob = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("not base64") from None
    if base64.b64encode(blob).decode() != text:
        raise BadNote("base64 in an unusual form")
    return blob
