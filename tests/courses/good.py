"""Packages as honest authors make them, with the oddities of their tools: each must be accepted."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from courses.course import Format, LessonKind
from tests.courses import pdfs
from tests.courses.manifests import (
    ID,
    activity,
    au,
    block,
    cmi5,
    item,
    objectives,
    resource,
    resource2004,
    scorm12,
    scorm2004,
    tincan,
)
from tests.courses.zips import End, Entry, build

PAGE = b'<!doctype html><html lang="zh"><meta charset="utf-8"><title>x</title><p>hello</html>'
INDEX = Entry("index.html", PAGE)
SCORM12, SCORM2004, CMI5, TINCAN, DOCUMENT = (
    Format.SCORM_12,
    Format.SCORM_2004,
    Format.CMI5,
    Format.TINCAN,
    Format.DOCUMENT,
)


@dataclass(frozen=True)
class Good:
    """An upload, the format it must be taken for, its lessons' entries and, where they matter, some of its paths."""

    what: str
    make: Callable[[], bytes]
    format: Format
    entries: tuple[str, ...] = ("index.html",)
    holds: tuple[str, ...] = ()
    title: str = ""
    upload: str = "课件.zip"


def cases() -> list[Good]:
    """Every good package; each `what` is there once."""
    return [*_archives(), *_names(), *_encodings(), *_cmi5(), *_scorm12(), *_scorm2004(), *_others()]


def _of(manifest: str, text: str | bytes, *entries: Entry) -> bytes:
    data = text if isinstance(text, bytes) else text.encode()
    return build([Entry(manifest, data), *(entries or (INDEX,))])


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
        lambda: _of("cmi5.xml", cmi5(au(url="课程/第一课.html")), Entry(chinese[0], PAGE)),
        CMI5,
        entry,
        chinese,
    )
    yield Good(
        "backslashes of old .NET",
        lambda: _of("imsmanifest.xml", scorm12(resources=resource(href="a/b.html")), Entry("a\\b.html", PAGE)),
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
        lambda: _of("cmi5.xml", cmi5(au(url="caf%C3%A9.html")), decomposed),
        CMI5,
        ("caf%C3%A9.html",),
        ("café.html",),
    )
    yield Good(
        "a blank in a name",
        lambda: _of("cmi5.xml", cmi5(au(url="my%20page.html")), Entry("my page.html", PAGE)),
        CMI5,
        ("my%20page.html",),
    )
    yield Good(
        "a percent sign in a name",
        lambda: _of("imsmanifest.xml", scorm12(resources=resource(href="100%25.html")), Entry("100%.html", PAGE)),
        SCORM12,
        ("100%25.html",),
    )
    yield Good(
        "a name that looks encoded",
        lambda: _of("imsmanifest.xml", scorm12(resources=resource(href="a%20b.html")), Entry("a%20b.html", PAGE)),
        SCORM12,
        ("a%2520b.html",),
    )
    yield Good(
        "an emoji of several letters",
        lambda: _of("cmi5.xml", cmi5(), INDEX, Entry("👩\u200d🍳.html", PAGE)),
        CMI5,
        holds=("👩\u200d🍳.html",),
    )
    yield Good(
        "other capitals",
        lambda: _of("imsmanifest.xml", scorm12(resources=resource(href="Index.HTML")), INDEX),
        SCORM12,
        ("index.html",),
    )


def _unicode_path(raw: bytes, name: str) -> bytes:
    """The field in which WinRAR and Info-ZIP say a name in Unicode."""
    field = b"\x01" + struct.pack("<L", zlib.crc32(raw)) + name.encode()
    return struct.pack("<2H", 0x7075, len(field)) + field


