"""Made-up people and the files that clerks put them in. Numbers are computed: the area is a county that does not exist."""

import csv
import io
import random
from collections.abc import Sequence
from datetime import date

import openpyxl
import xlwt

from lms.accounts.rules.identity import check_character

TODAY = date(2026, 11, 22)
HEADER = ("姓名", "身份证号", "手机号")
SURNAMES, GIVEN = "黄李陈何刘赵梁欧罗卢", "秀兰阿辉敏波全军小青春花建国"


def id_number(serial: int, born: date = date(1978, 7, 12), area: str = "440699") -> str:
    """A number with a right check character that belongs to nobody: no county has the code 440699."""
    first17 = f"{area}{born:%Y%m%d}{serial:03d}"
    return first17 + check_character(first17)


def phone(serial: int) -> str:
    """A mobile number in a range that is not given out."""
    return f"1990000{serial:04d}"


def people(count: int, start: int = 0) -> list[tuple[str, str, str]]:
    """Name, ID number and phone of as many made-up people, always the same ones."""
    rng = random.Random(start)
    rows = []
    for serial in range(start, start + count):
        born = date.fromordinal(date(1960, 1, 1).toordinal() + serial % 15000)
        name = rng.choice(SURNAMES) + "".join(rng.sample(GIVEN, 2))
        rows.append((name, id_number(serial // 15000 + 1, born), phone(serial)))
    return rows


def xlsx(rows: Sequence[Sequence[object]], *, title: str = "名单", formats: str | None = None) -> bytes:
    """The rows as an xlsx; with formats="@" each cell is text."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    if formats:
        for line in sheet.iter_rows():
            for cell in line:
                cell.number_format = formats
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """The bytes of a workbook."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def xls(rows: Sequence[Sequence[object]]) -> bytes:
    """The rows as an old xls; an xlwt.Formula becomes a formula."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("名单")
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def text(rows: Sequence[Sequence[object]], *, encoding: str = "utf-8", separator: str = ",") -> bytes:
    """The rows as text with separators."""
    file = io.StringIO()
    csv.writer(file, delimiter=separator).writerows(rows)
    return file.getvalue().encode(encoding)
