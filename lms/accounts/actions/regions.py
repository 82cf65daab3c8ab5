"""Take in a list of places: look at it, keep what was seen, and on a yes write it. Names of before stay with their dates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select, update

from lms.accounts.actions.audit import audit
from lms.accounts.models.regions import Region, RegionImport, RegionTag
from lms.accounts.rules import region_lists as lists
from lms.accounts.rules import regions as rules
from lms.accounts.rules.region_lists import Kind, Known, Refused, Row
from lms.foundation import clock
from lms.foundation.database import db
from lms.foundation.errors import Conflict, NotFound
from lms.foundation.principal import Principal
from lms.foundation.spreadsheets import Page, Sheet, Unreadable, open_sheets, write

LOCK = 0x72656769
CHANGED = "地区名单刚才有变动，重新选一次文件再核对"
REASONS = ("哪一格", "问题", "怎么改")
SAMPLE = (
    ["440606003201", "常教社区", "", "", "", "老区"],
    ["441825", "连山壮族瑶族自治县", "", "", "", "民族地区"],
)
NOTES = (
    "代码和名称必填。代码是 6 位（县、区）、9 位（镇、街道）或者 12 位（村、社区）。东莞、中山的镇街直接归市。",
    "改名：代码不变，写新的名称和从哪天起。原来的名称会留着。",
    "停用或者并入别处：写到哪天止（不再用的第一天），并到哪里就写并入代码。",
    "标签：省定贫困村、老区、苏区、民族地区，几个之间用顿号。",
)


@dataclass(frozen=True)
class Preview:
    """What a list would do: lines to take, lines to mend, the headings it came with."""

    titles: tuple[str, ...]
    rows: tuple[Row, ...]
    refused: tuple[Refused, ...]

    @property
    def figures(self) -> dict[str, int]:
        """How many lines of each kind, and how many to mend."""
        counted = {kind.value: sum(row.kind is kind for row in self.rows) for kind in Kind}
        return counted | {"refused": len(self.refused)}

    def as_json(self) -> list[Any]:
        """Plain data to be kept."""
        return [list(self.titles), [row.as_json() for row in self.rows], [row.as_json() for row in self.refused]]

    @classmethod
    def from_json(cls, data: list[Any]) -> "Preview":
        """The preview that as_json() wrote down."""
        titles, rows, refused = data
        told = (Refused(**{**row, "cells": tuple(row["cells"])}) for row in refused)
        return cls(tuple(titles), tuple(Row.from_json(row) for row in rows), tuple(told))


@dataclass(frozen=True)
class Read:
    """A list as plain lines, before it is compared with the books."""

    titles: tuple[str, ...]
    columns: Mapping[str, int]
    lines: tuple[tuple[int, tuple[str, ...]], ...]


def read(data: bytes) -> Read:
    """The list in a file; raises Unreadable. Outside any transaction: it may take seconds."""
    for sheet in open_sheets(data, lambda sheet: _header(sheet) is not None):
        place = _header(sheet)
        if place is not None:
            return _lines(sheet, place)
    raise Unreadable("没有找到表头", "第一行写“代码”“名称”，下面一行一个地区；可以照样表填")


def refuse_reach(principal: Principal) -> None:
    """The list of the province is for an administrator whose scope is the province; raises NotFound for others."""
    if not any(rules.reaches_province(scope.region) for scope in principal.scope):
        raise NotFound()


def compare(found: Read) -> Preview:
    """What the list would change today."""
    rows, refused = lists.read(found.lines, found.columns, _known(lists.codes_in(found.lines, found.columns)))
    return Preview(found.titles, tuple(rows), tuple(refused))


def keep(preview: Preview, file_name: str, principal: Principal) -> UUID:
    """Keep a preview until it is confirmed."""
    row = RegionImport(id=uuid4(), created_by=principal.person_id, file_name=file_name[:200], state="previewed")
    row.content, row.figures = preview.as_json(), preview.figures
    db.session.add(row)
    db.session.flush()
    return row.id


def confirm(import_id: UUID, principal: Principal) -> RegionImport:
    """Write the lines of a preview that can be taken; twice is once. Raises Conflict where the books have changed since."""
    refuse_reach(principal)
    db.session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    row = db.session.scalar(select(RegionImport).where(RegionImport.id == import_id).with_for_update())
    if row is None:
        raise NotFound()
    if row.state == "imported":
        return row
    preview = Preview.from_json(row.content)
    _refuse_changed(preview)
    _write(preview.rows, row.file_name)
    row.state, row.imported_at = "imported", clock.now()
    db.session.flush()
    told = f"新增 {preview.figures['new']}，改名 {preview.figures['renamed']}，停用 {preview.figures['ended']}"
    audit("region:import", subject=f"region_import {row.id}", reason=told, region=rules.PROVINCE)
    return row


def rows_to_mend(preview: Preview) -> bytes:
    """The refused rows as they came, with column, reason and mend behind each."""
    width = len(preview.titles)
    lines = [
        [*(row.cells + ("",) * width)[:width], row.column, f"第 {row.line} 行：{row.reason}", row.mend]
        for row in preview.refused
    ]
    return write(Page("要改的行", [*preview.titles, *REASONS], lines))


def sample() -> bytes:
    """The sheet to fill in, and how."""
    notes = [[f"{number}. {note}"] for number, note in enumerate(NOTES, 1)]
    return write(Page("地区名单", lists.TITLES, SAMPLE), Page("怎么填", ["怎么填"], notes, (100,)))


def _header(sheet: Sheet) -> int | None:
    for place, line in enumerate(sheet.lines[:10]):
        if lists.columns_of([cell.text for cell in line.cells]):
            return place
    return None


def _lines(sheet: Sheet, place: int) -> Read:
    titles = tuple(cell.text.strip() for cell in sheet.lines[place].cells)
    columns = lists.columns_of(titles) or {}
    body = [line for line in sheet.lines[place + 1 :] if not line.blank]
    if len(body) > lists.MOST_LINES:
        raise Unreadable(f"一次最多 {lists.MOST_LINES} 行", "按市分成几份，一份一份导入")
    width = len(titles)
    kept = [place for place, title in enumerate(titles) if title not in REASONS]
    lines = [(line.number, tuple(line.at(place).text for place in range(width))) for line in body]
    return Read(titles[: len(kept)] if kept == list(range(len(kept))) else titles, columns, tuple(lines))


def _known(codes: set[str]) -> dict[str, Known]:
    today = clock.today()
    rows = db.session.scalars(select(Region).where(Region.code.in_(codes), Region.valid_until.is_(None)))
    tags = select(RegionTag.code, RegionTag.tag).where(
        RegionTag.code.in_(codes), RegionTag.valid_until.is_(None) | (RegionTag.valid_until > today)
    )
    held: dict[str, set[str]] = {}
    for code, tag in db.session.execute(tags):
        held.setdefault(code, set()).add(tag)
    return {row.code: Known(row.name, frozenset(held.get(row.code, ())), row.valid_from) for row in rows}


def _refuse_changed(preview: Preview) -> None:
    """What was looked at must still be what would happen."""
    codes = {row.code for row in preview.rows} | {rules.parent_of(row.code) or "" for row in preview.rows}
    known = _known(codes | {row.successor for row in preview.rows if row.successor})
    for row in preview.rows:
        before = known.get(row.code)
        same_name = before is not None and before.name == row.name
        fits = {Kind.NEW: before is None, Kind.RENAMED: before is not None and not same_name}
        if not fits.get(row.kind, before is not None if row.kind is Kind.ENDED else same_name):
            raise Conflict(CHANGED)


def _write(rows: Sequence[Row], source: str) -> None:
    """Names end one by one, for they are few; what is new goes in by one statement, villages come by the ten thousand."""
    for row in rows:
        if row.kind is Kind.RENAMED:
            _end(row.code, row.valid_from, None)
        if row.kind is Kind.ENDED:
            _end(row.code, row.valid_until, row.successor)
    new = [_place(row, source) for row in rows if row.kind in (Kind.NEW, Kind.RENAMED)]
    if new:
        db.session.execute(insert(Region), new)
    known = _known({row.code for row in rows if row.tags})
    tags = [_tag(row, tag, source) for row in rows for tag in row.tags if tag not in _tags_of(known, row.code)]
    if tags:
        db.session.execute(insert(RegionTag), tags)


def _end(code: str, day: date | None, successor: str | None) -> None:
    mine = (Region.code == code) & Region.valid_until.is_(None)
    db.session.execute(update(Region).where(mine).values(valid_until=day, successor=successor))


def _place(row: Row, source: str) -> dict[str, Any]:
    place = {"level": rules.level_of(row.code), "parent": rules.parent_of(row.code), "source": source}
    dates = {"valid_from": row.valid_from, "valid_until": row.valid_until, "successor": row.successor}
    return {"code": row.code, "name": row.name, **place, **dates}


def _tag(row: Row, tag: str, source: str) -> dict[str, Any]:
    return {"code": row.code, "tag": tag, "source": source, "valid_from": row.valid_from, "valid_until": None}


def _tags_of(known: Mapping[str, Known], code: str) -> frozenset[str]:
    return known[code].tags if code in known else frozenset()
