"""What an xlsx says about itself that the reader of its values does not tell: formulas, hidden rows, how far it reaches.

The archive and its XML come from strangers: sizes are budgeted, document types refused, nothing is unpacked to a folder.
"""

import posixpath
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from lms.foundation.spreadsheets.sheets import Unreadable

MOST_BYTES = 80 * 1024 * 1024
MOST_PARTS = 4000
FURTHEST_ROW, FURTHEST_COLUMN = 100_000, 500
_REFERENCE = re.compile(r"^\$?([A-Z]{1,3})\$?(\d{1,7})$")


@dataclass
class Facts:
    """Of one sheet: (row, column) of formulas from 1 and 0, rows that are hidden, the last row with a value."""

    formulas: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    last_row: int = 0


def budget(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that would unfold beyond any list."""
    members = archive.infolist()
    if len(members) > MOST_PARTS or sum(m.file_size for m in members) > MOST_BYTES:
        raise Unreadable(
            "这个文件打开以后太大了，不像一张填好的表", "新建一个表格，只把要导入的内容复制过去，保存后再选"
        )


def facts_of_sheets(archive: zipfile.ZipFile) -> dict[str, Facts]:
    """Facts by the name of the sheet; raises Unreadable, or KeyError and expat.ExpatError on a broken file."""
    targets = _relations(archive)
    sheets: list[tuple[str, str]] = []

    def note(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            relation = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
            sheets.append((attributes.get("name", ""), relation))

    _walk(archive, "xl/workbook.xml", note)
    return {
        name: _facts(archive, targets[relation]) for name, relation in sheets if "sheet" in targets.get(relation, "")
    }


def _relations(archive: zipfile.ZipFile) -> dict[str, str]:
    found: dict[str, str] = {}

    def note(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            target = attributes.get("Target", "").replace("\\", "/")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            found[attributes.get("Id", "")] = path

    _walk(archive, "xl/_rels/workbook.xml.rels", note)
    return found


@dataclass
class _Place:
    row: int = 0
    column: int = -1


def _facts(archive: zipfile.ZipFile, path: str) -> Facts:
    facts, place = Facts(), _Place()

    def note(name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            place.row, place.column = int(attributes.get("r", place.row + 1)), -1
            facts.hidden_rows |= {place.row} if attributes.get("hidden") in {"1", "true"} else set()
        elif name == "c":
            place.row, place.column = _position(attributes.get("r"), place)
        elif name in {"v", "is"}:
            _reach(facts, place)
        elif name == "f":
            facts.formulas |= {(place.row, place.column)} | _area(attributes)

    _walk(archive, path, note)
    return facts


def _position(reference: str | None, place: _Place) -> tuple[int, int]:
    if reference is None:
        return place.row, place.column + 1
    found = _REFERENCE.match(reference)
    if found is None:
        raise ValueError(reference)
    return int(found[2]), _column(found[1])


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _reach(facts: Facts, place: _Place) -> None:
    facts.last_row = max(facts.last_row, place.row)
    if place.row > FURTHEST_ROW or place.column > FURTHEST_COLUMN:
        raise Unreadable(
            f"第 {place.row} 行还有内容，离其他内容太远，多半是误填的",
            "新建一个表格，只把要导入的内容复制过去，保存后再选",
        )


def _area(attributes: dict[str, str]) -> set[tuple[int, int]]:
    """All cells of an array formula: only the first carries it in the file."""
    corners = attributes.get("ref", "").split(":")
    if attributes.get("t") not in {"array", "dataTable"} or len(corners) != 2:
        return set()
    (top, left), (bottom, right) = (_position(corner, _Place()) for corner in corners)
    if bottom > FURTHEST_ROW or right > FURTHEST_COLUMN:
        raise Unreadable("表里有一大片公式，我们不替表格算数", "全选，复制，右键“选择性粘贴”，选“数值”，保存后再选")
    return {(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)}


def _walk(archive: zipfile.ZipFile, path: str, note: Callable[[str, dict[str, str]], None]) -> None:
    """Call `note` for each element with its bare name and attributes."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: note(name.rpartition(":")[2], attributes)
    parser.StartDoctypeDeclHandler = _refuse_doctype
    with archive.open(path) as part:
        _feed(parser, part)


def _feed(parser: expat.XMLParserType, part: IO[bytes]) -> None:
    left = MOST_BYTES
    while chunk := part.read(1 << 16):
        left -= len(chunk)
        if left < 0:
            raise Unreadable(
                "这个文件打开以后太大了，不像一张填好的表", "新建一个表格，只把要导入的内容复制过去，保存后再选"
            )
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _refuse_doctype(*_: object) -> None:
    raise Unreadable("这个文件里有表格不该有的东西", "新建一个表格，只把要导入的内容复制过去，保存后再选")
