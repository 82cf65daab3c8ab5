"""Signed statements (Data 2.6): the JWS must be one, of the right kind, over this statement, by its own certificate."""

import base64
import datetime
import json
from functools import cache
from hashlib import sha256
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from lms.lrs.rules.multipart import Part
from lms.lrs.rules.refusal import Invalid
from lms.lrs.rules.signatures import check_signature, check_signatures
from lms.lrs.rules.statement import Statement, read_statement
from lms.lrs.rules.versions import Version
from tests.lrs.statements import made

USAGE = "http://adlnet.gov/expapi/attachments/signature"
ALGORITHMS = {"RS256": hashes.SHA256(), "RS384": hashes.SHA384(), "RS512": hashes.SHA512()}


@cache
def key() -> rsa.RSAPrivateKey:
    """Whoever signs."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(public_key: Any) -> str:
    """A certificate of a public key, by the signer, as x5c has it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signer")])
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(public_key).serial_number(1)
    built = built.not_valid_before(day).not_valid_after(day + datetime.timedelta(days=999))
    return base64.b64encode(built.sign(key(), hashes.SHA256()).public_bytes(serialization.Encoding.DER)).decode()


def piece(content: bytes) -> bytes:
    """Base64 as a JWS has it."""
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def jws(payload: Any, algorithm: str = "RS256", **header: Any) -> bytes:
    """A JWS in compact form."""
    head = piece(json.dumps({"alg": algorithm, **header}).encode())
    signed = head + b"." + piece(payload if isinstance(payload, bytes) else json.dumps(payload).encode())
    how = ALGORITHMS.get(algorithm, hashes.SHA256())
    return signed + b"." + piece(key().sign(signed, padding.PKCS1v15(), how))


def carrying(one: dict[str, Any], signature: bytes, content_type: str = "application/octet-stream") -> Statement:
    """The statement with its signature attached."""
    attached = {"usageType": USAGE, "display": {"en": "signature"}, "contentType": content_type}
    attached |= {"length": len(signature), "sha2": sha256(signature).hexdigest()}
    return read_statement(json.dumps({**one, "attachments": [attached]}).encode(), Version.V1_0_3)


def whole(one: dict[str, Any], signature: bytes) -> tuple[list[Statement], list[Part]]:
    """A request with a signed statement."""
    part = Part(sha256(signature).hexdigest(), "application/octet-stream", signature)
    return [carrying(one, signature)], [part]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_signature_that_fits(algorithm: str) -> None:
    """Sabotage: know RS256 alone."""
    one = made()
    check_signatures(*whole(one, jws(one, algorithm)))
    check_signatures(*whole(one, jws(one, algorithm, x5c=[certificate(key().public_key())])))
    check_signatures(*whole(one, jws(dict(reversed(one.items())), algorithm)))


def refusals() -> dict[str, bytes]:
    """Signatures that must be refused, by what is wrong."""
    one, other = made(), {**made(), "verb": {"id": "https://e.cn/other"}}
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    fits = jws(one, x5c=[certificate(key().public_key())])
    return {
        "no JWS": b"a signature",
        "two pieces": b".".join(fits.split(b".")[:2]),
        "another statement": jws({**other, "id": one["id"]}),
        "no statement": jws(b"{}"),
        "no JSON": jws(b"\xff"),
        "HS256": jws(one, "HS256"),
        "none": jws(one, "none"),
        "no algorithm": piece(b"{}") + b"." + piece(json.dumps(one).encode()) + b".x",
        "header is no JSON": piece(b"{") + b"." + piece(json.dumps(one).encode()) + b".x",
        "another's certificate": jws(one, x5c=[certificate(stranger.public_key())]),
        "no RSA key": jws(one, x5c=[certificate(ec.generate_private_key(ec.SECP256R1()).public_key())]),
        "no certificate": jws(one, x5c=["nonsense"]),
        "an empty chain": jws(one, x5c=[]),
        "changed after signing": fits[:-6] + b"AAAAAA",
    } | {"statement": json.dumps(one).encode()}


REFUSED = refusals()
SIGNED = json.loads(REFUSED.pop("statement"))


@pytest.mark.parametrize("name", REFUSED)
def test_a_signature_that_does_not_fit(name: str) -> None:
    """Sabotage: leave _verify or the comparison out."""
    with pytest.raises(Invalid) as refused:
        check_signatures(*whole(SIGNED, REFUSED[name]))
    assert refused.value.path


def test_other_attachments_are_not_signatures() -> None:
    """Sabotage: read every attachment as a signature."""
    one = read_statement(json.dumps(made()).encode(), Version.V1_0_3)
    check_signatures([one], [Part("a" * 64, "text/plain", b"no signature")])
    with pytest.raises(Invalid):
        check_signature(one, b"no signature")


def test_a_signature_is_octets() -> None:
    """Data 2.6: its content type is application/octet-stream. Sabotage: take any type."""
    with pytest.raises(Invalid) as refused:
        carrying(SIGNED, jws(SIGNED), "text/plain")
    assert "contentType" in refused.value.path
