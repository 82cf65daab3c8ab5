#!/usr/bin/env python3
"""Check a 雁学 evidence bundle on any computer: no network, no database, nothing of the platform.

    python verify.py bundle.zip [--key FINGERPRINT | --key FILE] [--json]

Needs Python 3.9 and the package `cryptography`. Exit code 0: nothing was changed; 1: something was, and it says where; 2: usage.
This file shares no code with the platform on purpose: it derives every line and sum of the sheet again by itself.
"""

from __future__ import annotations

import argparse
import base64
import csv
import gc
import hashlib
import hmac
import io
import json
import mmap
import re
import struct
import sys
import zipfile
import zlib
from array import array
from bisect import bisect_left
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import chain, repeat, zip_longest
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, Iterator, Mapping, Sequence, Tuple  # noqa: UP035 - Python 3.9
from xml.etree import ElementTree
from xml.parsers import expat

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    print("还差一个包，运行 pip install cryptography 再来一次 / pip install cryptography first", file=sys.stderr)
    sys.exit(2)

FORMAT = "yanxue-bundle/1"
MEMBERS = (
    "README.txt",
    "manifest.json",
    "manifest.sig",
    "checkpoint.txt",
    "policy.json",
    "context.json",
    "people.jsonl",
    "rows.jsonl",
    "excluded.csv",
    "hours.xlsx",
    "proofs/leaves.txt",
    "proofs/inclusion.txt",
)
AUDIT_FORMAT = "yanxue-audit/1"
AUDIT_MEMBERS = (
    "README.txt",
    "manifest.json",
    "manifest.sig",
    "checkpoint.txt",
    "context.json",
    "rows.jsonl",
    "audit.csv",
    "audit.xlsx",
    "proofs/leaves.txt",
    "proofs/inclusion.txt",
)
AUDIT_SHEET = "操作记录"
Rows = Iterator[Tuple[int, Dict[int, str]]]  # noqa: UP006 - Python 3.9
BLOCK = 4096
MOST_PROBLEMS = 50
LINES_SHEET, CLAIMS_SHEET, NOTES_SHEET = "学时台账", "申领合计", "说明"

MEANS = "从签名那一刻起，没有人改过、删过、加过这些记录；学时是按包里写明的规则算的。"
MEANS_NOT = "不证明坐在手机前的一定是本人，也不决定能不能领补贴。"
AUDIT_MEANS = "从签名那一刻起，没有人改过这些操作记录。"
AUDIT_MEANS_NOT = "不证明包里是全部操作记录：按什么条件挑的，写在表的第二行。"


@dataclass
class Problem:
    """Something that is not as it was signed, and where: file, line, row, field."""

    file: str
    sentence: str
    line: int | None = None
    row: str = ""
    field: str = ""

    def text(self) -> str:
        """Write the place and the sentence on one line."""
        line = f"第 {self.line} 行" if self.line else ""
        place = "，".join(part for part in (self.file, line, self.row, self.field) if part)
        return f"{place}：{self.sentence}"


@dataclass
class Report:
    """What the check came to; `facts` are the figures that were derived again."""

    problems: list[Problem] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    fingerprint: str = ""
    key_confirmed: bool = False
    more: int = 0

    def add(self, file: str, sentence: str, line: int | None = None, row: str = "", field: str = "") -> None:
        """Keep a problem; beyond the first few dozen they are counted only."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(file, sentence, line, row, field))
        else:
            self.more += 1

    @contextmanager
    def reading(self, file: str) -> Iterator[None]:
        """What cannot be read is a problem of that file, never a crash of the check."""
        try:
            yield
        except Exception as problem:  # a damaged file may fail in any way
            self.unreadable(file, problem)

    def unreadable(self, file: str, problem: Exception) -> None:
        """A place that cannot be read, and why."""
        self.add(file, f"内容读不懂（{type(problem).__name__}: {str(problem)[:80]}）")


# The envelope: one possible zip for given contents, so that no byte of it is free


def local_header(name: str, crc: int, size: int) -> bytes:
    """Return the header in front of a stored member: version 2.0, UTF-8 names, the first day of 1980."""
    raw = name.encode()
    return struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0x800, 0, 0, 0x21, crc, size, size, len(raw), 0) + raw


def central_directory(members: Sequence[tuple[str, int, int, int]], at: int) -> bytes:
    """Return the directory and the end of a zip for members (name, crc, size, offset) that end at byte `at`."""
    entries = b""
    for name, crc, size, offset in members:
        raw = name.encode()
        head = struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0x800, 0, 0, 0x21, crc, size, size, len(raw), 0, 0, 0, 0, 0, offset
        )
        entries += head + raw
    count = len(members)
    return entries + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(entries), at, 0)


def unwrap(data: Any, report: Report, names: Sequence[str] = MEMBERS) -> dict[str, memoryview]:
    """Return the members of a bundle; every byte between them must be the one that has to stand there."""
    view, at, found = memoryview(data), 0, []
    members: dict[str, memoryview] = {}
    for name in names:
        length = len(local_header(name, 0, 0))
        crc, size = struct.unpack_from("<LL", view, at + 14) if at + length <= len(view) else (0, 0)
        header = local_header(name, crc, size)
        if bytes(view[at : at + length]) != header or at + length + size > len(view):
            report.add(
                "zip 外壳",
                "文件头和封存时不一样，或者文件被截断",
                row=f"{name} 前，第 {_differs(view, at, header)} 字节",
            )
            return members
        members[name] = view[at + length : at + length + size]
        found.append((name, crc, size, at))
        at += length + size
    tail = central_directory(found, at)
    if bytes(view[at:]) != tail:
        report.add("zip 外壳", "压缩包的目录或结尾被改过、多了或少了字节", row=f"第 {_differs(view, at, tail)} 字节")
    for name, crc, _, at_byte in found:
        if zlib.crc32(members[name]) != crc:
            report.add("zip 外壳", "内容和它的校验和不一样", row=f"{name}，文件头在第 {at_byte} 字节")
    return members


def _differs(view: memoryview, at: int, expected: bytes) -> int:
    there = bytes(view[at : at + len(expected)])
    same = next((i for i, byte in enumerate(there) if byte != expected[i]), len(there))
    return at + same


# Canonical records, hashes, the tree


def _refuse(text: str) -> Any:
    raise ValueError(f"{text[:20]} is no whole number")


_write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_read_json = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse).decode


def canonical(value: Any) -> bytes:
    """Return the one byte string of a value: UTF-8, sorted keys, no blanks."""
    return _write(value).encode()


def read_canonical(raw: bytes) -> Any:
    """Read a canonical value, which has no fractions; ValueError when it could have been written in another way."""
    value = _read_json(raw.decode())
    if canonical(value) != raw:
        raise ValueError("not in canonical form")
    return value


def read_record(raw: bytes, kind: bytes) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """Read a canonical record: its content, what is beside it, and its leaf hash; `kind` is canonical.

    RFC 6962: SHA-256 of 0x00 and {content, kind}. The content comes first and is written out once, for both; ValueError
    when the record could have been written in another way.
    """
    beside = _read_json(raw.decode())
    content = beside.pop("content")
    written = b'{"content":' + canonical(content)
    if raw != written + b"," + canonical(beside)[1:]:
        raise ValueError("not in canonical form")
    return content, beside, hashlib.sha256(b"\x00" + written + b',"kind":' + kind + b"}").digest()


def marks(content: Mapping[str, Any]) -> bytes:
    """Return two bytes for each field; they only help to say which one was changed."""
    return b"".join(hashlib.sha256(canonical([key, content[key]])).digest()[:2] for key in sorted(content))


def root_of(positions: Sequence[int], leaves: bytes, size: int, proof: Sequence[bytes]) -> bytes:
    """Return the root that leaf hashes at sorted positions lead to, with the proof's hashes for all other ranges."""
    given = iter(proof)

    def subtree(lo: int, hi: int, first: int, last: int) -> bytes:
        if first == last:
            return next(given)
        if hi - lo == 1:
            return leaves[32 * first : 32 * first + 32]
        middle = lo + (1 << ((hi - lo - 1).bit_length() - 1))
        cut = bisect_left(positions, middle, first, last)
        left = subtree(lo, middle, first, cut)
        return hashlib.sha256(b"\x01" + left + subtree(middle, hi, cut, last)).digest()

    result = subtree(0, size, 0, len(positions)) if size else hashlib.sha256(b"").digest()
    if next(given, None) is not None:
        raise ValueError("the proof has spare hashes")
    return result


