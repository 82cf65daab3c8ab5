"""ZIP files written by hand, byte by byte, so that each field of them can lie."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

STORED, DEFLATED = 0, 8
UTF8 = 1 << 11
DESCRIPTOR = 1 << 3


@dataclass(frozen=True)
class Entry:
    """One file of an archive. What is None is written truthfully; `local_*` only lie in the header before the data."""

    name: str | bytes
    data: bytes = b""
    method: int = DEFLATED
    flags: int = 0
    attributes: int = 0o100644 << 16
    extra: bytes = b""
    packed: bytes | None = None
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    disk: int = 0
    offset: int | None = None
    local_name: bytes | None = None
    local_method: int | None = None
    local_size: int | None = None
    local_extra: bytes = b""
    local_magic: bytes = b"PK\x03\x04"
    descriptor: bool = False
    zip64: bool = False

    @property
    def raw(self) -> bytes:
        return self.name if isinstance(self.name, bytes) else self.name.encode("utf-8")

    @property
    def bits(self) -> int:
        utf8 = 0 if isinstance(self.name, bytes) or self.name.isascii() else UTF8
        return self.flags | utf8 | (DESCRIPTOR if self.descriptor else 0)

    @property
    def body(self) -> bytes:
        if self.packed is not None:
            return self.packed
        if self.method != DEFLATED:
            return self.data
        deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        return deflate.compress(self.data) + deflate.flush()


@dataclass(frozen=True)
class End:
    """The record that ends an archive, with the fields that may lie (None: the truth)."""

    disk: int = 0
    entries: int | None = None
    here: int | None = None
    size: int | None = None
    begins: int | None = None
    comment: bytes = b""
    comment_length: int | None = None
    zip64: bool = False
    zip64_entries: int | None = None
    zip64_disks: int = 1
    zip64_magic: bytes = b"PK\x06\x06"


@dataclass
class Build:
    out: bytearray = field(default_factory=bytearray)
    places: list[int] = field(default_factory=list)


def build(
    entries: Sequence[Entry], end: End | None = None, prefix: bytes = b"", suffix: bytes = b"", gap: bytes = b""
) -> bytes:
    """The bytes of an archive. `prefix` moves everything behind it, with offsets that count it; `gap` stands before the directory."""
    made = Build(bytearray(prefix))
    for entry in entries:
        made.places.append(len(made.out))
        made.out += _local(entry)
    made.out += gap
    begins = len(made.out)
    for entry, place in zip(entries, made.places, strict=True):
        made.out += _central(entry, place if entry.offset is None else entry.offset)
    made.out += _end(end or End(), len(entries), len(made.out) - begins, begins)
    return bytes(made.out) + suffix


def _numbers(entry: Entry) -> tuple[int, int, int]:
    crc = zlib.crc32(entry.data) if entry.crc is None else entry.crc
    packed = len(entry.body) if entry.packed_size is None else entry.packed_size
    return crc, packed, len(entry.data) if entry.size is None else entry.size


def _local(entry: Entry) -> bytes:
    crc, packed, size = _numbers(entry)
    name = entry.raw if entry.local_name is None else entry.local_name
    method = entry.method if entry.local_method is None else entry.local_method
    size = size if entry.local_size is None else entry.local_size
    tail = b""
    if entry.descriptor:
        tail = struct.pack("<4s3L", b"PK\x07\x08", crc, packed & 0xFFFFFFFF, size & 0xFFFFFFFF)
        crc = packed = size = 0
    extra = entry.local_extra
    if entry.zip64 and not entry.descriptor:
        extra += struct.pack("<2H2Q", 1, 16, size, packed)
        packed = size = 0xFFFFFFFF
    head = struct.pack(
        "<4s5H3L2H", entry.local_magic, 20, entry.bits, method, 0, 0x5821, crc, packed, size, len(name), len(extra)
    )
    return head + name + extra + entry.body + tail


def _central(entry: Entry, place: int) -> bytes:
    crc, packed, size = _numbers(entry)
    extra = entry.extra
    if entry.zip64:
        extra += struct.pack("<2H3Q", 1, 24, size, packed, place)
        packed = size = place = 0xFFFFFFFF
    raw = entry.raw
    made_by = (3 << 8) | 63
    fields = (
        b"PK\x01\x02",
        made_by,
        20,
        entry.bits,
        entry.method,
        0,
        0x5821,
        crc,
        packed,
        size,
        len(raw),
        len(extra),
        0,
    )
    return struct.pack("<4s6H3L5H2L", *fields, entry.disk, 0, entry.attributes, place) + raw + extra


def _end(end: End, count: int, size: int, begins: int) -> bytes:
    entries = count if end.entries is None else end.entries
    here = entries if end.here is None else end.here
    size = size if end.size is None else end.size
    at = begins + size
    begins = begins if end.begins is None else end.begins
    wide = b""
    if end.zip64:
        many = entries if end.zip64_entries is None else end.zip64_entries
        wide = struct.pack("<4sQ2H2L4Q", end.zip64_magic, 44, 45, 45, 0, 0, many, many, size, begins)
        wide += struct.pack("<4sLQL", b"PK\x06\x07", 0, at, end.zip64_disks)
        entries = here = 0xFFFF
        size = begins = 0xFFFFFFFF
    length = len(end.comment) if end.comment_length is None else end.comment_length
    plain = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", end.disk, end.disk, here & 0xFFFF, entries & 0xFFFF, size, begins, length
    )
    return wide + plain + end.comment
