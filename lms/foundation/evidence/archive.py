"""A zip that can be written in one way only: stored members, fixed order, fixed dates, no comments, no extra fields.

zipfile leaves choices open (flags, versions, dates); here every byte follows from names and contents, so the verifier
can say of any byte whether it is the one that must stand there.
"""

import hashlib
import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lms.foundation.errors import TooLarge
from lms.foundation.evidence import note
from lms.foundation.evidence.canonical import canonical

CHUNK = 1 << 20
BLOCK = 4096
LARGEST = 0xFFFF_FFFF
UTF8_NAME = 0x800
FIRST_DAY_OF_1980 = 0x21


def write_zip(out: BinaryIO, members: Sequence[tuple[str, Path]]) -> None:
    """Write the files under their names in the order given; raises TooLarge beyond the 4 GiB of a plain zip."""
    directory, at = [], 0
    for name, path in members:
        crc, size = _checksum(path)
        common = struct.pack("<5H3L2H", 20, UTF8_NAME, 0, 0, FIRST_DAY_OF_1980, crc, size, size, len(name.encode()), 0)
        out.write(b"PK\x03\x04" + common + name.encode())
        _copy(path, out)
        attributes = struct.pack("<3H2L", 0, 0, 0, 0, at)
        directory.append(b"PK\x01\x02" + struct.pack("<H", 20) + common + attributes + name.encode())
        at += 30 + len(name.encode()) + size
        if at > LARGEST:
            raise TooLarge("证据包超过 4 GB，分几次导出")
    entries = b"".join(directory)
    end = struct.pack("<4H2LH", 0, 0, len(members), len(members), len(entries), at, 0)
    out.write(entries + b"PK\x05\x06" + end)


def write_manifest(folder: Path, manifest: Mapping[str, Any], names: Sequence[str], key: Ed25519PrivateKey) -> None:
    """List the files of a bundle in manifest.json, with what else it says, and sign it; needs `format` and `origin`."""
    origin, form = manifest["origin"], manifest["format"]
    whole = {
        **manifest,
        "key": note.verifier_key(origin, key.public_key()),
        "files": [_listed(folder, n) for n in names],
    }
    raw = canonical(whole) + b"\n"
    (folder / "manifest.json").write_bytes(raw)
    signed = note.sign(f"{form}\n{hashlib.sha256(raw).hexdigest()}\n", origin, key)
    (folder / "manifest.sig").write_bytes(signed.encode())


def _listed(folder: Path, name: str) -> dict[str, Any]:
    """Size, SHA-256, and eight digits for each block of 4096 bytes, which tell where a file was changed."""
    whole, marks, size = hashlib.sha256(), [], 0
    with (folder / name).open("rb") as file:
        while block := file.read(BLOCK):
            whole.update(block)
            marks.append(hashlib.sha256(block).hexdigest()[:8])
            size += len(block)
    return {"name": name, "size": size, "sha256": whole.hexdigest(), "blocks": "".join(marks)}


def _checksum(path: Path) -> tuple[int, int]:
    crc = size = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            crc, size = zlib.crc32(chunk, crc), size + len(chunk)
    return crc, size


def _copy(path: Path, out: BinaryIO) -> None:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            out.write(chunk)
