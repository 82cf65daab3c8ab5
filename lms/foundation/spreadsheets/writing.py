"""Sheets that we hand out. Every cell is text; no program will work anything out."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter

PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
LONGEST_CELL = 32_000


@dataclass(frozen=True)
class Page:
    """One sheet: its name, a bold first line, the lines below it, the width of its columns in characters."""

    name: str
    titles: Sequence[str]
    lines: Sequence[Sequence[str]]
    widths: Sequence[int] = ()


def write(*pages: Page) -> bytes:
    """An xlsx with these pages."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, PLAIN) as book:
        shape = {"num_format": "@", "text_wrap": True, "valign": "top"}
        text, head = book.add_format(shape), book.add_format({**shape, "bold": True})
        for page in pages:
            sheet = book.add_worksheet(page.name)
            for place in range(max(len(page.titles), len(page.widths))):
                sheet.set_column(place, place, page.widths[place] if place < len(page.widths) else 20, text)
            _line(sheet, 0, page.titles, head)
            for number, line in enumerate(page.lines, start=1):
                _line(sheet, number, line, text)
            sheet.freeze_panes(1, 0)
    return file.getvalue()


def _line(sheet: "xlsxwriter.worksheet.Worksheet", row: int, cells: Sequence[str], shape: object) -> None:
    for place, cell in enumerate(cells):
        if cell:
            sheet.write_string(row, place, cell[:LONGEST_CELL], shape)