# Signatures


def key_of(vkey: str) -> tuple[str, Ed25519PublicKey, bytes]:
    """Read a C2SP key line: (name, key, the key's 32 bytes)."""
    name, key_id, blob = vkey.split("+", 2)
    raw = base64.b64decode(blob, validate=True)
    if raw[:1] != b"\x01" or hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4].hex() != key_id:
        raise ValueError("not an Ed25519 key line")
    return name, Ed25519PublicKey.from_public_bytes(raw[1:]), raw[1:]


def open_note(note: bytes, vkey: str) -> str:
    """Return the text of a C2SP signed note of this key; ValueError otherwise."""
    name, key, raw = key_of(vkey)
    text, blank, line = note.decode().rpartition("\n\n")
    head = f"— {name} "
    if not blank or not line.startswith(head) or not line.endswith("\n"):
        raise ValueError("no signature of this key")
    blob = base64.b64decode(line[len(head) : -1], validate=True)
    expected_id = hashlib.sha256(name.encode() + b"\n\x01" + raw).digest()[:4]
    if blob[:4] != expected_id or base64.b64encode(blob).decode() != line[len(head) : -1]:
        raise ValueError("signed by another key")
    try:
        key.verify(blob[4:], f"{text}\n".encode())
    except InvalidSignature:
        raise ValueError("the signature does not fit") from None
    return f"{text}\n"


