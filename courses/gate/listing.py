"""The central directory of a ZIP, read by hand: zip32 and zip64, under budgets, nothing guessed.

Python's own reader forgives junk before and after an archive and reads a directory of any size into memory; a gate must not.
Source: PKWARE APPNOTE 6.3.10, §4.3.12 to 4.3.16, 4.5.3.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from courses.course import Refused
from courses.gate.faults import AGAIN, COPY, EXPORT, refused
from courses.gate.limits import Limits

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_ZIP64 = 0x0001
_DAMAGED = "压缩包的目录坏了"


@dataclass(frozen=True)
class Record:
    """One entry as the directory at the end of the file describes it; `raw` is its name in bytes, `offset` its local header."""

    raw: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    attributes: int
    extra: bytes


@dataclass(frozen=True)
class Listing:
    """Every record of an archive and where its directory begins: no entry may reach beyond."""

    records: tuple[Record, ...]
    begins: int


@dataclass(frozen=True)
class _End:
    entries: int
    size: int
    begins: int
    finish: int


def read_listing(file: BinaryIO, length: int, limits: Limits) -> Listing:
    """All records of a ZIP of `length` bytes; raises Refused where it is none, is cut off, or says two things at once."""
    end = _end(file, length)
    if end.entries > limits.entries:
        raise refused(f"里面有 {end.entries} 个文件，太多了", f"一个课件最多 {limits.entries} 个文件，分成几个课件再传")
    if end.size > limits.listing_bytes:
        raise refused("压缩包的目录大得不正常", EXPORT)
    if end.begins + end.size != end.finish:
        raise refused("压缩包的目录和它自己写的位置对不上，多半是前面或者中间多了别的内容", AGAIN)
    file.seek(end.begins)
    data = file.read(end.size)
    if len(data) != end.size:
        raise refused(_DAMAGED, COPY)
    records = tuple(_records(data))
    if len(records) != end.entries:
        raise refused(f"压缩包的目录写着 {end.entries} 个文件，实际列了 {len(records)} 个", AGAIN)
    return Listing(records, end.begins)


def _end(file: BinaryIO, length: int) -> _End:
    """The record that ends the archive: it must end exactly where the file ends."""
    tail_at = max(0, length - _END.size - _FULL16)
    file.seek(tail_at)
    tail = file.read(length - tail_at)
    place = _end_place(tail)
    _, disk, first_disk, here, entries, size, begins, _ = _END.unpack_from(tail, place)
    at = tail_at + place
    end64 = _end64(file, at)
    if end64 is not None:
        return _agreed(end64, entries, size, begins)
    if _FULL16 in (disk, first_disk, entries) or _FULL32 in (size, begins):
        raise refused("压缩包说自己是大文件格式（ZIP64），却没有它该有的目录", COPY)
    if disk or first_disk or here != entries:
        raise _split()
    return _End(entries, size, begins, at)


def _end_place(tail: bytes) -> int:
    """Where the end record begins in the last bytes of the file."""
    place = tail.rfind(b"PK\x05\x06")
    found = place >= 0
    while place >= 0:
        if place + _END.size <= len(tail):
            comment = int.from_bytes(tail[place + 20 : place + 22], "little")
            if place + _END.size + comment == len(tail):
                return place
        place = tail.rfind(b"PK\x05\x06", 0, place)
    if found:
        raise refused("压缩包的后面多出了别的内容，或者最后缺了一截", AGAIN)
    raise refused(
        "压缩包没有结尾的目录：没有传完整，或者是分卷压缩的第一卷",
        "从原文件再拷一份；是分卷的（.z01、.zip.001），先解开，再压成一个 .zip",
    )


def _end64(file: BinaryIO, at: int) -> _End | None:
    """The end record of zip64, where its locator stands right before the plain one."""
    if at < _LOCATOR.size + _END64.size:
        return None
    file.seek(at - _LOCATOR.size)
    magic, disk, place, disks = _LOCATOR.unpack(file.read(_LOCATOR.size))
    if magic != b"PK\x06\x07":
        return None
    if disk or disks > 1:
        raise _split()
    if place > at - _LOCATOR.size - _END64.size:
        raise refused(_DAMAGED, COPY)
    file.seek(place)
    magic, rest, _, _, disk, first_disk, here, entries, size, begins = _END64.unpack(file.read(_END64.size))
    if magic != b"PK\x06\x06" or place + 12 + rest != at - _LOCATOR.size:
        raise refused(_DAMAGED, COPY)
    if disk or first_disk or here != entries:
        raise _split()
    return _End(entries, size, begins, place)


def _agreed(end: _End, entries: int, size: int, begins: int) -> _End:
    """The zip64 record, where the plain one says the same or points to it."""
    pairs = ((entries, end.entries, _FULL16), (size, end.size, _FULL32), (begins, end.begins, _FULL32))
    if any(plain not in (full, wide) for plain, wide, full in pairs):
        raise refused("压缩包有两份目录，说的不一样", AGAIN)
    return end


def _split() -> Refused:
    return refused("这是分卷压缩包，里面的内容分在几个文件里", "先解开，再压成一个 .zip；不要勾选“分卷”")


def _records(data: bytes) -> Iterator[Record]:
    place = 0
    while place < len(data):
        if place + _CENTRAL.size > len(data):
            raise refused(_DAMAGED, COPY)
        fields = _CENTRAL.unpack_from(data, place)
        magic, _, _, flags, method, _, _, crc, packed, size, names, extras, comments, disk, _, mode, offset = fields
        begin = place + _CENTRAL.size
        place = begin + names + extras + comments
        if magic != b"PK\x01\x02" or place > len(data):
            raise refused(_DAMAGED, COPY)
        raw, extra = data[begin : begin + names], data[begin + names : begin + names + extras]
        size, packed, offset, disk = _wide(extra, size, packed, offset, disk)
        if disk:
            raise _split()
        yield Record(raw, flags, method, crc, packed, size, offset, mode, extra)


def _wide(extra: bytes, size: int, packed: int, offset: int, disk: int) -> tuple[int, int, int, int]:
    """Sizes and place with the fields of zip64 in the order that the format gives them."""
    wanted = [size == _FULL32, packed == _FULL32, offset == _FULL32, disk == _FULL16]
    if not any(wanted):
        return size, packed, offset, disk
    found = [body for kind, body in fields_of(extra) if kind == _ZIP64]
    if len(found) != 1 or len(found[0]) < 8 * sum(wanted[:3]) + 4 * wanted[3]:
        raise refused("压缩包里有文件没有写明自己的大小（ZIP64）", AGAIN)
    body, values = found[0], [size, packed, offset, disk]
    for place, width in enumerate((8, 8, 8, 4)):
        if wanted[place]:
            values[place], body = int.from_bytes(body[:width], "little"), body[width:]
    return values[0], values[1], values[2], values[3]


def fields_of(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields that follow a name, as (kind, body); a rest of fewer than four bytes is left out, as common tools do."""
    place = 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, place)
        if place + 4 + length > len(extra):
            raise refused("压缩包里一个文件的说明坏了", AGAIN)
        yield kind, extra[place + 4 : place + 4 + length]
        place += 4 + length
