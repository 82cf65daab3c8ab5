"""A list of places read line by line: what is new, what changes, what cannot be taken and how to mend it.

Plain data in, plain data out. Columns: 代码, 名称, 从哪天起, 到哪天止, 并入代码, 标签.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from lms.accounts.rules import regions
from lms.accounts.rules.regions import TAG_WORDS, Level

LONGEST_NAME = 40
MOST_LINES = 60_000
HEADERS = {
    "code": ("代码", "行政区划代码", "地区代码", "编码"),
    "name": ("名称", "地区名称", "行政区划名称"),
    "valid_from": ("从哪天起", "生效日期", "启用日期"),
    "valid_until": ("到哪天止", "失效日期", "停用日期"),
    "successor": ("并入代码", "现代码"),
    "tags": ("标签", "类别"),
}
TITLES = [names[0] for names in HEADERS.values()]
_TAGS = {words: tag for tag, words in TAG_WORDS.items()}


class Kind(StrEnum):
    """What a line does."""

    NEW = "new"
    RENAMED = "renamed"
    ENDED = "ended"
    TAGGED = "tagged"
    SAME = "same"


KIND_WORDS = {Kind.NEW: "新增", Kind.RENAMED: "改名", Kind.ENDED: "停用", Kind.TAGGED: "加标签", Kind.SAME: "没有变化"}


@dataclass(frozen=True)
class Known:
    """A place as it is in the books today: name, tags, and since when the name holds."""

    name: str
    tags: frozenset[str] = frozenset()
    valid_from: date | None = None


@dataclass(frozen=True)
class Row:
    """A line that can be taken; `line` is the sheet's own number."""

    line: int
    kind: Kind
    code: str
    name: str
    valid_from: date | None
    valid_until: date | None
    successor: str | None
    tags: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain data to be kept until it is confirmed."""
        days = {
            name: day.isoformat() if (day := getattr(self, name)) else None for name in ("valid_from", "valid_until")
        }
        return {**asdict(self), **days}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Row":
        """The row that as_json() wrote down."""
        days = {name: date.fromisoformat(data[name]) if data[name] else None for name in ("valid_from", "valid_until")}
        return cls(**{**data, **days, "kind": Kind(data["kind"]), "tags": tuple(data["tags"])})


@dataclass(frozen=True)
class Refused:
    """A line that cannot be taken: its cells as they came, the column at fault, why and how to mend it."""

    line: int
    cells: tuple[str, ...]
    column: str
    reason: str
    mend: str

    def as_json(self) -> dict[str, Any]:
        """Plain data to be kept for the sheet of rejected rows."""
        return asdict(self)


class _Fault(Exception):
    def __init__(self, column: str, reason: str, mend: str) -> None:
        self.column, self.reason, self.mend = column, reason, mend


def columns_of(cells: Sequence[str]) -> dict[str, int] | None:
    """Where each column stands in a header; None where code or name is missing."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        word = re.sub(r"[\s（(].*$", "", cell.strip())
        for column, names in HEADERS.items():
            if word in names:
                found.setdefault(column, place)
    return found if {"code", "name"} <= set(found) else None


def read(
    lines: Sequence[tuple[int, tuple[str, ...]]], columns: Mapping[str, int], known: Mapping[str, Known]
) -> tuple[list[Row], list[Refused]]:
    """Judge every line against the books of today and the lines above it."""
    taken: dict[str, Row] = {}
    rows: list[Row] = []
    refused: list[Refused] = []
    for number, cells in lines:
        texts = {column: cells[place].strip() if place < len(cells) else "" for column, place in columns.items()}
        try:
            row = _row(number, texts, known, taken)
        except _Fault as fault:
            refused.append(Refused(number, cells, fault.column, fault.reason, fault.mend))
        else:
            taken[row.code] = row
            rows.append(row)
    return rows, refused


def codes_in(lines: Sequence[tuple[int, tuple[str, ...]]], columns: Mapping[str, int]) -> set[str]:
    """Every code that a list names, and the ones above them: what must be looked up."""
    found: set[str] = set()
    for _, cells in lines:
        for column in ("code", "successor"):
            place = columns.get(column, len(cells))
            code = regions.normal(cells[place]) if place < len(cells) else None
            if code:
                found |= {code, regions.parent_of(code) or code}
    return found


def _row(number: int, texts: Mapping[str, str], known: Mapping[str, Known], taken: Mapping[str, Row]) -> Row:
    code, name = _code(texts["code"], "代码"), _name(texts["name"])
    if code in taken:
        raise _Fault("代码", f"和第 {taken[code].line} 行是同一个代码", "两行里留一行")
    since, until = _day(texts.get("valid_from", ""), "从哪天起"), _day(texts.get("valid_until", ""), "到哪天止")
    if since and until and since >= until:
        raise _Fault("到哪天止", "到哪天止不比从哪天起晚", "看看两个日期有没有填反")
    tags, successor = _tags(texts.get("tags", "")), _successor(texts.get("successor", ""), until, known, taken)
    _refuse_orphan(code, known, taken)
    kind = _kind(code, name, since, until, tags, known.get(code))
    return Row(number, kind, code, name, since, until, successor, tags)


def _kind(
    code: str, name: str, since: date | None, until: date | None, tags: tuple[str, ...], before: Known | None
) -> Kind:
    if before is None:
        return Kind.NEW
    if until is not None:
        return Kind.ENDED
    if name != before.name:
        if since is None:
            raise _Fault("从哪天起", f"{code} 现在叫“{before.name}”，改名要写从哪天起", "填上新名字启用的日期")
        if before.valid_from and since <= before.valid_from:
            raise _Fault("从哪天起", f"“{before.name}”是 {before.valid_from} 才启用的", "填一个更晚的日期")
        return Kind.RENAMED
    return Kind.TAGGED if set(tags) - before.tags else Kind.SAME


def _code(text: str, column: str) -> str:
    code = regions.normal(text)
    if code is None:
        digits = sum(c.isdigit() for c in text)
        raise _Fault(column, f"代码要 2、4、6、9 或 12 位数字，现在是 {digits} 位", "照民政部门的代码表再抄一遍")
    if not code.startswith(regions.PROVINCE):
        raise _Fault(column, "不是广东省的代码，广东省的以 44 开头", "去掉这一行")
    return code


def _name(text: str) -> str:
    if not text:
        raise _Fault("名称", "没有填名称", "填上名称")
    if len(text) > LONGEST_NAME or re.search(r"[\d<>=]", text):
        raise _Fault("名称", f"“{text[:12]}”不像地名", "只写地名，不带数字和说明")
    return text


def _day(text: str, column: str) -> date | None:
    plain = re.sub(r"[年月./]", "-", text).rstrip("日").split(" ")[0]
    if not plain:
        return None
    try:
        year, month, day = (int(part) for part in plain.split("-"))
        return date(year, month, day)
    except ValueError:
        raise _Fault(column, f"“{text[:12]}”读不成日期", "写成 2026-11-22 这样") from None


def _tags(text: str) -> tuple[str, ...]:
    words = [word for word in re.split(r"[、，,;；\s]+", text) if word]
    for word in words:
        if word not in _TAGS:
            raise _Fault("标签", f"没有“{word[:12]}”这个标签", f"只能填{'、'.join(_TAGS)}，几个之间用顿号")
    return tuple(dict.fromkeys(_TAGS[word].value for word in words))


def _successor(text: str, until: date | None, known: Mapping[str, Known], taken: Mapping[str, Row]) -> str | None:
    if not text:
        return None
    code = _code(text, "并入代码")
    if until is None:
        raise _Fault("到哪天止", "写了并入代码，没有写到哪天止", "填上停用的日期，或者去掉并入代码")
    if code not in known and code not in taken:
        raise _Fault("并入代码", f"没有 {code} 这个地区", "先把它放在前面的行里")
    return code


def _refuse_orphan(code: str, known: Mapping[str, Known], taken: Mapping[str, Row]) -> None:
    up = regions.parent_of(code)
    if up is not None and up not in known and up not in taken:
        level = regions.LEVEL_WORDS[Level(regions.level_of(up))]
        raise _Fault("代码", f"上一级{level} {up} 不在名单里", "先把上一级放在前面的行里，或者看看代码有没有抄错")
