"""What a PDF says of itself: its pages, whether it is locked, whether it wants to do more than be read.

pypdf counts; it works in Python over a file of strangers, so whatever it raises is one answer: the file is broken.
"""

import io
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject

from courses.course import Finding, Level, Refused
from courses.gate.faults import refused

WHERE = "PDF"
MOST_PAGES = 5_000
MOST_NODES = 20_000
MOST_SECONDS = 10.0
MOST_READS = 1_000_000
MOST_AT_ONCE = 32 << 20
_AGAIN = "用 WPS 或 Office 打开原文件，重新另存为 PDF 再传"
_UNLOCK = "用 WPS 打开，去掉密码和权限限制，另存为 PDF 再传"
_ACTIVE = {
    "/JavaScript": "脚本（JavaScript）",
    "/Launch": "打开别的程序的动作",
    "/EmbeddedFile": "附件",
    "/RichMedia": "内嵌的动画或视频",
    "/XFA": "动态表单（XFA）",
}
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def read_pdf(path: Path) -> tuple[int, tuple[Finding, ...]]:
    """How many pages there are, and what should be looked at; raises Refused where it is locked, broken or endless."""
    try:
        pages, active = _look(path)
    except Refused:
        raise
    # Over a file of strangers pypdf raises whatever Python can raise: one thing to the author.
    except Exception as problem:
        raise refused("PDF 打不开，文件可能坏了，或者没有传完整", _AGAIN, WHERE) from problem
    if not pages:
        raise refused("PDF 里一页也没有", _AGAIN, WHERE)
    found = Finding(Level.FOUND, WHERE, f"{pages} 页")
    return pages, (found, *(_warned(what) for what in active))


def _look(path: Path) -> tuple[int, list[str]]:
    with path.open("rb") as file:
        reader = PdfReader(cast(BinaryIO, Bounded(file)), strict=False)
        if reader.is_encrypted:
            raise refused("PDF 加了密码或权限限制，手机上打不开", _UNLOCK, WHERE)
        return _count(reader), _active(reader)


class Bounded(io.RawIOBase):
    """A file that ends the reading of a PDF which asks for too many bytes at once or takes too much of a processor, by raising Refused.

    pypdf reads a whole file into memory to mend a broken table, and believes tables of millions of entries.
    """

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._length = file.seek(0, io.SEEK_END)
        self._until = time.thread_time() + MOST_SECONDS
        self._reads = 0
        file.seek(0)

    def seekable(self) -> bool:
        """Always."""
        return True

    def readable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """As the file itself."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """As the file itself."""
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:
        """As the file itself, within the budgets."""
        wanted = self._length - self._file.tell() if size is None or size < 0 else size
        self._reads += 1
        spent = self._reads > MOST_READS or time.thread_time() > self._until
        if spent or min(wanted, self._length) > MOST_AT_ONCE:
            raise refused("PDF 内部的目录坏了，或者大得不正常", _AGAIN, WHERE)
        return self._file.read(wanted if wanted >= 0 else 0)


def _warned(what: str) -> Finding:
    mend = "学员看的是页面，这些不会起作用；需要的话做成课件"
    return Finding(Level.WARNING, WHERE, f"里面带有{what}", mend)


def _count(reader: PdfReader) -> int:
    """Pages that the tree really holds: each node once, whatever /Count says."""
    root = _plain(reader.trailer["/Root"])
    todo: list[PdfObject] = [root["/Pages"]] if isinstance(root, DictionaryObject) and "/Pages" in root else []
    seen: set[int] = set()
    pages = nodes = 0
    while todo:
        reference = todo.pop()
        nodes += 1
        number = reference.idnum if isinstance(reference, IndirectObject) else -nodes
        if number in seen:
            continue
        seen.add(number)
        node = _plain(reference)
        if not isinstance(node, DictionaryObject):
            continue
        kids = _plain(node.get("/Kids"))
        if isinstance(kids, ArrayObject):
            todo += list(kids)
        else:
            pages += 1
        if pages > MOST_PAGES or nodes + len(todo) > MOST_NODES:
            raise refused(f"PDF 超过 {MOST_PAGES} 页，太多了", "分成几份再传", WHERE)
    return pages


def _plain(value: PdfObject | None) -> PdfObject | None:
    return value.get_object() if isinstance(value, IndirectObject) else value


def _active(reader: PdfReader) -> list[str]:
    """Kinds of actions within the document's own dictionaries, a few levels deep; pages are not walked."""
    root = _plain(reader.trailer["/Root"])
    names = {name for name, _ in _entries(root, 4)} if isinstance(root, DictionaryObject) else set()
    return [what for key, what in _ACTIVE.items() if key in names]


def _entries(value: PdfObject | None, depth: int) -> Iterator[tuple[str, PdfObject | None]]:
    """Keys and name values of the catalogue without its pages and structure."""
    value = _plain(value)
    if not depth:
        return
    if isinstance(value, DictionaryObject):
        for key, below in list(value.items())[:200]:
            if key in ("/Pages", "/StructTreeRoot", "/Parent", "/Outlines", "/P"):
                continue
            yield str(key), below
            plain = _plain(below)
            if isinstance(plain, str):
                yield plain, None
            yield from _entries(plain, depth - 1)
    elif isinstance(value, ArrayObject):
        for below in list(value)[:200]:
            yield from _entries(below, depth - 1)