def _encodings() -> Iterator[Good]:
    plain = scorm12()
    title = "家政服务入门"
    said = {name: plain.replace("UTF-8", name) for name in ("GB2312", "gbk", "GB18030", "utf-16", "UTF-8", "big5")}
    yield Good("GB2312", lambda: _of("imsmanifest.xml", said["GB2312"].encode("gb2312")), SCORM12, title=title)
    yield Good("GBK", lambda: _of("imsmanifest.xml", said["gbk"].encode("gbk")), SCORM12, title=title)
    yield Good("GB18030", lambda: _of("imsmanifest.xml", said["GB18030"].encode("gb18030")), SCORM12, title=title)
    yield Good(
        "UTF-16 with its mark", lambda: _of("imsmanifest.xml", said["utf-16"].encode("utf-16")), SCORM12, title=title
    )
    yield Good(
        "UTF-16 without a mark",
        lambda: _of("imsmanifest.xml", said["utf-16"].encode("utf-16-le")),
        SCORM12,
        title=title,
    )
    yield Good(
        "UTF-16 big end first",
        lambda: _of("imsmanifest.xml", b"\xfe\xff" + said["utf-16"].encode("utf-16-be")),
        SCORM12,
        title=title,
    )
    yield Good(
        "UTF-32",
        lambda: _of("imsmanifest.xml", plain.replace("UTF-8", "utf-32").encode("utf-32")),
        SCORM12,
        title=title,
    )
    yield Good(
        "a mark of UTF-8", lambda: _of("imsmanifest.xml", b"\xef\xbb\xbf" + plain.encode()), SCORM12, title=title
    )
    yield Good(
        "a mark and a blank line",
        lambda: _of("imsmanifest.xml", b"\xef\xbb\xbf\r\n  " + plain.encode()),
        SCORM12,
        title=title,
    )
    yield Good(
        "blank lines before it", lambda: _of("imsmanifest.xml", b"\n\n \t" + plain.encode()), SCORM12, title=title
    )
    yield Good("GBK that says UTF-8", lambda: _of("imsmanifest.xml", plain.encode("gbk")), SCORM12, title=title)
    yield Good("UTF-8 that says GB2312", lambda: _of("imsmanifest.xml", said["GB2312"].encode()), SCORM12, title=title)
    yield Good("UTF-8 that says UTF-16", lambda: _of("imsmanifest.xml", said["utf-16"].encode()), SCORM12, title=title)
    yield Good("no declaration", lambda: _of("imsmanifest.xml", scorm12(head="")), SCORM12, title=title)
    yield Good(
        "GBK and no declaration", lambda: _of("imsmanifest.xml", scorm12(head="").encode("gbk")), SCORM12, title=title
    )
    yield Good(
        "a plain DOCTYPE", lambda: _of("imsmanifest.xml", scorm12(head="<!DOCTYPE manifest>\n")), SCORM12, title=title
    )
    yield Good(
        "XML 1.1",
        lambda: _of("imsmanifest.xml", plain.replace('version="1.0"', 'version="1.1"', 1)),
        SCORM12,
        title=title,
    )


