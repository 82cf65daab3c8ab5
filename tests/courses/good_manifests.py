"""Good packages by what their manifests say, in which encoding, of which format."""

from collections.abc import Iterator

from tests.courses import pdfs
from tests.courses.good_case import CMI5, DOCUMENT, INDEX, PAGE, SCORM12, SCORM2004, TINCAN, Good, of
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
from tests.courses.zips import Entry, build


def cases() -> list[Good]:
    """Every encoding, every format."""
    return [*_encodings(), *_cmi5(), *_scorm12(), *_scorm2004(), *_others()]


def _encodings() -> Iterator[Good]:
    plain = scorm12()
    title = "家政服务入门"
    said = {name: plain.replace("UTF-8", name) for name in ("GB2312", "gbk", "GB18030", "utf-16", "UTF-8", "big5")}
    yield Good("GB2312", lambda: of("imsmanifest.xml", said["GB2312"].encode("gb2312")), SCORM12, title=title)
    yield Good("GBK", lambda: of("imsmanifest.xml", said["gbk"].encode("gbk")), SCORM12, title=title)
    yield Good("GB18030", lambda: of("imsmanifest.xml", said["GB18030"].encode("gb18030")), SCORM12, title=title)
    yield Good(
        "UTF-16 with its mark", lambda: of("imsmanifest.xml", said["utf-16"].encode("utf-16")), SCORM12, title=title
    )
    yield Good(
        "UTF-16 without a mark",
        lambda: of("imsmanifest.xml", said["utf-16"].encode("utf-16-le")),
        SCORM12,
        title=title,
    )
    yield Good(
        "UTF-16 big end first",
        lambda: of("imsmanifest.xml", b"\xfe\xff" + said["utf-16"].encode("utf-16-be")),
        SCORM12,
        title=title,
    )
    yield Good(
        "UTF-32",
        lambda: of("imsmanifest.xml", plain.replace("UTF-8", "utf-32").encode("utf-32")),
        SCORM12,
        title=title,
    )
    yield Good("a mark of UTF-8", lambda: of("imsmanifest.xml", b"\xef\xbb\xbf" + plain.encode()), SCORM12, title=title)
    yield Good(
        "a mark and a blank line",
        lambda: of("imsmanifest.xml", b"\xef\xbb\xbf\r\n  " + plain.encode()),
        SCORM12,
        title=title,
    )
    yield Good(
        "blank lines before it", lambda: of("imsmanifest.xml", b"\n\n \t" + plain.encode()), SCORM12, title=title
    )
    yield Good("GBK that says UTF-8", lambda: of("imsmanifest.xml", plain.encode("gbk")), SCORM12, title=title)
    yield Good("UTF-8 that says GB2312", lambda: of("imsmanifest.xml", said["GB2312"].encode()), SCORM12, title=title)
    yield Good("UTF-8 that says UTF-16", lambda: of("imsmanifest.xml", said["utf-16"].encode()), SCORM12, title=title)
    yield Good("no declaration", lambda: of("imsmanifest.xml", scorm12(head="")), SCORM12, title=title)
    yield Good(
        "GBK and no declaration", lambda: of("imsmanifest.xml", scorm12(head="").encode("gbk")), SCORM12, title=title
    )
    yield Good(
        "a plain DOCTYPE", lambda: of("imsmanifest.xml", scorm12(head="<!DOCTYPE manifest>\n")), SCORM12, title=title
    )
    yield Good(
        "XML 1.1",
        lambda: of("imsmanifest.xml", plain.replace('version="1.0"', 'version="1.1"', 1)),
        SCORM12,
        title=title,
    )


