"""Packages that somebody made to hurt, or broke without knowing: made here, byte by byte, each with the words of its refusal.

A case with no words is *inert*: it is accepted, and nothing of it can do harm on the way in. security.md §3c is the list.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace

from tests.courses import hostile_files, hostile_manifests
from tests.courses.hostile_case import INDEX, ZEROS, Case, good, zipped
from tests.courses.manifests import cmi5
from tests.courses.zips import End, Entry, build


def cases() -> list[Case]:
    """Every hostile package, in a fixed order; each `what` is there once."""
    return [
        *_names(),
        *_twins(),
        *_kinds(),
        *_methods(),
        *_directories(),
        *_sizes(),
        *hostile_files.cases(),
        *_manifests(),
    ]


def _names() -> Iterator[Case]:
    climbing = [
        "../evil.html",
        "..\\evil.html",
        "a/../../evil.html",
        "a\\..\\..\\evil.html",
        "..",
        "a/..",
        "__MACOSX/../../x",
        "%2e%2e/evil.html",
        "%252e%252e/evil.html",
        "..%2fevil.html",
        "a/..%5c..%5cevil.html",
        "a/%00/../b",
        "%2E%2e%2Fx",
    ]
    yield from (zipped(f"climbs: {name}", "走到课件外面", Entry(name, b"x")) for name in climbing)
    for name in ("/etc/passwd", "/", "/index2.html", "C:\\boot.ini", "c:/boot.ini", "C:evil.html", "z:/"):
        yield zipped(
            f"absolute: {name}",
            "绝对路径" if name != "/" else "没有名字",
            Entry(name, b"x" if name[-1] != "/" else b""),
        )
    for name in ("//server/share/x.html", "\\\\server\\share\\x.html", "\\\\?\\C:\\x.html"):
        yield zipped(f"UNC: {name}", "网上邻居", Entry(name, b"x"))
    for letter in "\0\n\r\t\x1b\x07\x7f\x85":
        yield zipped(f"control letter {ord(letter):02X}", "控制字符", Entry(f"a{letter}b.html", b"x"))
    for letter in "\u202e\u202a\u2067\u200e\u061c\u200b\ufeff\u2060\u00ad\u2028\u2029\U000e0041":
        yield zipped(f"hidden letter {ord(letter):04X}", "看不见的字符", Entry(f"gnp{letter}exe.html", b"x"))
    for name in ("", ".", "./", "./.", "\\"):
        yield zipped(f"nameless: {name!r}", "没有名字", Entry(name))
    yield zipped("300 bytes of a name", "字节，太长", Entry("x" * 300, b"x"))
    yield zipped("241 bytes of a name", "字节，太长", Entry("x" * 236 + ".html", b"x"))
    yield zipped("100 Chinese letters", "字节，太长", Entry("课" * 100, b"x"))
    yield zipped("60 levels", "层，太深", Entry("a/" * 60 + "x", b"x"))
    yield zipped("21 levels", "层，太深", Entry("a/" * 20 + "x", b"x"))
    for raw in (b"\xff\xfe.html", b"\xc0\xae\xc0\xae/x", b"\xed\xa0\x80.html", b"\xf8\x88\x80\x80\x80"):
        yield zipped(f"not UTF-8: {raw!r}", "读不出来", Entry(raw, b"x", flags=1 << 11))


def _twins() -> Iterator[Case]:
    pairs = [
        ("the same name", "a.html", "a.html", "有两份"),
        ("capitals", "a.html", "A.HTML", "同一个文件"),
        ("composed and not", "é.html", "e\u0301.html", "有两份"),
        ("sharp s", "ß.html", "SS.html", "同一个文件"),
        ("Kelvin", "k.html", "\u212a.html", "同一个文件"),
        ("a dot behind", "a.html", "a.html.", "同一个文件"),
        ("a blank behind", "a.html", "a.html ", "同一个文件"),
        ("a dot step", "a.html", "./a.html", "有两份"),
        ("two slashes", "a/b.html", "a//b.html", "有两份"),
        ("slash and backslash", "a/b.html", "a\\b.html", "有两份"),
        ("file and folder", "a", "a/b.html", "又是文件又是文件夹"),
        ("file and Folder", "A", "a/b.html", "又是文件又是文件夹"),
        ("two manifests", "cmi5.xml", "CMI5.XML", "有两份"),
    ]
    for what, one, other, says in pairs:
        yield zipped(f"twins: {what}", says, Entry(one, b"1"), Entry(other, b"2"))


def _kinds() -> Iterator[Case]:
    kinds = [(0o120777, "符号链接"), (0o020666, "设备"), (0o060666, "设备"), (0o010666, "管道"), (0o140666, "套接字")]
    for mode, says in kinds:
        yield zipped(f"mode {mode:o}", says, Entry("link", b"/etc/passwd", attributes=mode << 16))
    yield zipped("a link to a folder", "符号链接", Entry("link/", b"", attributes=0o120777 << 16))
    yield zipped("a link in the litter", "符号链接", Entry("__MACOSX/link", b"/etc", attributes=0o120777 << 16))
    for flag in (1, 1 << 6, 1 << 13, 1 | 1 << 6):
        yield zipped(f"encrypted, flag {flag}", "密码", Entry("a.html", b"x" * 40, flags=flag))
    yield zipped("encrypted by AES", "密码", Entry("a.html", b"x" * 40, method=99, flags=1))
    yield zipped("a folder with bytes", "文件夹", Entry("folder/", b"hidden"))


def _methods() -> Iterator[Case]:
    for method in (1, 2, 6, 9, 12, 14, 18, 19, 93, 95, 96, 97, 98, 255, 65535):
        yield zipped(f"method {method}", "不常见的压缩方法", Entry("a.html", b"xyz", method=method))


def _directories() -> Iterator[Case]:
    again = Entry("a.html", b"x" * 100)
    yield Case("many disks", lambda: good(end=End(disk=1)), "分卷")
    yield Case("an entry on another disk", lambda: good(replace(again, disk=1)), "分卷")
    yield Case("fewer entries here", lambda: good(end=End(here=1)), "分卷")
    yield Case("two disks of zip64", lambda: good(end=End(zip64=True, zip64_disks=2)), "分卷")
    yield Case("the first of many pieces", lambda: b"PK\x07\x08" + good(), "分卷")
    yield Case("the last of many pieces", lambda: good(again, end=End(disk=2))[40:], "最后一卷")
    yield Case("a single-piece mark", lambda: b"PK00" + good(), "分卷")
    yield Case("cut in the middle", lambda: good(again)[:-60], "没有传完整")
    yield Case("half of it", lambda: good(again)[: len(good(again)) // 2], "没有传完整")
    yield Case("only the beginning", lambda: b"PK\x03\x04" + bytes(40), "没有传完整")
    yield Case("junk behind", lambda: good() + b"\n<script>", "多出了别的内容")
    yield Case("zeros behind", lambda: good() + bytes(512), "多出了别的内容")
    yield Case(
        "a comment that is longer than said", lambda: good(end=End(comment=b"abc", comment_length=1)), "多出了别的内容"
    )
    yield Case(
        "a comment that is shorter than said", lambda: good(end=End(comment=b"abc", comment_length=9)), "多出了别的内容"
    )
    yield Case(
        "another archive in the comment", lambda: good(end=End(comment=build([Entry("cmi5.xml", b"<x/>")]))), "对不上"
    )
    yield Case("another archive behind", lambda: good() + build([Entry("other.html", b"x")]), "对不上")
    yield Case("another archive behind that counts", lambda: _polyglot(good()), "前面还藏着")
    for what, prefix in (
        ("GIF", b"GIF89a" + bytes(20)),
        ("HTML", b"<html><script>1</script>"),
        ("shell", b"#!/bin/sh\n"),
        ("EXE", b"MZ\x90\0"),
    ):
        yield Case(f"behind a {what}", lambda prefix=prefix: good(prefix=prefix), "不是")  # type: ignore[misc]
    yield Case("behind a PDF", lambda: good(prefix=b"%PDF-1.4\n"), "PDF")
    yield Case("a directory elsewhere", lambda: good(end=End(begins=10)), "对不上")
    yield Case("a directory beyond the file", lambda: good(end=End(begins=1 << 30)), "对不上")
    yield Case("a directory too small", lambda: good(end=End(size=46)), "对不上")
    yield Case("more entries than there are", lambda: good(end=End(entries=9)), "实际列了")
    yield Case("fewer entries than there are", lambda: good(end=End(entries=1)), "实际列了")
    yield Case("a gap before the end", lambda: _patched(good(), b"PK\x05\x06", b"\0\0PK\x05\x06"), "对不上")
    yield Case("a broken directory", lambda: _patched(good(), b"PK\x01\x02", b"PK\x01\x03"), "目录坏了")
    yield Case("a name beyond the directory", lambda: _longer_name(good()), "目录坏了")
    yield Case(
        "70,000 entries",
        lambda: build([Entry(f"{n}", b"", method=0) for n in range(70_000)], End(zip64=True)),
        "太多了",
    )
    yield Case("20,001 entries", lambda: build([Entry(f"{n}", b"", method=0) for n in range(20_001)]), "太多了")
    yield Case("zip64 without its end", lambda: good(end=End(entries=0xFFFF)), "ZIP64")
    yield Case("zip64 with a broken end", lambda: good(end=End(zip64=True, zip64_magic=b"PK\x06\x05")), "目录坏了")
    yield Case("zip64 of 2^40 entries", lambda: good(end=End(zip64=True, zip64_entries=1 << 40)), "太多了")
    yield Case("zip64 that says another number", lambda: good(end=End(zip64=True, zip64_entries=7)), "实际列了")
    yield Case("zip64 beside other figures", _disagreeing, "说的不一样")
    yield Case("zip64 end before the file", lambda: _wild_locator(good(end=End(zip64=True))), "目录坏了")
    wide = struct.pack("<2HQ", 1, 8, 5)
    yield Case("zip64 twice", lambda: good(replace(again, size=0xFFFFFFFF, extra=wide + wide)), "没有写明")
    yield Case("zip64 with nothing", lambda: good(replace(again, size=0xFFFFFFFF)), "没有写明")
    yield Case(
        "zip64 of 2^60 bytes",
        lambda: good(replace(again, size=0xFFFFFFFF, extra=struct.pack("<2HQ", 1, 8, 1 << 60))),
        "太",
    )
    yield Case(
        "a field beyond its header",
        lambda: good(replace(again, size=0xFFFFFFFF, extra=struct.pack("<2H", 1, 900))),
        "说明坏了",
    )
    yield Case("nothing at all", lambda: build([]), "没有文件")
    yield Case("only folders", lambda: build([Entry("a/"), Entry("b/")]), "没有文件")
    yield Case("only litter", lambda: build([Entry("__MACOSX/._a", b"x"), Entry(".DS_Store", b"x")]), "没有文件")


def _sizes() -> Iterator[Case]:
    page = Entry("a.html", b"x" * 3000)
    yield zipped("no local header", "不在目录说的位置", replace(page, local_magic=b"PK\x03\x05"))
    yield zipped("a place beyond", "不在目录说的位置", replace(page, offset=1 << 28))
    yield zipped(
        "a place in the directory", "不在目录说的位置", replace(page, packed_size=1 << 20, size=1 << 20, method=0)
    )
    yield zipped("another name inside", "两个名字", replace(page, local_name=b"b.html"))
    yield zipped("a longer name inside", "两个名字", replace(page, local_name=b"a.html.exe"))
    yield zipped("another method inside", "压缩方法前后", replace(page, local_method=0))
    yield zipped("another size inside", "大小前后写得不一样", replace(page, local_size=10))
    yield zipped("stored, with two sizes", "大小前后对不上", replace(page, method=0, size=10))
    yield Case("two names for the same bytes", lambda: _shared(2), "叠在一起")
    yield Case("400 names for the same bytes", lambda: _shared(400), "叠在一起")
    yield Case("bytes within bytes", _quoted, "叠在一起")
    yield zipped("30 MB of zeros", "压缩炸弹", Entry("zeros.bin", ZEROS))
    yield zipped("30 MB of zeros in the litter", "压缩炸弹", Entry("__MACOSX/zeros.bin", ZEROS))
    yield Case("2.5 GB by its own word", lambda: good(*_claiming(25, 100 << 20)), "太大了")
    small = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = small.compress(ZEROS) + small.flush()
    lie = Entry("a.bin", b"", packed=packed, crc=0, size=1000)
    yield zipped("1,000 bytes that are 30 MB", "实际更多", lie)
    yield zipped("9 MB that are 30 MB", "实际更多", replace(lie, size=9 << 20))
    yield zipped("more promised than given", "不一样", replace(page, size=5000))
    yield zipped("another check sum", "校验码", replace(page, crc=1))
    yield zipped("a stored one with another check sum", "校验码", replace(page, method=0, crc=1))
    yield zipped("not deflate", "解不开", replace(page, packed=b"\xff" * 300))
    yield zipped("deflate cut off", "没有压完整", replace(page, packed=page.body[:-4]))
    yield zipped("deflate and something behind", "不一样", replace(page, packed=page.body + b"hidden"))
    yield zipped("nothing where 3,000 should be", "没有压完整", replace(page, packed=b""))
    yield zipped("a manifest that lies", "实际更多", replace(lie, name="a/cmi5.xml", size=10))
    yield Case("a lying manifest", lambda: build([replace(lie, name="cmi5.xml"), INDEX]), "实际更多")
    yield Case(
        "a manifest of 20 MB",
        lambda: build([Entry("cmi5.xml", (cmi5() + " " * (20 << 20)).encode(), method=0), INDEX]),
        "太大了",
    )


def _manifests() -> Iterator[Case]:
    for name, kind in (
        ("cmi5.xml", hostile_manifests.cmi5_cases()),
        ("imsmanifest.xml", hostile_manifests.scorm_cases()),
        ("tincan.xml", hostile_manifests.tincan_cases()),
    ):
        for what, data, says in kind:
            yield Case(
                f"{name}: {what}", lambda name=name, data=data: build([Entry(name, data, method=0), INDEX]), says
            )  # type: ignore[misc]
    for what, data, says in hostile_manifests.bare_cases():
        yield Case(f"alone: {what}", lambda data=data: data, says, "cmi5.xml")  # type: ignore[misc]


def _shared(count: int) -> bytes:
    """Names that all lead to the bytes of one entry; the local header cannot be right for them all."""
    names = [
        Entry("a.html", b"x" * 500),
        *(Entry("a.html", b"x" * 500, offset=0, local_magic=b"PK\x03\x04") for _ in range(count - 1)),
    ]
    return build(names)


def _quoted() -> bytes:
    """Fifield's other way: an entry whose bytes hold the header of the next."""
    inner = build([Entry("b.html", b"y" * 50, method=0)])
    outer = Entry("a.bin", inner, method=0)
    place = 30 + len(b"a.bin")
    return build([outer, Entry("b.html", b"y" * 50, method=0, offset=place)])


