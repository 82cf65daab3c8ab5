"""The XML of manifests: from bytes in any Chinese encoding to elements that know their line. No entity, no network, no giant.

lxml reads GB2312 where the standard library does not, but it believes the label: many tools write `UTF-8` above GBK bytes, so
bytes become letters here first. A DOCTYPE that declares anything is refused before the parser sees it.
"""

import re
from collections.abc import Iterator

from lxml import etree

from courses.course import Finding, Level, Refused
from courses.gate.faults import EXPORT, refusal, shown

MOST_BYTES = 10 << 20
MOST_MARKS = 400_000
MOST_FINDINGS = 50
WORDS = 300
Element = etree._Element
_DECLARATION = re.compile(r"<\?xml\b[^>]{0,400}?\?>")
_LABEL = re.compile(rb"""^[\s\0]*<\?xml\b[^>]{0,300}?\bencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_CHINESE = ("gb2312", "gbk", "gb18030", "cp936", "x-gbk", "euc-cn", "hz-gb-2312")
_OTHERS = ("utf-8", "utf8", "us-ascii", "ascii", "big5", "iso-8859-1", "windows-1252", "shift_jis", "euc-kr")
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)


class Manifest:
    """A parsed manifest and what was found in it; `name` is its file, for the report."""

    def __init__(self, name: str, root: Element, findings: list[Finding]) -> None:
        self.name, self.root, self.findings = name, root, findings

    def where(self, element: Element | None) -> str:
        """File and line, as a report says them."""
        line = element.sourceline if element is not None else None
        return f"{self.name} 第 {line} 行" if line else self.name

    def refuse(self, element: Element | None, what: str, mend: str) -> None:
        """Note something that must be mended."""
        self._note(Level.REFUSAL, element, what, mend)

    def warn(self, element: Element | None, what: str, mend: str) -> None:
        """Note something that should be looked at."""
        self._note(Level.WARNING, element, what, mend)

    def found(self, what: str) -> None:
        """Note what was found."""
        self._note(Level.FOUND, None, what, "")

    def _note(self, level: Level, element: Element | None, what: str, mend: str) -> None:
        self.findings.append(Finding(level, self.where(element), what, mend))

    def judge(self) -> None:
        """Raise Refused with everything that was noted, where something must be mended."""
        refusals = [finding for finding in self.findings if finding.level is Level.REFUSAL]
        if refusals:
            raise Refused(*refusals[:MOST_FINDINGS])


def parse(data: bytes, name: str) -> Manifest:
    """The manifest in `data`; raises Refused naming the line where it cannot be read."""
    if len(data) > MOST_BYTES:
        raise _unread(name, f"清单有 {len(data) >> 20} MB，太大了", EXPORT)
    text, findings = decode(data, name)
    text = _without_doctype(_DECLARATION.sub(_blank, text, count=1), name)
    if text.count("<") + text.count("=") > MOST_MARKS:
        raise _unread(name, "清单里的条目多得不正常", EXPORT)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as problem:
        raise Refused(_syntax(name, problem)) from problem
    return Manifest(name, root, findings)


def decode(data: bytes, name: str) -> tuple[str, list[Finding]]:
    """Letters of a manifest, and a warning where its label was wrong; raises Refused where no encoding fits.

    The order: a byte order mark or the zeros of UTF-16, then the label, then UTF-8, then GB18030 (which holds GBK and GB2312).
    """
    if not data.strip(b"\0 \t\r\n"):
        raise _unread(name, "清单是空的", EXPORT)
    marked = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    label = _LABEL.match(data.removeprefix(b"\xef\xbb\xbf"))
    said = label[1].decode("ascii").lower() if label else "utf-8"
    believed = "gb18030" if said in _CHINESE else said if said in _OTHERS else None
    if believed == "gb18030" and _surely_utf8(data):
        believed = None
    for encoding in (marked, None if marked else believed, "utf-8", "gb18030"):
        try:
            text = data.decode(encoding).lstrip("\ufeff\0 \t\r\n") if encoding else ""
        except UnicodeDecodeError:
            continue
        if text:
            return _lines_kept(data, text), [] if encoding in (marked, believed) else [
                _mislabelled(name, said, encoding)
            ]
    raise _unread(name, "清单里的字读不出来", "用记事本打开清单，另存为 UTF-8 编码，再压成 ZIP")


def _surely_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8 that holds Chinese: those of GBK hardly ever are."""
    try:
        return any("\u4e00" <= letter <= "\u9fff" for letter in data.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _lines_kept(data: bytes, text: str) -> str:
    """The text with as many line ends before it as were stripped, so that lines keep their numbers."""
    head = data[: data.find(b"<")] if b"<" in data else b""
    return "\n" * head.count(b"\n") + text


def _mislabelled(name: str, said: str, encoding: str | None) -> Finding:
    real = "UTF-8" if encoding == "utf-8" else "GBK"
    what = f"清单写着是 {said.upper()} 编码，其实是 {real}，已经按 {real} 读了"
    return Finding(Level.WARNING, name, what, "看看课名和课时名对不对；不对就用记事本另存为 UTF-8")


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _without_doctype(text: str, name: str) -> str:
    """The text without an empty DOCTYPE; raises Refused where a DOCTYPE declares anything."""
    if "<!ENTITY" in text:
        raise _unread(
            name, "清单里声明了实体（<!ENTITY），会让别人的程序读错文件", "删掉 <!DOCTYPE …> 整段，再压成 ZIP"
        )
    place = text.find("<!DOCTYPE")
    if place < 0:
        return text
    end = text.find(">", place)
    if end < 0 or "[" in text[place:end]:
        raise _unread(name, "清单开头的 <!DOCTYPE …> 里带了声明", "删掉 <!DOCTYPE …> 整段，再压成 ZIP")
    return text[:place] + "\n" * text.count("\n", place, end) + text[end + 1 :]


def _syntax(name: str, problem: etree.XMLSyntaxError) -> Finding:
    line = f"{name} 第 {problem.lineno} 行" if problem.lineno else name
    said = str(problem.msg or "")
    if "depth" in said.lower():
        return refusal("清单一层套一层，套得太深了", EXPORT, line)
    if "huge" in said.lower():
        return refusal("清单里有一段文字长得不正常", EXPORT, line)
    entity = re.search(r"Entity '([^']{1,40})' not defined", said)
    if entity:
        return refusal(f"清单里有 &{entity[1]};，XML 不认识它", "改成它代表的那个字，再压成 ZIP", line)
    mend = f"用课件软件重新发布；手改过的话，看看这一行的尖括号、引号和 & 是不是配对（{shown(said)}）"
    return refusal("清单不是完整的 XML，读到这里读不下去了", mend, line)


def _unread(name: str, what: str, mend: str) -> Refused:
    return Refused(refusal(what, mend, name))


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def namespace(element: Element) -> str:
    """The namespace of an element, empty where it has none."""
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def children(element: Element, *names: str) -> Iterator[Element]:
    """Child elements of these local names, whatever their namespace, in their order; all of them where no name is given."""
    for child in element:
        if isinstance(child.tag, str) and (not names or local(child) in names):
            yield child


def child(element: Element, name: str) -> Element | None:
    """The first child element of this local name."""
    return next(children(element, name), None)


def text_of(element: Element | None) -> str:
    """All letters inside an element, trimmed."""
    return "".join(str(piece) for piece in element.itertext()).strip() if element is not None else ""


def attribute(element: Element, name: str) -> str | None:
    """An attribute by its local name in any namespace and any case, trimmed; None where it is not there."""
    wanted = name.lower()
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2].lower() == wanted:
            return str(value).strip()
    return None


def words(text: str, most: int = WORDS) -> str:
    """A title as a page shows it: one line, printable letters, not endless."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
