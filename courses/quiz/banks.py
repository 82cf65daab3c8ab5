"""A sheet of a question bank: a quiz sheet with one more column that says which item of the syllabus each question asks about.

Columns: 大纲条目 题型 题目 选项A … 答案 解析. The sheet is read by `reading`; here is only what a bank has beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from courses.course import Question, Refused
from courses.quiz import reading
from courses.quiz.rows import narrow, question_of

WHERE = "题库表格"
TAGS = ("大纲条目", "条目", "大纲编号", "条目编号", "知识点编号", "考点编号", "大纲条目编号")


@dataclass(frozen=True)
class BankRow:
    """A question with the item it is tagged with, as the sheet says it; empty where the sheet has no such column."""

    line: int
    item: str
    question: Question


@dataclass(frozen=True)
class RowFault:
    """A line that holds no question: what is wrong, how to mend it, and its cells as they came."""

    line: int
    what: str
    mend: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class BankSheet:
    """What a sheet holds; `titles` head the cells."""

    titles: tuple[str, ...]
    rows: tuple[BankRow, ...]
    faults: tuple[RowFault, ...]


def read_bank(path: Path) -> BankSheet:
    """Every question of a sheet and every line that is none; raises courses.course.Refused where there is no such sheet."""
    rows = reading.rows_of(path)
    place, columns = reading.header_of(rows)
    tag = next((n for n, cell in enumerate(rows[place]) if narrow(cell) in TAGS), None)
    found, faults = [], []
    for line, row in enumerate(rows[place + 1 :], start=place + 2):
        cells = {name: row[index] if index < len(row) else "" for name, index in columns.items()}
        if not any(cells.values()):
            continue
        read = question_of(cells)
        if isinstance(read, Question):
            found.append(BankRow(line, _item(row, tag), read))
        else:
            faults.append(RowFault(line, *read, tuple(row)))
    if not found and not faults:
        raise Refused(reading.fault("表里一道题也没有", "从第二行起，一行写一道题"))
    return BankSheet(tuple(rows[place]), tuple(found), tuple(faults))


def _item(row: Sequence[str], tag: int | None) -> str:
    """The item as a number: 2.10 stays 2.10, full-width digits are plain."""
    text = row[tag] if tag is not None and tag < len(row) else ""
    return narrow(text).rstrip(".、")[:40]