def _claiming(count: int, size: int) -> list[Entry]:
    """Entries that promise `size` bytes each and stay under the ratio."""
    body = bytes(600 << 10)
    return [Entry(f"{n}.bin", b"", method=8, packed=body, size=size, crc=0) for n in range(count)]


def _patched(data: bytes, old: bytes, new: bytes) -> bytes:
    place = data.rindex(old)
    return data[:place] + new + data[place + len(old) :]


def _longer_name(data: bytes) -> bytes:
    place = data.rindex(b"PK\x01\x02")
    return data[: place + 28] + b"\xff\x7f" + data[place + 30 :]


def _disagreeing() -> bytes:
    """A zip64 end beside a plain one that says other figures."""
    data = bytearray(good(end=End(zip64=True)))
    place = data.rindex(b"PK\x05\x06")
    data[place + 8 : place + 12] = struct.pack("<2H", 1, 1)
    return bytes(data)


def _wild_locator(data: bytes) -> bytes:
    place = data.rindex(b"PK\x06\x07")
    return data[: place + 8] + struct.pack("<Q", 1 << 50) + data[place + 16 :]


def _polyglot(first: bytes) -> bytes:
    """A second archive behind the first, with offsets that count the first: two readers, two packages."""
    out = io.BytesIO()
    out.write(first)
    out.write(build([Entry("cmi5.xml", cmi5().encode()), INDEX], prefix=first)[len(first) :])
    return out.getvalue()