def _cmi5() -> Iterator[Good]:
    nested = block(block(au(1) + au(2), 2) + au(3), 1)
    yield Good("nested blocks", lambda: of("cmi5.xml", cmi5(nested)), CMI5, ("index.html",) * 3)
    many = "".join(au(n) for n in range(1, 1202))
    yield Good("1,201 AUs", lambda: of("cmi5.xml", cmi5(many)), CMI5, ("index.html",) * 1201)
    rich = au(
        attributes='moveOn=" CompletedAndPassed " masteryScore=" 0.8 " launchMethod="OwnWindow" activityType="x"',
        url=" index.html?page=1#top ",
        after="<launchParameters> a=1 </launchParameters><entitlementKey>k</entitlementKey>",
    )
    yield Good("every attribute, with blanks", lambda: of("cmi5.xml", cmi5(rich)), CMI5, ("index.html?page=1#top",))
    refers = au(inside=f'<objectives><objective idref="{ID}/o/1"/></objectives>')
    yield Good("objectives", lambda: of("cmi5.xml", cmi5(refers, listed=objectives(f"{ID}/o/1", f"{ID}/o/2"))), CMI5)
    vendor = au(
        after='<v:data xmlns:v="urn:vendor" v:a="1"><v:x/>y</v:data>', attributes='xmlns:v="urn:vendor" v:own="1"'
    )
    yield Good("a vendor's metadata", lambda: of("cmi5.xml", cmi5(vendor, tail='<v:data xmlns:v="urn:vendor"/>')), CMI5)
    schema = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="x y" xml:lang="zh"'
    yield Good("attributes of XML", lambda: of("cmi5.xml", cmi5(attributes=schema)), CMI5)
    yield Good("ids in Chinese", lambda: of("cmi5.xml", cmi5(identifier="https://example.org/课程/1")), CMI5)
    yield Good(
        "ids of other schemes",
        lambda: of("cmi5.xml", cmi5(au(identifier="urn:uuid:8b0d1c1e-5a57-4b61-9f7e-000000000001"))),
        CMI5,
    )
    abroad = "https://example.org/au/index.html?lang=zh"
    yield Good("an AU abroad", lambda: of("cmi5.xml", cmi5(au(url=abroad))), CMI5, (abroad,))
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
        lambda: of("cmi5.xml", cmi5(au(url="index.html#endpoint=1"))),
        CMI5,
        ("index.html#endpoint=1",),
    )
    both = [Entry("imsmanifest.xml", scorm12().encode()), Entry("tincan.xml", tincan().encode()), INDEX]
    yield Good("cmi5 beside SCORM and tincan", lambda: of("cmi5.xml", cmi5(), *both), CMI5)


def _scorm12() -> Iterator[Good]:
    two = item(1) + item(2, "res2")
    pages = resource(1) + resource(2, "two.html")
    yield Good(
        "two SCOs",
        lambda: of("imsmanifest.xml", scorm12(two, pages), INDEX, Entry("two.html", PAGE)),
        SCORM12,
        ("index.html", "two.html"),
    )
    chapters = item(1, None, item(2, inside=item(3)))
    yield Good("chapters", lambda: of("imsmanifest.xml", scorm12(chapters)), SCORM12, ("index.html",) * 2)
    yield Good(
        "parameters",
        lambda: of("imsmanifest.xml", scorm12(item(attributes='parameters="?a=1&amp;b=2"'))),
        SCORM12,
        ("index.html?a=1&b=2",),
    )
    query = resource(href="index.html?x=1#p")
    yield Good(
        "parameters behind a query",
        lambda: of("imsmanifest.xml", scorm12(item(attributes='parameters="&amp;a=1"'), query)),
        SCORM12,
        ("index.html?x=1&a=1#p",),
    )
    based = scorm12(resources=resource(attributes='xml:base="pages/"', href="a.html"), attributes='xml:base="shared/"')
    yield Good(
        "xml:base",
        lambda: of("imsmanifest.xml", based, Entry("shared/pages/a.html", PAGE)),
        SCORM12,
        ("shared/pages/a.html",),
    )
    up = scorm12(resources=resource(href="../index.html", attributes='xml:base="deep/"'))
    yield Good("up within the package", lambda: of("imsmanifest.xml", up), SCORM12)
    yield Good("assets only", lambda: of("imsmanifest.xml", scorm12(resources=resource(kind="asset"))), SCORM12)
    yield Good(
        "files that are missing",
        lambda: of("imsmanifest.xml", scorm12(resources=resource(inside='<file href="gone.png"/>'))),
        SCORM12,
    )
    yield Good("no organization", lambda: of("imsmanifest.xml", scorm12(organizations="<organizations/>")), SCORM12)
    yield Good(
        "another default",
        lambda: of("imsmanifest.xml", scorm12().replace('default="org"', 'default="other"')),
        SCORM12,
    )
    yield Good("no version", lambda: of("imsmanifest.xml", scorm12(version="")), SCORM12)
    yield Good("a manifest in capitals", lambda: of("IMSManifest.xml", scorm12()), SCORM12)
    yield Good("an untitled item", lambda: of("imsmanifest.xml", scorm12(item(title=""))), SCORM12)


