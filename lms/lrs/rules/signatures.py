"""Signed statements (Data 2.6): an attachment is a JWS whose payload is the statement."""

import base64
import binascii
from collections.abc import Iterable
from typing import Any

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from lms.lrs.rules.equality import same
from lms.lrs.rules.multipart import Part
from lms.lrs.rules.refusal import Invalid
from lms.lrs.rules.statement import Statement, read_statement

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "RS256": hashes.SHA256(),
    "RS384": hashes.SHA384(),
    "RS512": hashes.SHA512(),
}


def check_signatures(statements: Iterable[Statement], parts: Iterable[Part]) -> None:
    """Every signature among the attachments fits its statement; raises Invalid."""
    content = {part.sha2: part.content for part in parts}
    for statement in statements:
        for attachment in statement.attachments:
            if attachment.is_signature and attachment.sha2.lower() in content:
                check_signature(statement, content[attachment.sha2.lower()])


def check_signature(statement: Statement, jws: bytes) -> None:
    """RS256, RS384 or RS512 over a statement equal to this one, by the certificate it carries, if any; raises Invalid."""
    pieces = jws.strip().split(b".")
    if len(pieces) != 3:
        raise Invalid("attachments", "the signature is not a JWS in compact form")
    header = _json(_decode(pieces[0]))
    if header.get("alg") not in _HASHES:
        raise Invalid("attachments", "a signature uses RS256, RS384 or RS512")
    try:
        signed = read_statement(_decode(pieces[1]), statement.version)
    except Invalid as problem:
        raise Invalid("attachments", f"what was signed is not a statement: {problem}") from problem
    if not same(signed, statement):
        raise Invalid("attachments", "the signed statement is not the one that carries the signature")
    if "x5c" in header:
        _verify(header, jws.strip().rpartition(b".")[0], _decode(pieces[2]))


def _verify(header: dict[str, Any], signed: bytes, signature: bytes) -> None:
    try:
        key = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0])).public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            raise Invalid("attachments", "the certificate of the signature must hold an RSA key")
        key.verify(signature, signed, padding.PKCS1v15(), _HASHES[header["alg"]])
    except (InvalidSignature, ValueError, TypeError, LookupError) as problem:
        if isinstance(problem, Invalid):
            raise
        raise Invalid("attachments", "the signature does not fit its certificate") from problem


def _decode(piece: bytes) -> bytes:
    try:
        return base64.urlsafe_b64decode(piece + b"=" * (-len(piece) % 4))
    except (binascii.Error, ValueError) as problem:
        raise Invalid("attachments", "the signature is not a JWS in compact form") from problem


def _json(text: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise Invalid("attachments", "the header of the signature is not JSON") from problem