def _cmi5() -> Iterator[Good]:
    nested = block(block(au(1) + au(2), 2) + au(3), 1)
    yield Good("nested blocks", lambda: _of("cmi5.xml", cmi5(nested)), CMI5, ("index.html",) * 3)
    many = "".join(au(n) for n in range(1, 1202))
    yield Good("1,201 AUs", lambda: _of("cmi5.xml", cmi5(many)), CMI5, ("index.html",) * 1201)
    rich = au(
        attributes='moveOn=" CompletedAndPassed " masteryScore=" 0.8 " launchMethod="OwnWindow" activityType="x"',
        url=" index.html?page=1#top ",
        after="<launchParameters> a=1 </launchParameters><entitlementKey>k</entitlementKey>",
    )
    yield Good("every attribute, with blanks", lambda: _of("cmi5.xml", cmi5(rich)), CMI5, ("index.html?page=1#top",))
    refers = au(inside=f'<objectives><objective idref="{ID}/o/1"/></objectives>')
    yield Good("objectives", lambda: _of("cmi5.xml", cmi5(refers, listed=objectives(f"{ID}/o/1", f"{ID}/o/2"))), CMI5)
    vendor = au(
        after='<v:data xmlns:v="urn:vendor" v:a="1"><v:x/>y</v:data>', attributes='xmlns:v="urn:vendor" v:own="1"'
    )
    yield Good(
        "a vendor's metadata", lambda: _of("cmi5.xml", cmi5(vendor, tail='<v:data xmlns:v="urn:vendor"/>')), CMI5
    )
    schema = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="x y" xml:lang="zh"'
    yield Good("attributes of XML", lambda: _of("cmi5.xml", cmi5(attributes=schema)), CMI5)
    yield Good("ids in Chinese", lambda: _of("cmi5.xml", cmi5(identifier="https://example.org/课程/1")), CMI5)
    yield Good(
        "ids of other schemes",
        lambda: _of("cmi5.xml", cmi5(au(identifier="urn:uuid:8b0d1c1e-5a57-4b61-9f7e-000000000001"))),
        CMI5,
    )
    abroad = "https://example.org/au/index.html?lang=zh"
    yield Good("an AU abroad", lambda: _of("cmi5.xml", cmi5(au(url=abroad))), CMI5, (abroad,))
    yield Good(
        "a structure alone",
        lambda: cmi5(au(url=abroad)).encode(),
        CMI5,
        (abroad,),
        ("cmi5.xml",),
        upload="my-course.xml",
    )
    yield Good(
        "a structure alone in UTF-16", lambda: cmi5(au(url=abroad)).encode("utf-16"), CMI5, (abroad,), upload="cmi5.xml"
    )
    yield Good(
        "an endpoint in a fragment",
        lambda: _of("cmi5.xml", cmi5(au(url="index.html#endpoint=1"))),
        CMI5,
        ("index.html#endpoint=1",),
    )
    both = [Entry("imsmanifest.xml", scorm12().encode()), Entry("tincan.xml", tincan().encode()), INDEX]
    yield Good("cmi5 beside SCORM and tincan", lambda: _of("cmi5.xml", cmi5(), *both), CMI5)


def _scorm12() -> Iterator[Good]:
    two = item(1) + item(2, "res2")
    pages = resource(1) + resource(2, "two.html")
    yield Good(
        "two SCOs",
        lambda: _of("imsmanifest.xml", scorm12(two, pages), INDEX, Entry("two.html", PAGE)),
        SCORM12,
        ("index.html", "two.html"),
    )
    chapters = item(1, None, item(2, inside=item(3)))
    yield Good("chapters", lambda: _of("imsmanifest.xml", scorm12(chapters)), SCORM12, ("index.html",) * 2)
    yield Good(
        "parameters",
        lambda: _of("imsmanifest.xml", scorm12(item(attributes='parameters="?a=1&amp;b=2"'))),
        SCORM12,
        ("index.html?a=1&b=2",),
    )
    query = resource(href="index.html?x=1#p")
    yield Good(
        "parameters behind a query",
        lambda: _of("imsmanifest.xml", scorm12(item(attributes='parameters="&amp;a=1"'), query)),
        SCORM12,
        ("index.html?x=1&a=1#p",),
    )
    based = scorm12(resources=resource(attributes='xml:base="pages/"', href="a.html"), attributes='xml:base="shared/"')
    yield Good(
        "xml:base",
        lambda: _of("imsmanifest.xml", based, Entry("shared/pages/a.html", PAGE)),
        SCORM12,
        ("shared/pages/a.html",),
    )
    up = scorm12(resources=resource(href="../index.html", attributes='xml:base="deep/"'))
    yield Good("up within the package", lambda: _of("imsmanifest.xml", up), SCORM12)
    yield Good("assets only", lambda: _of("imsmanifest.xml", scorm12(resources=resource(kind="asset"))), SCORM12)
    yield Good(
        "files that are missing",
        lambda: _of("imsmanifest.xml", scorm12(resources=resource(inside='<file href="gone.png"/>'))),
        SCORM12,
    )
    yield Good("no organization", lambda: _of("imsmanifest.xml", scorm12(organizations="<organizations/>")), SCORM12)
    yield Good(
        "another default",
        lambda: _of("imsmanifest.xml", scorm12().replace('default="org"', 'default="other"')),
        SCORM12,
    )
    yield Good("no version", lambda: _of("imsmanifest.xml", scorm12(version="")), SCORM12)
    yield Good("a manifest in capitals", lambda: _of("IMSManifest.xml", scorm12()), SCORM12)
    yield Good("an untitled item", lambda: _of("imsmanifest.xml", scorm12(item(title=""))), SCORM12)