def _scorm2004() -> Iterator[Good]:
    for version in ("CAM 1.3", "2004 2nd Edition", "2004 3rd Edition", "2004 4th Edition", "1.3"):
        yield Good(
            f"SCORM {version}", lambda version=version: of("imsmanifest.xml", scorm2004(version=version)), SCORM2004
        )  # type: ignore[misc]
    rules = """<imsss:sequencing><imsss:controlMode choice="false" flow="true"/><imsss:sequencingRules><imsss:preConditionRule>
<imsss:ruleConditions><imsss:ruleCondition condition="satisfied"/></imsss:ruleConditions><imsss:ruleAction action="skip"/>
</imsss:preConditionRule></imsss:sequencingRules></imsss:sequencing>"""
    yield Good("sequencing", lambda: of("imsmanifest.xml", scorm2004(inside=rules)), SCORM2004)
    shared = '<imsss:sequencingCollection><imsss:sequencing ID="s"><imsss:controlMode flow="true"/></imsss:sequencing></imsss:sequencingCollection>'
    refers = item(inside='<imsss:sequencing IDRef="s"/>')
    yield Good("a shared sequencing", lambda: of("imsmanifest.xml", scorm2004(refers, tail=shared)), SCORM2004)
    two = scorm2004(item(1) + item(2, "res2"), resource2004() + resource2004(2, "b.pdf", "asset"))
    yield Good(
        "a SCO and an asset",
        lambda: of("imsmanifest.xml", two, INDEX, Entry("b.pdf", pdfs.pages())),
        SCORM2004,
        ("index.html", "b.pdf"),
    )


def _others() -> Iterator[Good]:
    yield Good("tincan", lambda: of("tincan.xml", tincan()), TINCAN)
    two = tincan(activity(1) + activity(2, None) + activity(3, "c.html?a=1"))
    yield Good(
        "tincan of several",
        lambda: of("tincan.xml", two, INDEX, Entry("c.html", PAGE)),
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
    noted = b"<!-- made by hand -->\n" + PAGE
    yield Good("a page behind a comment", lambda: noted, DOCUMENT, title="须知", upload="须知.htm")
    noted_structure = cmi5(au(url="https://example.org/"), head="<!-- by hand -->\n").encode()
    yield Good(
        "a structure behind a comment", lambda: noted_structure, CMI5, ("https://example.org/",), upload="cmi5.xml"
    )
    yield Good("a PDF", lambda: pdfs.pages(12), DOCUMENT, ("document.pdf",), ("document.pdf",), "讲义", "讲义.pdf")
    yield Good(
        "a PDF whose count lies", lambda: pdfs.pages(3, said=900), DOCUMENT, ("document.pdf",), upload="讲义.pdf"
    )
    yield Good("a PDF that is called .zip", lambda: pdfs.pages(3), DOCUMENT, ("document.pdf",))
