"""Reads an xlsx or xls from standard input and writes its cells as JSON: a process of its own, with limits.

Workbooks come from strangers and the reader is native code: a small file may ask for any amount of memory (one shared
text in a million cells, one value in the last corner). Here it can only end this process, which `opening` tells in words.
"""

import datetime
import io
import json
import resource
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

import python_calamine

from lms.foundation.spreadsheets import biff, ooxml
from lms.foundation.spreadsheets.sheets import SAVE_AS, Unreadable

MEMORY, SECONDS = 768 * 1024 * 1024, 30
LONGEST_CELL = 10_000
EXACT = 10**15
MOST_ANSWER = 64 * 1024 * 1024
TEXT, NUMBER, FORMULA = 0, 1, 2
BROKEN = ("这个文件坏了，或者没有传完", SAVE_AS)
LOCKED = ("这个文件有打开密码，我们打不开", "在 WPS 或 Excel 里去掉密码，保存后再选")
TOO_MUCH = ("这个文件打开以后太大，读不下去", "新建一个表格，只把要导入的内容复制过去，保存后再选")
NOT_A_SHEET = ("这个文件不是表格", "选 .xlsx、.xls 或 .csv 的表格")

Packed = dict[str, Any]


def pack(data: bytes) -> list[Packed]:
    """The sheets of a workbook as JSON-able data; raises Unreadable for whatever is wrong with it."""
    try:
        return _pack_xls(data) if data.startswith(biff.SIGNATURE) else _pack_xlsx(data)
    except (Unreadable, MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except python_calamine.PasswordError:
        raise Unreadable(*LOCKED) from None
    except (
        BaseException
    ) as problem:  # whatever a stranger's file brings about; a panic of the native reader is no Exception
        raise Unreadable(*BROKEN) from problem


def _pack_xlsx(data: bytes) -> list[Packed]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        ooxml.budget(archive)
        _refuse_other_packages(set(archive.namelist()))
        facts = ooxml.facts_of_sheets(archive)
    book = python_calamine.load_workbook(io.BytesIO(data))
    return [_sheet(book, meta, facts.get(meta.name, ooxml.Facts())) for meta in book.sheets_metadata]


def _refuse_other_packages(names: set[str]) -> None:
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise Unreadable("这种表格我们不读", SAVE_AS)
    if "xl/workbook.xml" not in names:
        raise Unreadable(*NOT_A_SHEET)


def _pack_xls(data: bytes) -> list[Packed]:
    container = biff.Container(data)
    if not container.names:
        raise Unreadable(*BROKEN)
    if not container.names & {"Workbook", "Book", "EncryptedPackage"}:
        raise Unreadable(*NOT_A_SHEET)
    if biff.has_password(container):
        raise Unreadable(*LOCKED)
    book, formulas = python_calamine.load_workbook(io.BytesIO(data)), biff.formulas_of_sheets(container)
    metas = book.sheets_metadata
    return [
        _sheet(book, m, ooxml.Facts(formulas=f))
        for m, f in zip(metas, [*formulas, *[set()] * len(metas)], strict=False)
    ]


def _sheet(book: python_calamine.CalamineWorkbook, meta: python_calamine.SheetMetadata, facts: ooxml.Facts) -> Packed:
    shown = {"name": meta.name, "hidden": meta.visible != python_calamine.SheetVisibleEnum.Visible}
    if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
        return {**shown, "lines": [], "hidden_lines": []}
    lines = list(_lines(book.get_sheet_by_name(meta.name), facts))
    return {**shown, "lines": lines, "hidden_lines": sorted(facts.hidden_rows)}


def _lines(sheet: python_calamine.CalamineSheet, facts: ooxml.Facts) -> Iterator[tuple[int, list[Any]]]:
    """(row from 1, cells) of each row that holds anything; a formula without a value holds something too."""
    formula_rows: dict[int, list[int]] = {}
    for row, column in facts.formulas:
        formula_rows.setdefault(row, []).append(column)
    last = 0
    for last, values in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        packed = _cells(values, formula_rows.get(last, []))
        if packed:
            yield last, packed
    for row in sorted(r for r in formula_rows if r > last):
        yield row, _cells([], formula_rows[row])


def _cells(values: list[Any], formulas: list[int]) -> list[Any]:
    cells: list[Any] = [_cell(value) for value in values]
    for column in formulas:
        cells += [""] * (column + 1 - len(cells))
        text, kind = cells[column] if isinstance(cells[column], list) else (cells[column], TEXT)
        cells[column] = [text, kind | FORMULA]
    while cells and cells[-1] == "":
        cells.pop()
    return cells


def _cell(value: Any) -> Any:
    """Text as it is; a number as [what the sheet would show, NUMBER]; a date as 2026-11-22."""
    if isinstance(value, str):
        return value[:LONGEST_CELL]
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return [_shown(value), NUMBER]
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value)


def _shown(value: float) -> str:
    if value == int(value) and abs(value) < EXACT:
        return str(int(value))
    return f"{value:.6G}" if abs(value) >= EXACT else repr(value)


def main() -> int:
    """Standard input to standard output; exit code 0 with sheets or a refusal, anything else means the limits were met."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer: dict[str, Any] = {"sheets": pack(sys.stdin.buffer.read())}
    except Unreadable as refusal:
        answer = {"refused": [refusal.reason, refusal.mend]}
    told = json.dumps(answer)
    sys.stdout.write(told if len(told) <= MOST_ANSWER else json.dumps({"refused": TOO_MUCH}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
