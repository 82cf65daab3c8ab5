"""A list kept as text: UTF-8, GB 18030 (with GBK and GB 2312 in it) or UTF-16; commas, tabs or semicolons."""

import codecs
import csv
import io
from collections.abc import Callable

from lms.foundation.spreadsheets.sheets import SAVE_AS, Cell, Line, Sheet, Unreadable

SEPARATORS = ",\t;，；"
LONGEST_CELL = 10_000
MOST_LINES = 20_000
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read_text(data: bytes, looks_right: Callable[[Sheet], bool]) -> tuple[Sheet, ...]:
    """The one sheet of a text file, cut at the separator with which it looks right; raises Unreadable."""
    text = _decode(data)
    if "\0" in text:
        raise Unreadable("这个文件不是表格", "选 .xlsx、.xls 或 .csv 的表格")
    sheets = [_parsed(text, separator) for separator in SEPARATORS]
    right = [sheet for sheet in sheets if looks_right(sheet)]
    return (right[0] if right else max(sheets, key=_width),)


def _decode(data: bytes) -> str:
    for mark, encoding in _UTF16.items():
        if data.startswith(mark):
            return _strictly(data, encoding)
    if b"\0" in data[:4096]:
        return _strictly(data, _ends_first(data[:4096]))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _strictly(data, "gb18030")


def _ends_first(data: bytes) -> str:
    """Which UTF-16 it is without a mark: the zero of an ASCII character stands behind it, or before."""
    return "utf-16-le" if data[1::2].count(0) >= data[::2].count(0) else "utf-16-be"


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("这个文件的文字认不出来", SAVE_AS) from None


def _parsed(text: str, separator: str) -> Sheet:
    lines = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for number, fields in enumerate(reader, start=1):
            line = Line(number, tuple(_cell(field) for field in fields))
            lines += [] if line.blank else [line]
            if len(lines) > MOST_LINES:
                raise Unreadable(f"这张表超过 {MOST_LINES} 行，太长了", "分成几个文件，一个一个导入")
    except csv.Error:
        raise Unreadable("这个文件的引号对不上，读不下去", SAVE_AS) from None
    return Sheet("", tuple(lines))


def _cell(field: str) -> Cell:
    """A field that begins with = is a formula wherever it is opened; it is never worked out here."""
    text = field[:LONGEST_CELL]
    return Cell(text, is_formula=text.lstrip().startswith(("=", "＝")))


def _width(sheet: Sheet) -> int:
    return max((len(line.cells) for line in sheet.lines), default=0)