def follow(manifest: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return the keys (line, first size that it no longer signs) whose endorsements lead to the bundle's key, oldest first.

    Each key that takes over is named in a note signed by one before it; a key that nobody named leads nowhere.
    """
    led: list[tuple[str, int]] = []
    for one in manifest.get("keys", []):
        text = f"yanxue-key/1\n{one['from_size']}\n{one['vkey']}\n"
        named = not led and not one["endorsement"]
        for vkey, _ in led:
            try:
                named = named or open_note(one["endorsement"].encode(), vkey) == text
            except ValueError:
                continue
        if not named:
            raise ValueError("a key that no earlier key has named")
        if led:
            led[-1] = led[-1][0], min(led[-1][1], one["from_size"])
        led.append((one["vkey"], 1 << 62))
    if led and key_of(led[-1][0])[2] != key_of(manifest["key"])[2]:
        raise ValueError("the keys do not lead to the one that signed")
    return led or [(manifest["key"], 1 << 62)]


def trusted_fingerprint(given: str) -> str:
    """Return the fingerprint that --key names: 64 hex digits, or a file with them or with a key line."""
    text = given if len(given) >= 64 and not Path(given).exists() else Path(given).read_text(encoding="utf-8")
    plain = re.sub(r"[\s:]", "", text).lower()
    if re.fullmatch(r"[0-9a-f]{64}", plain):
        return plain
    return hashlib.sha256(key_of(text.strip())[2]).hexdigest()


# One check after the other


def verify(data: Any, trusted: str | None = None) -> Report:
    """Check a whole bundle (bytes or a memory map); `trusted` is the fingerprint of the key that must have signed."""
    report = Report()
    form, names = (AUDIT_FORMAT, AUDIT_MEMBERS) if is_audit(data) else (FORMAT, MEMBERS)
    members = unwrap(data, report, names)
    manifest: dict[str, Any] = {}
    with report.reading("manifest.json"):
        manifest = read_canonical(bytes(members["manifest.json"])[:-1])
        if bytes(members["manifest.json"])[-1:] != b"\n" or manifest["format"] != form:
            report.add("manifest.json", f"不是 {form} 的清单")
    if not manifest:
        return report
    changed: dict[str, str] = {}
    with report.reading("manifest.json"):
        _check_signature(members, manifest, form, trusted, report)
        changed = _check_files(members, manifest, names, report)
    if form == AUDIT_FORMAT:
        _check_audit(members, manifest, report)
    else:
        _check_hours(members, manifest, report)
    for name, where in changed.items():
        if not any(problem.file == name for problem in report.problems):
            report.add(name, "和签名清单里的校验值不一样", row=where)
    return report


def is_audit(data: Any) -> bool:
    """Whether the manifest, the second member, says that this is an export of the audit and not of hours."""
    view = memoryview(data)
    at = len(local_header("README.txt", 0, 0))
    size = struct.unpack_from("<L", view, 18)[0] if at <= len(view) else 0
    at += size + len(local_header("manifest.json", 0, 0))
    return f'"format":"{AUDIT_FORMAT}"'.encode() in bytes(view[at : at + (1 << 22)])


def _check_hours(members: Mapping[str, memoryview], manifest: Mapping[str, Any], report: Report) -> None:
    bundle = Bundle()
    with report.reading("manifest.json"):
        _read(members, bundle, report)
    with report.reading("rows.jsonl"):
        taking = Taking(members, manifest, bundle, report)
        _read_rows(members, manifest["kind"], bundle, report, taking)
        taking.end()
    with report.reading("checkpoint.txt"):
        _check_tree(members, manifest, bundle, report)
    with report.reading("rows.jsonl"):
        _check_rules(manifest, bundle, report)
    with report.reading("hours.xlsx"):
        _check_sheets(bytes(members["hours.xlsx"]), bundle, report)


def _check_signature(
    members: Mapping[str, memoryview], manifest: Mapping[str, Any], form: str, trusted: str | None, report: Report
) -> None:
    with report.reading("manifest.sig"):
        name, _, raw = key_of(manifest["key"])
        report.fingerprint = hashlib.sha256(raw).hexdigest()
        known = {hashlib.sha256(key_of(vkey)[2]).hexdigest() for vkey, _ in follow(manifest)}
        report.key_confirmed = trusted in known
        if trusted and not report.key_confirmed:
            report.add("manifest.json", f"签名的钥匙是 {report.fingerprint[:16]}…，不是你信任的那一把", field="key")
        if name != manifest["origin"]:
            report.add("manifest.json", "钥匙的名字和平台的名字不一样", field="origin")
        signed = f"{form}\n{hashlib.sha256(members['manifest.json']).hexdigest()}\n"
        try:
            fits = open_note(bytes(members["manifest.sig"]), manifest["key"]) == signed
        except ValueError:
            fits = False
        if not fits:
            report.add("manifest.json", "签名对不上：清单或签名（manifest.sig）被改过")


def _check_files(
    members: Mapping[str, memoryview], manifest: Mapping[str, Any], names: Sequence[str], report: Report
) -> dict[str, str]:
    """Compare each file with the signed list; return where those that differ were changed."""
    changed = {}
    listed = {entry["name"]: entry for entry in manifest["files"]}
    if list(listed) != [name for name in names if not name.startswith("manifest.")]:
        report.add("manifest.json", "清单里的文件不全，或者多了", field="files")
    for name, entry in listed.items():
        content = members.get(name)
        if content is None:
            report.add(name, "清单里有，包里没有")
        elif hashlib.sha256(content).hexdigest() != entry["sha256"]:
            changed[name] = _where(content, entry)
    return changed


def blocks(content: Any) -> str:
    """Return eight hex digits of SHA-256 for each 4096 bytes: to say where a file was changed."""
    return "".join(hashlib.sha256(content[i : i + BLOCK]).hexdigest()[:8] for i in range(0, len(content), BLOCK))


def _where(content: memoryview, entry: Mapping[str, Any]) -> str:
    now, then = blocks(content), entry["blocks"]
    if len(content) != entry["size"]:
        return f"原来 {entry['size']} 字节，现在 {len(content)} 字节"
    at = next((i // 8 for i in range(0, len(then), 8) if now[i : i + 8] != then[i : i + 8]), None)
    if at is None:
        return ""
    first = bytes(content[: at * BLOCK]).count(b"\n") + 1
    last = first + bytes(content[at * BLOCK : (at + 1) * BLOCK]).count(b"\n")
    lines = "" if entry["name"].endswith(".xlsx") else f"，第 {first} 到 {last} 行"
    return f"第 {at * BLOCK} 字节起的 {BLOCK} 字节里{lines}"


@dataclass
class Bundle:
    """What the files say. Of the records no more is kept than their sums, lines and hashes: a million fit into memory.

    `rows` holds whole records, of an audit alone. `positions` and `leaves` (32 bytes each) are in the order of the file.
    """

    context: dict[str, Any] = field(default_factory=dict)
    policies: dict[str, dict[str, Any]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    positions: array[int] = field(default_factory=lambda: array("q"))
    leaves: bytearray = field(default_factory=bytearray)
    lines: dict[tuple[str, ...], Line] = field(default_factory=dict)

    @property
    def class_hour_ms(self) -> int:
        """Milliseconds of one class hour; all policies of one sheet must agree."""
        found = {policy["class_hour_seconds"] for policy in self.policies.values()}
        if len(found) != 1:
            raise ValueError("the policies disagree about the class hour")
        return int(found.pop()) * 1000


def _read(members: Mapping[str, memoryview], bundle: Bundle, report: Report) -> None:
    with report.reading("context.json"):
        bundle.context = read_canonical(bytes(members["context.json"])[:-1])
    with report.reading("policy.json"):
        policy = read_canonical(bytes(members["policy.json"])[:-1])
        bundle.reasons = policy["reasons"]
        for entry in policy["policies"]:
            bundle.policies[entry["hash"]] = entry
            text = json.dumps(entry["rows"], sort_keys=True, ensure_ascii=False)
            if hashlib.sha256(text.encode()).hexdigest() != entry["hash"]:
                report.add("policy.json", "规则的内容和它的哈希不一样", row=f"规则 {entry['hash'][:16]}")
            for row in entry["rows"]:
                if entry.get(row["key"]) != row["value"]:
                    report.add(
                        "policy.json", "规则的数值和它的出处不一样", row=f"规则 {entry['hash'][:16]}", field=row["key"]
                    )
    with report.reading("people.jsonl"):
        for nth, raw in enumerate(_lines(members["people.jsonl"]), 1):
            person = read_canonical(raw)
            if person["person_id"] in bundle.people:
                report.add("people.jsonl", "同一个人写了两次", nth, person["name"])
            bundle.people[person["person_id"]] = person


def _lines(content: memoryview) -> Iterator[bytes]:
    """Yield the lines of a file, which must all have an end; a large file is never copied whole."""
    at, size = 0, len(content)
    while at < size:
        piece = bytes(content[at : at + 65_536])
        end = piece.rfind(b"\n") + 1
        if not end:
            raise ValueError("a line without an end")
        yield from piece[: end - 1].split(b"\n")
        at += end


class Sealed:
    """The list of leaves: positions, hashes, and where the marks of each stand. It bears the order of the records."""

    def __init__(self, content: memoryview) -> None:
        self.positions, self.hashes, self._at = array("q"), bytearray(), array("q")
        self._content, self._order, self._sorted, at = content, array("q"), array("q"), 0
        for raw in _lines(content):
            place, hashed, _ = raw.split(b" ")
            self.positions.append(int(place))
            self.hashes += bytes.fromhex(hashed.decode())
            self._at.append(at)
            at += len(raw) + 1
        if len(self.hashes) != 32 * len(self.positions):
            raise ValueError("a hash has 32 bytes")
        self.seen = bytearray(len(self.positions))

    def find(self, position: int, nth: int) -> int | None:
        """Which entry is of a position: the nth, unless something was put in or taken out."""
        if nth < len(self.positions) and self.positions[nth] == position:
            return nth
        if not self._sorted:
            self._order = array("q", sorted(range(len(self.positions)), key=self.positions.__getitem__))
            self._sorted = array("q", (self.positions[entry] for entry in self._order))
        at = bisect_left(self._sorted, position)
        return self._order[at] if at < len(self._sorted) and self._sorted[at] == position else None

    def hash(self, entry: int) -> bytes:
        """The leaf hash of an entry."""
        return bytes(self.hashes[32 * entry : 32 * entry + 32])

    def marks(self, entry: int) -> bytes:
        """The marks of an entry, read again: they are asked for where a record was changed."""
        raw = bytes(self._content[self._at[entry] : self._at[entry] + 65_536]).split(b"\n")[0]
        return bytes.fromhex(raw.split(b" ")[2].decode())


# what takes a record: its content, what is beside it, its line, its leaf hash
Take = Callable[[Mapping[str, Any], Mapping[str, Any], int, bytes], None]


def _read_rows(members: Mapping[str, memoryview], kind: str, bundle: Bundle, report: Report, take: Take) -> None:
    """Hash every record again, compare it with the list of leaves, and give it to `take` with its line and hash."""
    sealed = Sealed(memoryview(b""))
    with report.reading("proofs/leaves.txt"):
        sealed = Sealed(members["proofs/leaves.txt"])
    strangers: set[int] = set()
    written = canonical(kind)
    for nth, raw in enumerate(_lines(members["rows.jsonl"])):
        try:
            content, beside, leaf = read_record(raw, written)
            if _fits(content, beside["position"], nth, leaf, sealed, strangers, report):
                bundle.positions.append(beside["position"])
                bundle.leaves += leaf
                take(content, beside, nth + 1, leaf)
        except Exception as problem:  # a damaged record may fail in any way
            report.unreadable(f"rows.jsonl，第 {nth + 1} 行", problem)
    for entry, position in enumerate(sealed.positions):
        if not sealed.seen[entry]:
            report.add("rows.jsonl", "少了这条记录", entry + 1, f"封存位置 {position}")


def _fits(
    content: Mapping[str, Any],
    position: int,
    nth: int,
    leaf: bytes,
    sealed: Sealed,
    strangers: set[int],
    report: Report,
) -> bool:
    """Compare a record with its leaf; False where it was there before."""
    entry = sealed.find(position, nth)
    place = f"封存位置 {position}"
    if position in strangers or (entry is not None and sealed.seen[entry]):
        report.add("rows.jsonl", "这条记录写了两次", nth + 1, place)
        return False
    if entry is None:
        strangers.add(position)
        report.add("rows.jsonl", "多出来的记录，证明里没有它", nth + 1, place)
        return True
    sealed.seen[entry] = 1
    if sealed.hash(entry) != leaf:
        fields = "、".join(_changed(content, sealed.marks(entry))) or "说不准哪一格"
        report.add("rows.jsonl", "这条记录和封存时不一样", nth + 1, place, fields)
    return True


def _changed(content: Mapping[str, Any], sealed: bytes) -> list[str]:
    keys, now = sorted(content), marks(content)
    if len(sealed) != len(now):
        return []
    return [key for i, key in enumerate(keys) if now[2 * i : 2 * i + 2] != sealed[2 * i : 2 * i + 2]]


def _check_tree(members: Mapping[str, memoryview], manifest: Mapping[str, Any], bundle: Bundle, report: Report) -> None:
    text = ""
    for vkey, until in follow(manifest):
        try:
            opened = open_note(bytes(members["checkpoint.txt"]), vkey)
        except ValueError:
            continue
        text = opened if int(opened.split("\n")[1]) < until else ""
    if not text:
        report.add("checkpoint.txt", "检查点的签名对不上")
        text = bytes(members["checkpoint.txt"]).decode()
    origin, size, root = text.split("\n")[:3]
    if origin != manifest["origin"] or int(size) != manifest["checkpoint"]["size"]:
        report.add("checkpoint.txt", "检查点不是清单里说的那一个")
    if len(bundle.positions) != manifest["rows"]:
        report.add("rows.jsonl", f"清单说有 {manifest['rows']} 条记录，包里有 {len(bundle.positions)} 条")
    with report.reading("proofs/inclusion.txt"):
        proof = [bytes.fromhex(raw.decode()) for raw in _lines(members["proofs/inclusion.txt"])]
        if any(len(hashed) != 32 for hashed in proof):
            raise ValueError("a hash has 32 bytes")
        try:
            fits = root_of(*_in_order(bundle), int(size), proof) == base64.b64decode(root, validate=True)
        except (StopIteration, RuntimeError, ValueError, IndexError):
            fits = False
        if not fits:
            report.add("proofs/inclusion.txt", "从这些记录算不出检查点签过名的根：记录或证明被改过")


def _in_order(bundle: Bundle) -> tuple[Sequence[int], bytes]:
    """Positions and leaf hashes by rising position; the records bear the order of the ledger."""
    positions, leaves = bundle.positions, bundle.leaves
    order = sorted(range(len(positions)), key=positions.__getitem__)
    return array("q", (positions[at] for at in order)), b"".join([leaves[32 * at : 32 * at + 32] for at in order])


# The sheet, derived again


@dataclass
class Line:
    """One person, one session, one lesson, one day: what its records add up to. Values bear the order they came in."""

    person_id: str
    session_id: str
    lesson_id: str
    day: str
    position: int
    started_at: str
    ended_at: str = ""
    created_at: str = ""
    claimed_ms: int = 0
    credited_ms: int = 0
    excluded_ms: int = 0
    running_ms: int = 0
    devices: dict[str, None] = field(default_factory=dict)
    ips: dict[str, None] = field(default_factory=dict)
    numbers: dict[str, None] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    played: list[tuple[int, int]] = field(default_factory=list)
    evidence: Any = field(default_factory=hashlib.sha256)

    def add(self, row: Mapping[str, Any], ip: str, leaf: bytes) -> None:
        """Add a record."""
        self.started_at = min(self.started_at, row["started_at"])
        self.ended_at = max(self.ended_at, row["ended_at"])
        self.created_at = max(self.created_at, row["created_at"])
        self.claimed_ms += row["claimed_ms"]
        self.credited_ms += row["credited_ms"]
        self.excluded_ms += row["excluded_ms"]
        self.evidence.update(leaf)
        for value, values in ((row["device"], self.devices), (ip, self.ips), (row["correction_no"], self.numbers)):
            if value:
                values[sys.intern(value)] = None
        if row["excluded_ms"]:
            reason = sys.intern(row["reason"] or "unstated")
            self.lost[reason] = self.lost.get(reason, 0) + row["excluded_ms"]
        if row["from_ms"] is not None and row["to_ms"] is not None and row.get("check_id") is None:
            self._play(row["from_ms"], row["to_ms"])

    def _play(self, start: int, end: int) -> None:
        if self.played and self.played[-1][0] <= start <= self.played[-1][1]:
            self.played[-1] = self.played[-1][0], max(self.played[-1][1], end)
        else:
            self.played.append((start, end))


def line_of(bundle: Bundle, row: Mapping[str, Any], position: int) -> Line:
    """The line that a record belongs to."""
    key = row["person_id"], row["session_id"], row["lesson_id"], row["day"]
    if key not in bundle.lines:
        who, session, lesson, day = (sys.intern(name) for name in key)
        bundle.lines[who, session, lesson, day] = Line(who, session, lesson, day, position, row["started_at"])
    return bundle.lines[key]


def derive_lines(bundle: Bundle) -> list[Line]:
    """The lines in the order of the sheet, each with what its person had earned in the year by then."""
    order = {person: nth for nth, person in enumerate(bundle.people)}

    def place(line: Line) -> tuple[Any, ...]:
        return order[line.person_id], line.day, line.started_at, line.position

    ordered = sorted(bundle.lines.values(), key=place)
    earned: dict[tuple[str, str], int] = {}
    for line in ordered:
        whose = line.person_id, line.day[:4]
        line.running_ms = earned[whose] = earned.get(whose, 0) + line.credited_ms
    return ordered


class Taking:
    """Takes the records of hours one by one: judges each, adds it to its line, and writes what did not count beside the file."""

    def __init__(self, members: Mapping[str, memoryview], manifest: Mapping[str, Any], bundle: Bundle, report: Report):
        self._manifest, self._bundle, self._report = manifest, bundle, report
        self._lessons = {lesson["id"]: lesson for lesson in bundle.context["lessons"]}
        self._excluded = Beside("excluded.csv", members["excluded.csv"])
        self._excluded.write(b"\xef\xbb\xbf" + csv_line(bundle.context["columns"]["excluded.csv"]))

    def __call__(self, row: Mapping[str, Any], beside: Mapping[str, Any], nth: int, leaf: bytes) -> None:
        """Take a record."""
        position = beside["position"]
        _check_row(row, beside, nth, self._manifest, self._bundle, self._report)
        line_of(self._bundle, row, position).add(row, beside["ip"], leaf)
        if row["excluded_ms"]:
            self._excluded.write(excluded_line(row, position, self._bundle, self._lessons))

    def end(self) -> None:
        """The last record was taken."""
        self._excluded.end(self._report)


class Beside:
    """A file beside what it must be, written piece by piece."""

    def __init__(self, name: str, content: memoryview) -> None:
        self._name, self._content, self._at, self._line, self._wrong = name, content, 0, 0, 0

    def write(self, piece: bytes) -> None:
        """The next line that must stand in the file."""
        self._line += 1
        if not self._wrong and bytes(self._content[self._at : self._at + len(piece)]) != piece:
            self._wrong = self._line
        self._at += len(piece)

    def end(self, report: Report) -> None:
        """Nothing more must stand in it; say where it first says something else."""
        if self._wrong or self._at != len(self._content):
            report.add(self._name, "和从记录算出来的不一样", self._wrong or self._line + 1)


def _check_rules(manifest: Mapping[str, Any], bundle: Bundle, report: Report) -> None:
    """The records among themselves: what the rule of hours can never have given."""
    days: dict[tuple[str, str], int] = {}
    earned: dict[tuple[str, str], int] = {}
    lessons = {lesson["id"]: lesson for lesson in bundle.context["lessons"]}
    for line in bundle.lines.values():
        for sums, key in ((days, (line.person_id, line.day)), (earned, (line.person_id, line.lesson_id))):
            sums[key] = sums.get(key, 0) + line.credited_ms
    cap = max((p["daily_cap_class_hours"] for p in bundle.policies.values()), default=0) * bundle.class_hour_ms
    for (who, day), ms in days.items():
        if ms > cap:
            place = f"{_name(bundle, who)}，{day}"
            report.add("rows.jsonl", f"一天计入 {_seconds(ms)} 秒，超过规则的上限", row=place, field="credited_ms")
    for (who, lesson), ms in earned.items():
        if lesson not in lessons:
            report.add("context.json", "记录里的课在课程表里没有", row=lesson)
        elif ms > lessons[lesson]["duration_ms"]:
            place = f"{_name(bundle, who)}，{lessons[lesson]['title']}"
            report.add("rows.jsonl", "计入的时间比这一课还长", row=place, field="credited_ms")
    _check_sums(manifest, bundle, report)


def _check_row(
    row: Mapping[str, Any],
    beside: Mapping[str, Any],
    nth: int,
    manifest: Mapping[str, Any],
    bundle: Bundle,
    report: Report,
) -> None:
    place: dict[str, Any] = {"line": nth, "row": f"封存位置 {beside['position']}"}
    if row["policy_hash"] not in bundle.policies:
        report.add("policy.json", "记录用的规则不在包里", row=str(row["policy_hash"])[:16])
    if row["cohort_id"] != manifest["cohort_id"]:
        report.add("rows.jsonl", "这条记录不是这个班的", field="cohort_id", **place)
    if row["person_id"] not in bundle.people:
        report.add("people.jsonl", "记录里的人不在名单里", row=str(row["person_id"]))
    if not _address_fits(beside, row["ip_commitment"], manifest["identity"]):
        report.add("rows.jsonl", "IP 和封存的承诺对不上", field="ip", **place)
    moved = row["correction_no"] is not None or row.get("check_id") is not None
    if row["correction_no"] is None and row["credited_ms"] + row["excluded_ms"] != row["claimed_ms"]:
        report.add("rows.jsonl", "计入加没计入，不等于播放的时长", field="credited_ms", **place)
    if not moved and not 0 <= row["credited_ms"] <= row["observed_ms"]:
        report.add("rows.jsonl", "计入的比服务器看到的时间还多", field="credited_ms", **place)


def _address_fits(row: Mapping[str, Any], commitment: str, identity: str) -> bool:
    """Say whether a shown address opens its commitment; a masked one shows no more than the network."""
    if identity != "full":
        return row["ip_salt"] == "" and (row["ip"] == "" or row["ip"].endswith("*"))
    opened = hmac.new(bytes.fromhex(row["ip_salt"]), row["ip"].encode(), hashlib.sha256).hexdigest()
    return opened == commitment


def _check_sums(manifest: Mapping[str, Any], bundle: Bundle, report: Report) -> None:
    lines = derive_lines(bundle)
    claims = derive_claims(lines, bundle)
    facts = {
        "rows": len(bundle.positions),
        "people": len(bundle.people),
        "lines": len(lines),
        "credited_ms": sum(line.credited_ms for line in lines),
        "excluded_ms": sum(line.excluded_ms for line in lines),
        "class_hours": sum(claim["hours"] for claim in claims),
    }
    if "held" in bundle.context:
        facts["held_ms"] = sum(claim["held"] for claim in claims)
    for name, value in facts.items():
        if manifest[name] != value:
            report.add("manifest.json", f"清单写 {manifest[name]}，从记录算出来是 {value}", field=name)
    report.facts = {**facts, "cohort_code": manifest["cohort_code"], "size": manifest["checkpoint"]["size"]}


def derive_claims(lines: Iterable[Line], bundle: Bundle) -> list[dict[str, Any]]:
    """One floor for each person and calendar year."""
    sums: dict[str, dict[str, list[int]]] = {person: {} for person in bundle.people}
    held = frozenset(bundle.context.get("held", ()))
    for line in lines:
        of = sums[line.person_id].setdefault(line.day[:4], [0, 0, 0])
        of[0] += line.credited_ms
        of[1] += line.excluded_ms
        of[2] += line.credited_ms if line.session_id in held else 0
    years = {person: sorted(found.items()) or [(bundle.context["year"], [0, 0, 0])] for person, found in sums.items()}
    return [_claim(person, year, of, bundle) for person, found in years.items() for year, of in found]


def _claim(person: str, year: str, of: Sequence[int], bundle: Bundle) -> dict[str, Any]:
    credited, excluded, waits = of
    hours = max(0, credited - waits) // bundle.class_hour_ms
    sums = {"credited": credited, "excluded": excluded, "held": waits, "hours": hours}
    return {"person": person, "year": year, **sums, "rest": credited - waits - hours * bundle.class_hour_ms}


def _seconds(ms: int) -> str:
    return f"{(Decimal(ms) / 1000).normalize():f}"


def _clock(moment: str) -> str:
    shanghai = timezone(timedelta(hours=8))
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).astimezone(shanghai).strftime("%Y-%m-%d %H:%M:%S")


def _name(bundle: Bundle, person: str) -> str:
    return str(bundle.people.get(person, {}).get("name", person))


def _done(ms: int, bundle: Bundle) -> str:
    planned = bundle.context["planned_class_hours"] * bundle.class_hour_ms
    if planned <= 0:
        return "—"
    permille = min(1000, max(0, ms) * 1000 // planned)
    return f"{permille // 10}.{permille % 10}%"


def _played(line: Line) -> str:
    joined: list[list[int]] = []
    for a, b in sorted(line.played):
        if joined and a <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], b)
        else:
            joined.append([a, b])
    return "、".join("–".join(f"{ms // 60_000}:{ms // 1000 % 60:02}" for ms in stretch) for stretch in joined) or "—"


def _excluded(line: Line) -> str:
    if not line.lost:
        return "0"
    reasons = "，".join(f"{code} {_seconds(line.lost[code])}" for code in sorted(line.lost))
    return f"{_seconds(sum(line.lost.values()))}（{reasons}）"


def _scores(person: Mapping[str, Any], bundle: Bundle) -> str:
    numbers = {lesson["id"]: lesson["number"] for lesson in bundle.context["lessons"]}
    ordered = sorted((numbers.get(lesson, 0), lesson) for lesson in person["scores"])
    return " / ".join(str(person["scores"][lesson]) for _, lesson in ordered) or "—"


DEVICES = {"phone": "手机", "desktop": "电脑", "tablet": "平板"}


def line_cells(bundle: Bundle) -> Iterator[list[Any]]:
    """What must stand in each row of 学时台账."""
    lessons = {lesson["id"]: lesson for lesson in bundle.context["lessons"]}
    context = bundle.context
    for nth, line in enumerate(derive_lines(bundle), 1):
        person, lesson, credited = bundle.people[line.person_id], lessons[line.lesson_id], line.credited_ms
        exact = abs(credited) * 10_000 // bundle.class_hour_ms * (1 if credited >= 0 else -1)
        yield [
            nth,
            context["cohort_code"],
            f"第 {lesson['number']} 课 {lesson['title']}",
            person["name"],
            person["id_number"],
            line.day,
            _clock(line.started_at),
            _clock(line.ended_at),
            "、".join(DEVICES.get(device, device) for device in line.devices),
            "、".join(line.ips),
            _played(line),
            Decimal(line.claimed_ms) / 1000,
            Decimal(credited) / 1000,
            _excluded(line),
            Decimal(exact) / 10_000,
            max(0, line.running_ms) // bundle.class_hour_ms,
            context["planned_class_hours"],
            _done(line.running_ms, bundle),
            _scores(person, bundle),
            "—",
            "—",
            "线上",
            context["teacher"] or "—",
            f"是 {'、'.join(line.numbers)}" if line.numbers else "否",
            line.evidence.hexdigest(),
            _clock(line.created_at),
        ]


def claim_cells(bundle: Bundle) -> Iterator[list[Any]]:
    """What must stand in each row of 申领合计."""
    claims = derive_claims(derive_lines(bundle), bundle)
    # bundles made before time could be on hold have no column for it
    names = ("credited", "excluded", *(("held",) if "held" in bundle.context else ()))
    for nth, c in enumerate(claims, 1):
        person = bundle.people[c["person"]]
        sums = [*(Decimal(c[name]) / 1000 for name in names), c["hours"], Decimal(c["rest"]) / 1000]
        tail = [bundle.context["planned_class_hours"], _done(c["credited"], bundle), _scores(person, bundle)]
        yield [nth, person["name"], person["id_number"], c["year"], *sums, *tail]
    yield [
        "",
        "合计",
        "",
        "",
        *(Decimal(sum(c[name] for c in claims)) / 1000 for name in names),
        sum(c["hours"] for c in claims),
        "",
        "",
        "",
        "",
    ]


def _check_sheets(workbook: bytes, bundle: Bundle, report: Report) -> None:
    sheets = read_workbook(workbook)
    if list(sheets) != [LINES_SHEET, CLAIMS_SHEET, NOTES_SHEET]:
        named = f"{LINES_SHEET}、{CLAIMS_SHEET}、{NOTES_SHEET}"
        report.add("hours.xlsx", f"工作表应该是 {named}，现在是 {'、'.join(sheets)}")
    top = [[bundle.context["title"]], [bundle.context["facts"]]]
    for name, cells in ((LINES_SHEET, line_cells(bundle)), (CLAIMS_SHEET, claim_cells(bundle))):
        header = bundle.context["columns"][name]
        _compare_sheet(name, header, chain(top, [header], cells), sheets.get(name, iter(())), report)


def _compare_sheet(
    name: str, header: list[Any], expected: Iterable[list[Any]], found: Rows, report: Report, file: str = "hours.xlsx"
) -> None:
    """Row beside row, as both come."""
    number, there = next(found, (0, {}))
    last = 0
    for row, wanted in enumerate(chain(expected, repeat([])), 1):
        if not wanted and row > last and not number:
            return
        have = there if number == row else {}
        for column in range(1, max([len(wanted), *have], default=0) + 1):
            want = wanted[column - 1] if column <= len(wanted) else ""
            if not _same(want, said := have.get(column, "")):
                title = header[column - 1] if column <= len(header) else f"第 {column} 列"
                report.add(file, f"表里写“{said[:40]}”，从记录算出来是“{str(want)[:40]}”", row, name, title)
        if number == row:
            last, (number, there) = row, next(found, (0, {}))
            if number and number <= last:
                raise ValueError(f"row {number} comes after row {last}")


def _same(want: Any, have: str) -> bool:
    if isinstance(want, str):
        return want == have
    try:
        # spreadsheets keep binary fractions: 0.0758 is written 0.07580000000000001
        return round(Decimal(have), 6) == want
    except ArithmeticError:
        return False


_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_CELL, _ROW, _FORMULA, *_SAID = (_MAIN[1:] + tag for tag in ("c", "row", "f", "t", "v"))
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def read_workbook(content: bytes) -> dict[str, Rows]:
    """Read an xlsx with the standard library: sheet name -> its rows, (number, column -> text), read as they are asked for.

    A formula, or a document type, is an error.
    """
    book = zipfile.ZipFile(io.BytesIO(content))
    targets = {rel.get("Id"): rel.get("Target") for rel in _xml(book, "xl/_rels/workbook.xml.rels")}
    strings = "xl/sharedStrings.xml"
    shared = [_text(si) for si in _xml(book, strings)] if strings in book.namelist() else []
    sheets = _xml(book, "xl/workbook.xml").iterfind(f"{_MAIN}sheets/{_MAIN}sheet")
    named = {sheet.get("name", ""): f"xl/{targets[sheet.get(f'{_REL}id')]}" for sheet in sheets}
    return {name: _rows(book, path, shared) for name, path in named.items()}


def _xml(book: zipfile.ZipFile, name: str) -> ElementTree.Element:
    raw = book.read(name)
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise ValueError("a document type in a sheet")
    return ElementTree.fromstring(raw)


def _text(element: ElementTree.Element) -> str:
    return "".join(part.text or "" for part in element.iter() if part.tag in {f"{_MAIN}t", f"{_MAIN}v"})


def _rows(book: zipfile.ZipFile, name: str, shared: Sequence[str]) -> Rows:
    reader = SheetReader(shared)
    with book.open(name) as file:
        while piece := file.read(1 << 18):
            reader.parser.Parse(piece, False)
            yield from reader.taken()
    reader.parser.Parse(b"", True)
    yield from reader.taken()


class SheetReader:
    """Cells of a sheet as its file goes by; a row is kept until it is taken."""

    def __init__(self, shared: Sequence[str]) -> None:
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse
        self._shared, self._rows, self._cells = shared, [], {}  # type: ignore[var-annotated]
        self._number, self._column, self._kind, self._said = 0, 0, "", ""
        self._columns: dict[str, int] = {}

    def taken(self) -> list[tuple[int, dict[int, str]]]:
        """The rows that are complete."""
        found, self._rows = self._rows, []
        return found

    def _refuse(self, *_: Any) -> None:
        raise ValueError("a document type in a sheet")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == _CELL:
            self._kind, self._said = attributes.get("t", ""), ""
            letters = attributes.get("r", "").rstrip("0123456789")
            self._number = int(attributes["r"][len(letters) :])
            self._column = self._columns.get(letters) or self._learn(letters)
        elif tag in _SAID:
            self.parser.CharacterDataHandler = self._say
        elif tag == _FORMULA:
            raise ValueError(f"a formula in row {self._number}")

    def _learn(self, letters: str) -> int:
        if not re.fullmatch("[A-Z]{1,3}", letters):
            raise ValueError("a cell without a place")
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        self._columns[letters] = column
        return column

    def _say(self, text: str) -> None:
        self._said += text

    def _end(self, tag: str) -> None:
        if tag in _SAID:
            self.parser.CharacterDataHandler = None
        elif tag == _CELL:
            text = self._shared[int(self._said)] if self._kind == "s" else self._said
            if text:
                self._cells[self._column] = text
        elif tag == _ROW and self._cells:
            self._rows.append((self._number, self._cells))
            self._cells = {}


def csv_line(cells: Sequence[Any]) -> bytes:
    """A line of a CSV."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode()


def excluded_line(
    row: Mapping[str, Any], position: int, bundle: Bundle, lessons: Mapping[str, Mapping[str, Any]]
) -> bytes:
    """What excluded.csv must say of a record of which a part did not count, and why."""
    lesson, reason = lessons.get(row["lesson_id"], {"number": "", "title": ""}), row["reason"] or "unstated"
    title = f"第 {lesson['number']} 课 {lesson['title']}"
    times = [_clock(row["started_at"]), _clock(row["ended_at"])]
    cells = [position, _safe(_name(bundle, row["person_id"])), title, row["day"], *times]
    return csv_line([*cells, _seconds(row["excluded_ms"]), reason, bundle.reasons.get(reason, "")])


def _safe(text: str) -> str:
    return f"'{text}" if text[:1] in tuple("=+-@\t\r＝＋－＠") else text


# The audit: the same envelope and tree, a plainer sheet


def _check_audit(members: Mapping[str, memoryview], manifest: Mapping[str, Any], report: Report) -> None:
    bundle = Bundle()
    with report.reading("context.json"):
        bundle.context = read_canonical(bytes(members["context.json"])[:-1])
    with report.reading("rows.jsonl"):
        _read_rows(
            members,
            manifest["kind"],
            bundle,
            report,
            lambda row, beside, *_: bundle.rows.append({**row, "position": beside["position"]}),
        )
    with report.reading("checkpoint.txt"):
        _check_tree(members, manifest, bundle, report)
    expected: list[list[Any]] = []
    with report.reading("context.json"):
        expected = [bundle.context["columns"], *(audit_cells(row, bundle.context) for row in bundle.rows)]
    with report.reading("audit.csv"):
        _compare_csv(bytes(members["audit.csv"]), expected, report)
    with report.reading("audit.xlsx"):
        sheets = read_workbook(bytes(members["audit.xlsx"]))
        if list(sheets) != [AUDIT_SHEET]:
            report.add("audit.xlsx", f"工作表应该是 {AUDIT_SHEET}，现在是 {'、'.join(sheets)}")
        top = [[bundle.context["title"]], [bundle.context["facts"]]]
        found = sheets.get(AUDIT_SHEET, iter(()))
        _compare_sheet(AUDIT_SHEET, expected[0], [*top, *expected], found, report, "audit.xlsx")
    report.facts = {"audit": True, "rows": len(bundle.rows), "size": manifest["checkpoint"]["size"]}


def audit_cells(row: Mapping[str, Any], context: Mapping[str, Any]) -> list[Any]:
    """What must stand in the row of one entry."""
    words, names = context["words"], context["names"]
    actor = "" if row["actor"] in {None, "None"} else row["actor"]
    deputy = row.get("deputy_for")
    return [
        row["position"],
        _clock(row["at"]),
        names.get(actor, actor) if actor else "平台",
        words.get(f"role {row.get('role')}", ""),
        names.get(row.get("organisation_id"), ""),
        names.get(deputy, deputy) if deputy else "",
        words.get(f"action {row['action']}", "其他操作"),
        words.get(f"subject {row.get('subject_kind')}", ""),
        row["subject"],
        row.get("people", 0),
        names.get(row.get("region_code"), row.get("region_code") or ""),
        words.get(f"plan {row.get('plan_code')}", row.get("plan_code") or ""),
        row["reason"],
        row["action"],
    ]


def audit_csv(expected: Sequence[Sequence[Any]]) -> bytes:
    """What audit.csv must be."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([[_safe(str(cell)) for cell in cells] for cells in expected])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _compare_csv(content: bytes, expected: Sequence[Sequence[Any]], report: Report) -> None:
    derived = audit_csv(expected)
    if content == derived:
        return
    for nth, (want, have) in enumerate(zip_longest(derived.split(b"\r\n"), content.split(b"\r\n")), 1):
        if want != have:
            report.add("audit.csv", "和从记录算出来的不一样", nth)


# The door


def summary(report: Report) -> list[str]:
    """Write the verdict: sentences in Chinese and one line of English."""
    if report.problems:
        lines = [f"没有通过：找到 {len(report.problems) + report.more} 处和封存时不一样。"]
        lines += [f"  {problem.text()}" for problem in report.problems]
        lines += [f"  还有 {report.more} 处没有列出来。"] if report.more else []
        return [*lines, f"NOT VERIFIED: {len(report.problems) + report.more} difference(s) found"]
    f = report.facts
    key = "是你指定的那一把" if report.key_confirmed else "请和主管部门公布的对一对，或者加上 --key 再查一次"
    compared = "" if report.key_confirmed else " (key not compared)"
    if f.get("audit"):
        return [
            f"通过：{f['rows']} 条操作记录，没有一处被改过。",
            f"签名的钥匙：{report.fingerprint}（{key}）",
            f"说明什么：{AUDIT_MEANS}",
            f"不说明什么：{AUDIT_MEANS_NOT}",
            f"{f['rows']} audit entries · 0 altered · signature good{compared}",
        ]
    return [
        f"通过：{f['cohort_code']} 班，{f['people']} 人，可申领 {f['class_hours']} 学时，{f['rows']} 条记录，没有一处被改过。",
        f"签名的钥匙：{report.fingerprint}（{key}）",
        f"说明什么：{MEANS}",
        f"不说明什么：{MEANS_NOT}",
        f"管到哪里：检查点以前的 {f['size']} 条记录。后来的记录，要等下一个存到外面的检查点。",
        f"{f['class_hours']} hours · {f['people']} people · {f['rows']} rows · 0 altered · signature good{compared}",
    ]


def verify_file(path: str, key: str | None = None) -> Report:
    """Check a bundle on disk; OSError when it cannot be read, ValueError when --key names no key."""
    trusted = trusted_fingerprint(key) if key else None
    with open(path, "rb") as file:
        if not file.seek(0, 2):
            report = Report()
            report.add("zip 外壳", "文件是空的")
            return report
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return verify(data, trusted)


def as_json(report: Report) -> str:
    """Write the report for a program."""
    found = [asdict(problem) for problem in report.problems]
    more = {"more": report.more, "key_confirmed": report.key_confirmed, "fingerprint": report.fingerprint}
    return json.dumps(
        {"good": not report.problems, "facts": report.facts, "problems": found, **more}, ensure_ascii=False, indent=1
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check from the command line; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="verify.py", description="查一个雁学证据包有没有被改过 / check an evidence bundle"
    )
    parser.add_argument("bundle", help="证据包 bundle.zip")
    parser.add_argument("--key", help="公钥指纹（64 位十六进制）或者公钥文件")
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    given = parser.parse_args(arguments)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    try:
        report = verify_file(given.bundle, given.key)
    except OSError as problem:
        print(f"打不开 {problem.filename or given.bundle}：{problem.strerror}", file=sys.stderr)
        return 2
    except ValueError:
        print("--key 要写 64 位十六进制的指纹，或者一个公钥文件", file=sys.stderr)
        return 2
    print(as_json(report) if given.json else "\n".join(summary(report)))
    return 1 if report.problems else 0


if __name__ == "__main__":
    gc.disable()  # millions of small records, and none of them in a circle
    sys.exit(main())
