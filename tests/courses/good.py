"""Packages as honest authors make them, with the oddities of their tools: each must be accepted."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace

from courses.course import Format, LessonKind
from tests.courses import good_manifests
from tests.courses.good_case import CMI5, DOCUMENT, INDEX, PAGE, SCORM12, TINCAN, Good, of
from tests.courses.manifests import (
    au,
    cmi5,
    resource,
    scorm12,
)
from tests.courses.zips import End, Entry, build


def cases() -> list[Good]:
    """Every good package; each `what` is there once."""
    return [*_archives(), *_names(), *good_manifests.cases()]


def _python(manifest: str, text: str, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr(manifest, text)
        archive.writestr("index.html", PAGE)
    return file.getvalue()


def _unseekable() -> bytes:
    """As tools write into a pipe: sizes behind the bytes."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.pieces: list[bytes] = []

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.pieces.append(bytes(data))  # type: ignore[arg-type, call-overload]
            return len(self.pieces[-1])

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("imsmanifest.xml", scorm12())
        archive.writestr("index.html", PAGE)
    return b"".join(pipe.pieces)


def _archives() -> Iterator[Good]:
    manifest = Entry("cmi5.xml", cmi5().encode())
    page = Entry("cmi5.xml", cmi5().encode(), zip64=True)
    yield Good("plain", lambda: _python("cmi5.xml", cmi5()), CMI5)
    yield Good("stored", lambda: _python("cmi5.xml", cmi5(), zipfile.ZIP_STORED), CMI5)
    yield Good("written into a pipe", _unseekable, SCORM12)
    yield Good(
        "descriptors behind the bytes",
        lambda: build([replace(manifest, descriptor=True), replace(INDEX, descriptor=True)]),
        CMI5,
    )
    yield Good("zip64 throughout", lambda: build([page, replace(INDEX, zip64=True)], End(zip64=True)), CMI5)
    yield Good("zip64 in its directory alone", lambda: build([manifest, INDEX], End(zip64=True)), CMI5)
    yield Good("a comment", lambda: build([manifest, INDEX], End(comment="由课件软件生成".encode())), CMI5)
    yield Good(
        "a comment with a signature in it", lambda: build([manifest, INDEX], End(comment=b"PK\x05\x06 inside")), CMI5
    )
    stamp = struct.pack("<2HBL", 0x5455, 5, 1, 1_700_000_000)
    yield Good("times of Info-ZIP", lambda: build([replace(manifest, extra=stamp, local_extra=stamp), INDEX]), CMI5)
    yield Good(
        "three bytes behind the fields", lambda: build([replace(manifest, extra=stamp + b"\0\0\0"), INDEX]), CMI5
    )
    yield Good(
        "no modes, as Windows writes",
        lambda: build([replace(manifest, attributes=0x20), replace(INDEX, attributes=0x20)]),
        CMI5,
    )
    yield Good(
        "folders of their own",
        lambda: build([Entry("img/"), Entry("img/x/"), manifest, INDEX, Entry("img/a.png", b"x")]),
        CMI5,
    )
    yield Good(
        "empty files",
        lambda: build([manifest, INDEX, Entry("empty.js"), Entry("empty.css", method=0)]),
        CMI5,
        holds=("empty.js",),
    )
    yield Good("bytes between the entries and the directory", lambda: build([manifest, INDEX], gap=b"\0" * 64), CMI5)
    yield Good(
        "one top folder",
        lambda: build(
            [Entry("课程/"), replace(manifest, name="课程/cmi5.xml"), replace(INDEX, name="课程/index.html")]
        ),
        CMI5,
    )
    litter = [
        Entry("__MACOSX/._课程", b"x"),
        Entry("__MACOSX/课程/._cmi5.xml", b"x"),
        Entry("课程/.DS_Store", b"x"),
        Entry("课程/Thumbs.db", b"x"),
    ]
    packed = [replace(manifest, name="课程/cmi5.xml"), replace(INDEX, name="课程/index.html")]
    yield Good("from a Mac", lambda: build([*packed, *litter]), CMI5, holds=("cmi5.xml", "index.html"))
    yield Good("10 MB of zeros", lambda: build([manifest, INDEX, Entry("blank.wav", bytes(10 << 20))]), CMI5)
    yield Good("2,000 files", lambda: build([manifest, INDEX, *(Entry(f"d/{n}.js", b"x") for n in range(2000))]), CMI5)
    yield Good("20 levels", lambda: build([manifest, INDEX, Entry("a/" * 19 + "x.html", PAGE)]), CMI5)


