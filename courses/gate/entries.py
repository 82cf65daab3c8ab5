"""Each entry of an archive against its own local header, against its neighbours and against the budgets."""

import stat
import struct
from collections.abc import Sequence
from itertools import pairwise
from typing import BinaryIO

from courses.course import Finding
from courses.gate.faults import AGAIN, COPY, EXPORT, refusal, shown
from courses.gate.limits import Limits
from courses.gate.listing import Listing, Record, fields_of

STORED, DEFLATED = 0, 8
_LOCAL = struct.Struct("<4s5H3L2H")
_ENCRYPTED = 1 | 1 << 6 | 1 << 13
_DESCRIPTOR = 1 << 3
_FULL32 = 0xFFFFFFFF
_METHODS = {
    1: "Shrink",
    6: "Implode",
    9: "Deflate64",
    12: "BZip2",
    14: "LZMA",
    93: "Zstandard",
    95: "XZ",
    96: "JPEG",
    97: "WavPack",
    98: "PPMd",
}
_KINDS = {
    stat.S_IFLNK: "快捷方式（符号链接）",
    stat.S_IFCHR: "设备文件",
    stat.S_IFBLK: "设备文件",
    stat.S_IFIFO: "管道文件",
    stat.S_IFSOCK: "套接字文件",
}


def judge_record(record: Record, name: str, limits: Limits) -> Finding | None:
    """Why an entry may not be read, by what the directory says of it; None where it may."""
    kind = _KINDS.get(stat.S_IFMT(record.attributes >> 16))
    if kind:
        return refusal(f"“{shown(name)}”是{kind}，不是真正的文件", "换成它指向的文件本身，再压成 ZIP")
    if record.flags & _ENCRYPTED or record.method == 99:
        return refusal(f"“{shown(name)}”加了密码，打不开", "解开以后不设密码，再压成 ZIP")
    if record.method not in (STORED, DEFLATED):
        used = _METHODS.get(record.method, f"第 {record.method} 号")
        mend = "用压缩软件重新压一次：格式选 ZIP，压缩方法选“标准”或 Deflate"
        return refusal(f"“{shown(name)}”用了不常见的压缩方法（{used}），很多浏览器和系统都打不开", mend)
    if name.endswith(("/", "\\")) and record.size:
        return refusal(f"文件夹“{shown(name)}”里直接写了内容", AGAIN)
    if record.method == STORED and record.size != record.packed:
        return refusal(f"“{shown(name)}”的大小前后对不上", COPY)
    if record.size > limits.ratio_from_bytes and record.size > limits.ratio * max(record.packed, 1):
        return refusal(
            f"“{shown(name)}”压得太狠了：{record.packed} 字节会变成 {record.size} 字节，像是压缩炸弹",
            "看看这个文件是不是本来就要这么大；不要就删掉，再压成 ZIP",
        )
    return None


def data_places(file: BinaryIO, listing: Listing, names: Sequence[str]) -> tuple[list[int], list[Finding]]:
    """Where the bytes of each entry begin; and which local headers tell another story than the directory."""
    places, findings = [], []
    for record, name in zip(listing.records, names, strict=True):
        place, finding = _local(file, record, name, listing.begins)
        places.append(place)
        if finding:
            findings.append(finding)
    return places, findings


def _local(file: BinaryIO, record: Record, name: str, most: int) -> tuple[int, Finding | None]:
    lost = refusal(f"“{shown(name)}”的内容不在目录说的位置", COPY)
    if record.offset + _LOCAL.size > most:
        return 0, lost
    file.seek(record.offset)
    head = file.read(_LOCAL.size)
    magic, _, flags, method, _, _, crc, packed, size, names, extras = _LOCAL.unpack(head)
    begin = record.offset + _LOCAL.size + names + extras
    if magic != b"PK\x03\x04" or begin + record.packed > most:
        return 0, lost
    rest = file.read(names + extras)
    if rest[:names].replace(b"\\", b"/") != record.raw.replace(b"\\", b"/"):
        return 0, refusal(f"“{shown(name)}”在包里有两个名字，前后写得不一样", AGAIN)
    if method != record.method or (flags ^ record.flags) & _ENCRYPTED:
        return 0, refusal(f"“{shown(name)}”的压缩方法前后写得不一样", AGAIN)
    if not _same_sizes(flags, (crc, packed, size), record, rest[names:]):
        return 0, refusal(f"“{shown(name)}”的大小前后写得不一样", AGAIN)
    return begin, None


def _same_sizes(flags: int, local: tuple[int, int, int], record: Record, extra: bytes) -> bool:
    """Whether check sum and sizes agree; a header written before the data may leave them empty or to zip64."""
    if local == (record.crc, record.packed, record.size):
        return True
    if flags & _DESCRIPTOR:
        return all(
            said in (0, _FULL32, real)
            for said, real in zip(local, (record.crc, record.packed, record.size), strict=True)
        )
    if _FULL32 not in local[1:] or local[0] != record.crc:
        return False
    return _wide_sizes(extra, local) == (record.size, record.packed)


def _wide_sizes(extra: bytes, local: tuple[int, int, int]) -> tuple[int, int]:
    _, packed, size = local
    body = next((body for kind, body in fields_of(extra) if kind == 1), b"")
    if size == _FULL32:
        size, body = int.from_bytes(body[:8], "little"), body[8:]
    if packed == _FULL32:
        packed = int.from_bytes(body[:8], "little")
    return size, packed


def overlaps(listing: Listing, names: Sequence[str], places: Sequence[int]) -> list[Finding]:
    """Entries that share bytes with others: the shape of a bomb that needs no nesting."""
    ranges = sorted(
        (record.offset, place + record.packed, name)
        for record, place, name in zip(listing.records, places, names, strict=True)
    )
    for before, after in pairwise(ranges):
        if after[0] < before[1]:
            return [refusal(f"“{shown(before[2])}”和“{shown(after[2])}”的内容叠在一起，像是压缩炸弹", EXPORT)]
    if ranges and ranges[0][0] != 0:
        return [refusal("压缩包的前面还藏着别的内容", AGAIN)]
    return []
