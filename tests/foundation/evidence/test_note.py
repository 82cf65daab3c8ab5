"""Checkpoints are written as C2SP says and only the right key's signature opens them."""

import base64
import string

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lms.foundation.evidence import note

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
HEAD = note.Head("lms.example.org/evidence", 8, bytes(range(32)))
SIGNED = note.sign(note.checkpoint_text(HEAD), "lms.example.org", KEY)


def test_published_note_of_the_go_module() -> None:
    """The example in golang.org/x/mod/sumdb/note; it fixes key id, signature line and vkey.

    Sabotage: leave the algorithm byte out of key_id.
    """
    vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    signed = (
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(vkey.split("+")[2])[1:])
    assert note.verifier_key("PeterNeumann", key) == vkey
    assert note.open_note(signed, "PeterNeumann", key).startswith("If you think")


def test_checkpoint_round_trip() -> None:
    assert SIGNED.splitlines()[:3] == [HEAD.origin, "8", base64.b64encode(HEAD.root).decode()]
    assert note.read_checkpoint(note.open_note(SIGNED, "lms.example.org", KEY.public_key())) == HEAD


def test_another_key_or_name_is_refused() -> None:
    """Sabotage: skip the comparison of the key id and catch InvalidSignature as well."""
    with pytest.raises(note.BadNote):
        note.open_note(SIGNED, "lms.example.org", OTHER.public_key())
    with pytest.raises(note.BadNote):
        note.open_note(SIGNED, "elsewhere.example.org", KEY.public_key())


def test_no_flipped_bit_passes() -> None:
    """Every bit in turn. Sabotage: let open_note pass a text whose signature does not fit."""
    signed = SIGNED.encode()
    for nth in range(8 * len(signed)):
        data = bytearray(signed)
        data[nth // 8] ^= 1 << nth % 8
        with pytest.raises((note.BadNote, UnicodeDecodeError)):
            note.open_note(bytes(data).decode(), "lms.example.org", KEY.public_key())


def test_base64_in_an_unusual_form_is_refused() -> None:
    """The last two bits before the = say nothing; they must still be zero. Sabotage: do not encode again in _decode."""
    letters = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
    body, last, rest = SIGNED[:-3], SIGNED[-3], SIGNED[-2:]
    assert rest == "=\n"
    with pytest.raises(note.BadNote):
        note.open_note(body + letters[letters.index(last) + 1] + rest, "lms.example.org", KEY.public_key())


@pytest.mark.parametrize("text", ["a\n1\n", "a\n01\nAAAA\n", "a\n-1\nAAAA\n", "a\n1\nAAAA\nmore\n", "a\n1\nAAAA\n"])
def test_odd_checkpoints_are_refused(text: str) -> None:
    with pytest.raises(note.BadNote):
        note.read_checkpoint(text)