def _names() -> Iterator[Good]:
    gbk = cmi5(au(url="%E8%AF%BE%E7%A8%8B/%E7%AC%AC%E4%B8%80%E8%AF%BE.html"))
    chinese = ("课程/第一课.html",)
    entry = ("%E8%AF%BE%E7%A8%8B/%E7%AC%AC%E4%B8%80%E8%AF%BE.html",)
    manifest = Entry("cmi5.xml", gbk.encode())
    yield Good("names in UTF-8", lambda: build([manifest, Entry(chinese[0], PAGE)]), CMI5, entry, chinese)
    yield Good("names in GBK", lambda: build([manifest, Entry(chinese[0].encode("gbk"), PAGE)]), CMI5, entry, chinese)
    yield Good(
        "names in UTF-8 without the flag",
        lambda: build([manifest, Entry(chinese[0].encode(), PAGE)]),
        CMI5,
        entry,
        chinese,
    )
    tricky = "繁體字乗臓.html"
    yield Good(
        "GBK with a backslash in a letter",
        lambda: build([Entry("cmi5.xml", cmi5().encode()), INDEX, Entry(tricky.encode("gb18030"), PAGE)]),
        CMI5,
        holds=(tricky,),
    )
    raw = chinese[0].encode("gbk")
    extra = _unicode_path(raw, chinese[0])
    taiwan = "課程/第一課.html"
    other = Entry(taiwan.encode("big5"), PAGE, extra=_unicode_path(taiwan.encode("big5"), taiwan))
    yield Good(
        "names of WinRAR in Big5",
        lambda: build([Entry("cmi5.xml", cmi5().encode()), INDEX, other]),
        CMI5,
        holds=(taiwan,),
    )
    yield Good("names of WinRAR", lambda: build([manifest, Entry(raw, PAGE, extra=extra)]), CMI5, entry, chinese)
    yield Good(
        "names written raw in the manifest",
        lambda: of("cmi5.xml", cmi5(au(url="课程/第一课.html")), Entry(chinese[0], PAGE)),
        CMI5,
        entry,
        chinese,
    )
    yield Good(
        "backslashes of old .NET",
        lambda: of("imsmanifest.xml", scorm12(resources=resource(href="a/b.html")), Entry("a\\b.html", PAGE)),
        SCORM12,
        ("a/b.html",),
        ("a/b.html",),
    )
    yield Good(
        "dot steps",
        lambda: build([Entry("./cmi5.xml", cmi5().encode()), Entry("./index.html", PAGE)]),
        CMI5,
        holds=("index.html",),
    )
    decomposed = Entry("cafe\u0301.html", PAGE)
    yield Good(
        "letters of the Mac",
        lambda: of("cmi5.xml", cmi5(au(url="caf%C3%A9.html")), decomposed),
        CMI5,
        ("caf%C3%A9.html",),
        ("café.html",),
    )
    yield Good(
        "a blank in a name",
        lambda: of("cmi5.xml", cmi5(au(url="my%20page.html")), Entry("my page.html", PAGE)),
        CMI5,
        ("my%20page.html",),
    )
    yield Good(
        "a percent sign in a name",
        lambda: of("imsmanifest.xml", scorm12(resources=resource(href="100%25.html")), Entry("100%.html", PAGE)),
        SCORM12,
        ("100%25.html",),
    )
    yield Good(
        "a name that looks encoded",
        lambda: of("imsmanifest.xml", scorm12(resources=resource(href="a%20b.html")), Entry("a%20b.html", PAGE)),
        SCORM12,
        ("a%2520b.html",),
    )
    yield Good(
        "an emoji of several letters",
        lambda: of("cmi5.xml", cmi5(), INDEX, Entry("👩\u200d🍳.html", PAGE)),
        CMI5,
        holds=("👩\u200d🍳.html",),
    )
    yield Good(
        "other capitals",
        lambda: of("imsmanifest.xml", scorm12(resources=resource(href="Index.HTML")), INDEX),
        SCORM12,
        ("index.html",),
    )


def _unicode_path(raw: bytes, name: str) -> bytes:
    """The field in which WinRAR and Info-ZIP say a name in Unicode."""
    field = b"\x01" + struct.pack("<L", zlib.crc32(raw)) + name.encode()
    return struct.pack("<2H", 0x7075, len(field)) + field


def kinds(format: Format) -> LessonKind:
    """The kind that every lesson of a format has."""
    table = {CMI5: LessonKind.AU, TINCAN: LessonKind.ACTIVITY, DOCUMENT: LessonKind.DOCUMENT}
    return table.get(format, LessonKind.SCO)
