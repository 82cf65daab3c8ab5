"""Which line of a sheet heads a syllabus, and which column holds what. Plain data in, plain data out."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

HEADER_WITHIN = 40


class Column(StrEnum):
    """What we take from a sheet; the value is the word on our sample sheet."""

    NUMBER = "编号"
    TITLE = "内容"
    THEORY = "理论学时"
    PRACTICAL = "实操学时"
    CODE = "标准编号"
    NAME = "标准名称"
    LEVEL = "等级"


_WORDS = {
    Column.NUMBER: "编号 序号 章节 章节号 条目 条目编号 大纲编号 编码 NO",
    Column.TITLE: "内容 培训内容 课题 名称 条目名称 课程内容 大纲内容 教学内容 培训项目 内容名称 章节名称 主题",
    Column.THEORY: "理论学时 理论课时 理论 理论知识 理论知识学时 理论教学学时 理论培训学时 理论培训课时",
    Column.PRACTICAL: "实操学时 实操课时 实操 实际操作 实际操作学时 实践学时 实训学时 实训课时 实训 实践 技能学时 操作技能学时",
    Column.CODE: "标准编号 标准代码 标准号 职业编码 职业代码 国家职业标准编号 职业标准编号 职业技能标准编号",
    Column.NAME: "标准名称 国家职业标准 职业标准 国家职业技能标准 职业技能标准 国家职业标准名称 依据标准",
    Column.LEVEL: "等级 技能等级 级别 职业技能等级 标准等级",
}
_COLUMN_OF = {word: column for column, words in _WORDS.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line of a sheet: its number in the margin, its texts, which of its cells are formulas (from 0)."""

    number: int
    texts: tuple[str, ...]
    formulas: frozenset[int] = frozenset()

    def at(self, column: int | None) -> str:
        """The text in a column; empty beyond the end."""
        return self.texts[column] if column is not None and column < len(self.texts) else ""


@dataclass(frozen=True)
class Header:
    """Which line heads the sheet, and which column holds what."""

    last: int
    columns: dict[Column, int]
    titles: tuple[str, ...]


def find_header(lines: Sequence[SheetLine]) -> Header | None:
    """The first line that names number and content; a second line may name the two kinds of hours below a merged cell."""
    for place_, line in enumerate(lines[:HEADER_WITHIN]):
        columns = _columns(line)
        if Column.NUMBER in columns and Column.TITLE in columns:
            below = lines[place_ + 1] if place_ + 1 < len(lines) else None
            more = _columns(below) if below else {}
            if below and more and Column.NUMBER not in more and not set(more) & set(columns):
                return Header(below.number, {**columns, **more}, _titles(line, below))
            return Header(line.number, columns, _titles(line))
    return None


def _columns(line: SheetLine) -> dict[Column, int]:
    found: dict[Column, int] = {}
    for index, text in enumerate(line.texts):
        column = _named(text)
        if column is not None:
            found.setdefault(column, index)
    return found


def _named(title: str) -> Column | None:
    bare = re.sub(r"\s", "", unicodedata.normalize("NFKC", title)).upper()
    return _COLUMN_OF.get(re.sub(r"\(.*?\)|\[.*?\]|[*:、,.]", "", bare))


def _titles(*lines: SheetLine) -> tuple[str, ...]:
    width = max(len(line.texts) for line in lines)
    return tuple(next((line.at(n).strip() for line in reversed(lines) if line.at(n).strip()), "") for n in range(width))
