"""The keys that have signed, each named by the one before it: who trusts the first can follow to the last.

An endorsement is a signed note (C2SP) whose text is `yanxue-key/1`, the first size that the new key signs, and the new
key's line; it is signed by the key that it takes over from.
"""

import os
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import insert, select

from lms.foundation import clock, secrets
from lms.foundation.database import db, transaction
from lms.foundation.evidence import note, sequencer
from lms.foundation.evidence.models import SigningKey

FORM = "yanxue-key/1"


@dataclass(frozen=True)
class Known:
    """A key that has signed: its line, the first size that it signs, and the note that names it ("" for the first)."""

    vkey: str
    from_size: int
    endorsement: str


def chain() -> list[Known]:
    """The keys in the order in which they signed; empty while the first has never been turned (inside a transaction)."""
    rows = db.session.scalars(select(SigningKey).order_by(SigningKey.from_size, SigningKey.created_at))
    return [Known(row.vkey, row.from_size, row.endorsement) for row in rows]


def publics(known: list[Known]) -> list[Ed25519PublicKey]:
    """Every key that may have signed a checkpoint, the newest first; the current one where none was ever turned."""
    current = secrets.signing_key().public_key()
    return [note.public_key(one.vkey) for one in reversed(known)] or [current]


def turn() -> str:
    """Take a new signing key; the old one names it first. Gives the new key's fingerprint. Opens its own transactions."""
    checkpoint = sequencer.checkpoint_now()
    old, new = secrets.signing_key(), Ed25519PrivateKey.from_private_bytes(seed := os.urandom(32))
    origin, from_size = note.origin_of(checkpoint.note), checkpoint.size + 1
    vkey = note.verifier_key(origin, new.public_key())
    endorsement = note.sign(endorsement_text(vkey, from_size), origin, old)
    with transaction(sequencer.SEQUENCER) as session:
        if not chain():
            first = note.verifier_key(origin, old.public_key())
            session.execute(insert(SigningKey).values(**_row(old, first, 0, "")))
        session.execute(insert(SigningKey).values(**_row(new, vkey, from_size, endorsement)))
    holder = secrets.holder()
    secrets.write_keyring(holder.file, replace(holder.ring(), signing=seed))
    return note.fingerprint(new.public_key())


def endorsement_text(vkey: str, from_size: int) -> str:
    """What the old key signs."""
    return f"{FORM}\n{from_size}\n{vkey}\n"


def _row(key: Ed25519PrivateKey, vkey: str, from_size: int, endorsement: str) -> dict[str, object]:
    named = {"fingerprint": note.fingerprint(key.public_key()), "created_at": clock.now()}
    return {**named, "vkey": vkey, "from_size": from_size, "endorsement": endorsement}
