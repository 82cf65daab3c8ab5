"""Made-up syllabi for tests: sheets as clerks write them, and items."""

from collections.abc import Sequence

from lms.foundation.spreadsheets import Page, write
from lms.publishing.rules.syllabus import Item, Standard
from lms.publishing.rules.syllabus_header import SheetLine

HEADER = ("编号", "内容", "理论学时", "实操学时", "标准编号", "标准名称", "等级")
HOUSEKEEPER = Standard("4-10-01-06", "家政服务员国家职业技能标准", "五级/初级工")
CITED = ("4-10-01-06", "家政服务员国家职业技能标准", "五级")
ROWS = [
    ("1", "职业道德", "2", "", *CITED),
    ("2", "居家保洁", "", "", *CITED),
    ("2.1", "认识清洁剂", "1.5", "", "", "", ""),
    ("2.2", "擦玻璃", "0.5", "4", "", "", ""),
]


def lines(*rows: Sequence[str], formulas: dict[int, set[int]] | None = None) -> list[SheetLine]:
    """Rows as the rules see them: from line 1, with the formulas named by line."""
    marked = formulas or {}
    return [SheetLine(n, tuple(row), frozenset(marked.get(n, ()))) for n, row in enumerate(rows, start=1)]


def xlsx(rows: Sequence[Sequence[str]] = ROWS, header: Sequence[str] = HEADER) -> bytes:
    """The rows as a sheet of text."""
    return write(Page("大纲", header, rows))


def long_rows(count: int) -> list[tuple[str, ...]]:
    """As many rows as asked for: chapters of 49 items each, an hour of theory and half an hour of practice in every item."""
    rows: list[tuple[str, ...]] = []
    chapter = 0
    while len(rows) < count:
        chapter += 1
        rows.append((str(chapter), f"第 {chapter} 单元", "", "", *CITED))
        for nth in range(1, min(50, count - len(rows) + 1)):
            rows.append((f"{chapter}.{nth}", f"第 {chapter} 单元第 {nth} 条：怎么做、为什么", "1", "0.5", "", "", ""))
    return rows[:count]


ITEMS = (
    Item("1", "职业道德", 20, 0, HOUSEKEEPER),
    Item("2", "居家保洁", 0, 0, HOUSEKEEPER),
    Item("2.1", "认识清洁剂", 15, 0),
    Item("2.2", "擦玻璃", 5, 40),
)
