"""Sheets that we hand out: the sample, and the rows to mend. Every cell is text; no program will work anything out."""

import io
from collections.abc import Sequence

import xlsxwriter

from lms.cohorts.rules.headers import Column
from lms.cohorts.rules.roster import MOST_PEOPLE, RefusedRow, Roster

ROW, REASON, MEND = "原来第几行", "原因", "怎么改"
PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
NOTES = (
    "“姓名”“身份证号”“手机号”三列必填，其余几列可以空着。",
    "一行填一个人，从表头的下一行开始，中间不要合并格子。",
    f"一次最多 {MOST_PEOPLE} 人，多了就分成几个文件。",
    "身份证号有 18 位，最后一位可以是 X。这一列已经设成文本，直接填就行。",
    "从别的表复制时，右键“选择性粘贴”，选“数值”，别带公式过来。",
    "没有居民身份证的学员，在“证件类型”里写清是哪种证件，比如港澳居民来往内地通行证。空着就是居民身份证。",
    "“文化程度”“作业类别”“申请类型”填了，导入时就按这个班的报名条件核对。",
    "手机号填学员自己在用的，登录时要收短信。",
    "有账号的学员也照样填，导入时会对上，不会重复。",
)


def sample() -> bytes:
    """The sheet to fill in: our headings over columns of text, and how to fill it on a second sheet."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, PLAIN) as book:
        text, head = book.add_format({"num_format": "@"}), book.add_format({"num_format": "@", "bold": True})
        sheet = book.add_worksheet("名单")
        sheet.set_column(0, len(Column) - 1, 22, text)
        for place, column in enumerate(Column):
            sheet.write_string(0, place, column.value, head)
        sheet.freeze_panes(1, 0)
        notes = book.add_worksheet("怎么填")
        notes.set_column(0, 0, 80)
        for row, note in enumerate(NOTES):
            notes.write_string(row, 0, f"{row + 1}. {note}")
    return file.getvalue()


def rows_to_mend(roster: Roster) -> bytes:
    """The refused rows as they came, with the reason and the mend behind each; mended, the file can be chosen again."""
    kept = [place for place, title in enumerate(roster.titles) if title not in (ROW, REASON, MEND)]
    titles = [ROW, *(roster.titles[place] for place in kept), REASON, MEND]
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, PLAIN) as book:
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        marked = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top", "bg_color": "#FCEBE8"})
        sheet = book.add_worksheet("要改的行")
        sheet.set_column(0, len(titles) - 1, 20, text)
        sheet.set_column(len(titles) - 2, len(titles) - 1, 48, text)
        _write(sheet, 0, titles, book.add_format({"num_format": "@", "bold": True}))
        for number, row in enumerate(roster.refused, start=1):
            _write(sheet, number, _cells(row, kept), text)
            sheet.write_string(number, len(titles) - 2, row.reason, marked)
        sheet.freeze_panes(1, 0)
    return file.getvalue()


def _cells(row: RefusedRow, kept: Sequence[int]) -> list[str]:
    texts = [row.texts[place] if place < len(row.texts) else "" for place in kept]
    return [str(row.row), *texts, row.reason, row.mend]


def _write(sheet: "xlsxwriter.worksheet.Worksheet", row: int, cells: Sequence[str], shape: object) -> None:
    for place, cell in enumerate(cells):
        if cell:
            sheet.write_string(row, place, cell, shape)
