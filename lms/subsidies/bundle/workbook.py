"""hours.xlsx: the ledger by line, the claims by person, and a page that explains both. Memory does not grow with the rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from lms.subsidies.rules.sheet import CLAIM_COLUMNS, LINE_COLUMNS, Cell

LINES, CLAIMS, NOTES = "学时台账", "申领合计", "说明"
COLUMNS = {LINES: [title for title, _, _ in LINE_COLUMNS], CLAIMS: [title for title, _ in CLAIM_COLUMNS]}
_WIDTHS = {LINES: [width for _, width, _ in LINE_COLUMNS], CLAIMS: [width for _, width in CLAIM_COLUMNS]}
# Cells are what they are: a name that looks like a formula stays a name, an ID number stays text.
_OPTIONS = {
    "constant_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}


@dataclass(frozen=True)
class Heading:
    """What stands above both tables, and the moment that the file bears as its date (UTC)."""

    title: str
    facts: str
    notes: Sequence[str]
    sealed_at: datetime


def write_workbook(path: Path, heading: Heading, lines: Iterable[list[Cell]], claims: Iterable[list[Cell]]) -> None:
    """Write the file; the same cells give the same bytes."""
    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        book.set_properties({"title": heading.title, "created": heading.sealed_at.replace(tzinfo=None)})
        _table(book, LINES, heading, lines)
        _table(book, CLAIMS, heading, claims)
        _notes(book, heading)


def _table(book: Any, name: str, heading: Heading, rows: Iterable[list[Cell]]) -> None:
    sheet = book.add_worksheet(name)
    for column, width in enumerate(_WIDTHS[name]):
        sheet.set_column(column, column, width)
    _for_paper(sheet)
    sheet.write_string(0, 0, heading.title, book.add_format({"bold": True, "font_size": 14}))
    sheet.write_string(1, 0, heading.facts)
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "bg_color": "#EEF1F6"})
    for column, title in enumerate(COLUMNS[name]):
        sheet.write_string(2, column, title, head)
    plain = book.add_format({"border": 1})
    for number, row in enumerate(rows, 3):
        for column, cell in enumerate(row):
            _write(sheet, number, column, cell, plain)


def _write(sheet: Any, row: int, column: int, cell: Cell, style: Any) -> None:
    if isinstance(cell, int | Decimal):
        sheet.write_number(row, column, float(cell) if isinstance(cell, Decimal) else cell, style)
    elif cell:
        sheet.write_string(row, column, cell, style)


def _for_paper(sheet: Any) -> None:
    """A4 across, one page wide, the header on every page."""
    sheet.freeze_panes(3, 4)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.set_footer("&C第 &P 页，共 &N 页")


def _notes(book: Any, heading: Heading) -> None:
    sheet = book.add_worksheet(NOTES)
    sheet.set_column(0, 0, 100, book.add_format({"text_wrap": True, "valign": "top"}))
    for row, note in enumerate(heading.notes):
        sheet.write_string(row, 0, note)
