"""Which line of a sheet is its header, and which column holds what.

Rosters carry title rows, notes and merged cells above the header, and a dozen words for the same column.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from lms.accounts.rules.identity import clean
from lms.foundation.spreadsheets.sheets import Line, Sheet, Unreadable

HEADER_WITHIN = 40


class Column(StrEnum):
    """What we take from a roster; the value is the word on our sample sheet."""

    NAME = "姓名"
    ID_NUMBER = "身份证号"
    PHONE = "手机号"
    ID_KIND = "证件类型"
    EDUCATION = "文化程度"
    OPERATION = "作业类别"
    PERMIT = "申请类型"
    EMPLOYER = "单位"
    HOUSEHOLD = "户籍地"
    REMARK = "备注"


REQUIRED = (Column.NAME, Column.ID_NUMBER, Column.PHONE)

_WORDS = {
    Column.NAME: "姓名 名字 名称 真实姓名 学员 学生姓名 人员姓名 姓名全称 中文姓名 NAME",
    Column.ID_NUMBER: (
        "身份证号 身份证号码 身份证 身份证件号 身份证件号码 公民身份号码 公民身份证号 公民身份证号码 公民身份证 居民身份证号 居民身份证号码"
        " 居民身份证 二代身份证号 证件号码 证件号 有效证件号码 身份号码 身份证编号 身份证明号码 社会保障号 社会保障号码 社保号 IDCARD"
    ),
    Column.PHONE: (
        "手机 手机号 手机号码 电话 电话号 电话号码 联系电话 联系电话号码 联系手机 联系手机号 联系手机号码 联系方式 移动电话 移动电话号码"
        " 手机电话 本人电话 本人手机 本人手机号 本人手机号码 本人联系电话 PHONE MOBILE TEL"
    ),
    Column.ID_KIND: "证件类型 证件类别 证件种类 有效证件类型 身份证件类型",
    Column.EDUCATION: "文化程度 学历 最高学历 受教育程度 教育程度",
    Column.OPERATION: "作业类别 特种作业类别 操作类别",
    Column.PERMIT: "申请类型 申请类别 取证类型 首次或复审",
    Column.EMPLOYER: "单位 单位名称 工作单位 工作单位名称 所在单位 就业单位 企业名称 公司 公司名称 所属单位 用人单位",
    Column.HOUSEHOLD: "户籍地 户籍 户籍地址 户籍所在地 户口所在地 户口地址 身份证地址 身份证住址 家庭住址 家庭地址 户籍详细地址",
    Column.REMARK: "备注 说明 备注说明 其他 其它",
}
_COLUMN_OF = {word: column for column, words in _WORDS.items() for word in words.split()}
_OWNERS = re.compile(r"^(学员|本人|参训人员|参训学员|培训人员|培训学员|受训人员|申请人|人员|职工|员工|劳动者)(的)?")


@dataclass(frozen=True)
class Header:
    """Where the header stands and what its columns are, from 0; `unused` are the titles we do not take."""

    line: int
    last_line: int
    columns: dict[Column, tuple[int, ...]]
    titles: tuple[str, ...]
    unused: tuple[str, ...]

    def taken(self) -> frozenset[int]:
        """Every column that is read."""
        return frozenset(place for places in self.columns.values() for place in places)


def column_named(title: str) -> Column | None:
    """The column that a heading stands for; notes in brackets, stars and colons do not matter."""
    bare = re.sub(r"[(\[【〔{].*?[)\]】〕}]", "", clean(title)).upper()
    bare = re.sub(r"[*:：、,;/\\.。\d]+", "", bare)
    return _COLUMN_OF.get(bare) or _COLUMN_OF.get(_OWNERS.sub("", bare))


def find_header(sheet: Sheet) -> Header | None:
    """The first line (or pair of lines, where cells are merged) that names people and ID numbers; None when there is none.

    Raises Unreadable when two columns claim to be the name or the ID number: a roster printed in two halves.
    """
    for index, line in enumerate(sheet.lines[:HEADER_WITHIN]):
        columns = _columns_of([line])
        below = sheet.lines[index + 1] if index + 1 < len(sheet.lines) else None
        if below is not None and _continues(line, below):
            columns = _columns_of([line, below])
        if Column.NAME in columns and Column.ID_NUMBER in columns:
            _refuse_halves(columns)
            used = [line, below] if below is not None and _continues(line, below) else [line]
            return _header(used, columns)
    return None


def has_header(sheet: Sheet) -> bool:
    """Whether a sheet was cut right: a header is found in it, if only one that is refused."""
    try:
        return find_header(sheet) is not None
    except Unreadable:
        return True


def _columns_of(lines: list[Line]) -> dict[Column, tuple[int, ...]]:
    found: dict[Column, tuple[int, ...]] = {}
    for place in range(max(len(line.cells) for line in lines)):
        named = [column_named(line.at(place).text) for line in reversed(lines)]
        column = next((c for c in named if c is not None), None)
        if column is not None:
            found[column] = (*found.get(column, ()), place)
    return found


def _continues(upper: Line, lower: Line) -> bool:
    """Whether the lower line is the second half of a header: it names columns, and nothing in it is a person."""
    shared = [c for c in _columns_of([upper]) if c in REQUIRED]
    named = [column_named(cell.text) for cell in lower.cells if cell.text.strip()]
    if not named or not any(named) or _columns_of([upper]).keys() == _columns_of([lower]).keys():
        return False
    filled = [c for c in shared for place in _columns_of([upper])[c] if clean(lower.at(place).text)]
    return all(column_named(lower.at(place).text) for c in filled for place in _columns_of([upper])[c])


def _refuse_halves(columns: dict[Column, tuple[int, ...]]) -> None:
    for column in (Column.NAME, Column.ID_NUMBER):
        if len(columns[column]) > 1:
            raise Unreadable(
                f"表头里有 {len(columns[column])} 列“{column}”，看起来名单分成了左右两半",
                "把右边的人接到左边名单下面，只留一组列，再选一次",
            )


def _header(lines: list[Line], columns: dict[Column, tuple[int, ...]]) -> Header:
    width = max(len(line.cells) for line in lines)
    titles = tuple(_title(lines, place) for place in range(width))
    taken = {place for places in columns.values() for place in places}
    unused = tuple(t for place, t in enumerate(titles) if t and place not in taken)
    return Header(lines[0].number, lines[-1].number, columns, titles, unused)


def _title(lines: list[Line], place: int) -> str:
    texts = [re.sub(r"\s+", "", line.at(place).text) for line in lines]
    return next((t for t in reversed(texts) if t), "")


def headings_seen(sheet: Sheet) -> tuple[str, ...]:
    """The headings of the line that comes nearest to a header, to be told when none will do."""
    best = max(sheet.lines[:HEADER_WITHIN], key=lambda line: len(_columns_of([line])), default=None)
    if best is None or not _columns_of([best]):
        return ()
    return tuple(cell.text.strip() for cell in best.cells if cell.text.strip())