def _scorm2004() -> Iterator[Good]:
    for version in ("CAM 1.3", "2004 2nd Edition", "2004 3rd Edition", "2004 4th Edition", "1.3"):
        yield Good(
            f"SCORM {version}", lambda version=version: _of("imsmanifest.xml", scorm2004(version=version)), SCORM2004
        )  # type: ignore[misc]
    rules = """<imsss:sequencing><imsss:controlMode choice="false" flow="true"/><imsss:sequencingRules><imsss:preConditionRule>
<imsss:ruleConditions><imsss:ruleCondition condition="satisfied"/></imsss:ruleConditions><imsss:ruleAction action="skip"/>
</imsss:preConditionRule></imsss:sequencingRules></imsss:sequencing>"""
    yield Good("sequencing", lambda: _of("imsmanifest.xml", scorm2004(inside=rules)), SCORM2004)
    shared = '<imsss:sequencingCollection><imsss:sequencing ID="s"><imsss:controlMode flow="true"/></imsss:sequencing></imsss:sequencingCollection>'
    refers = item(inside='<imsss:sequencing IDRef="s"/>')
    yield Good("a shared sequencing", lambda: _of("imsmanifest.xml", scorm2004(refers, tail=shared)), SCORM2004)
    two = scorm2004(item(1) + item(2, "res2"), resource2004() + resource2004(2, "b.pdf", "asset"))
    yield Good(
        "a SCO and an asset",
        lambda: _of("imsmanifest.xml", two, INDEX, Entry("b.pdf", pdfs.pages())),
        SCORM2004,
        ("index.html", "b.pdf"),
    )


def _others() -> Iterator[Good]:
    yield Good("tincan", lambda: _of("tincan.xml", tincan()), TINCAN)
    two = tincan(activity(1) + activity(2, None) + activity(3, "c.html?a=1"))
    yield Good(
        "tincan of several",
        lambda: _of("tincan.xml", two, INDEX, Entry("c.html", PAGE)),
        TINCAN,
        ("index.html", "c.html?a=1"),
    )
    yield Good("pages", lambda: build([INDEX, Entry("a/b.html", PAGE)]), DOCUMENT, title="课件")
    yield Good(
        "pages in one folder",
        lambda: build([Entry("网页/index.htm", PAGE), Entry("网页/a.css", b"x")]),
        DOCUMENT,
        ("index.htm",),
    )
    yield Good(
        "one page of another name",
        lambda: build([Entry("开始.html", PAGE), Entry("a.css", b"x")]),
        DOCUMENT,
        ("%E5%BC%80%E5%A7%8B.html",),
    )
    yield Good("a page", lambda: PAGE, DOCUMENT, holds=("index.html",), title="安全须知", upload="安全须知.html")
    yield Good("a PDF", lambda: pdfs.pages(12), DOCUMENT, ("document.pdf",), ("document.pdf",), "讲义", "讲义.pdf")
    yield Good(
        "a PDF whose count lies", lambda: pdfs.pages(3, said=900), DOCUMENT, ("document.pdf",), upload="讲义.pdf"
    )
    yield Good("a PDF that is called .zip", lambda: pdfs.pages(3), DOCUMENT, ("document.pdf",))


def kinds(format: Format) -> LessonKind:
    """The kind that every lesson of a format has."""
    table = {CMI5: LessonKind.AU, TINCAN: LessonKind.ACTIVITY, DOCUMENT: LessonKind.DOCUMENT}
    return table.get(format, LessonKind.SCO)
