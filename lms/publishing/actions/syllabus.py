"""How a syllabus is written: item by item, or from a sheet that was looked at first. Actions flush; the door commits."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import ARRAY, Integer, Text, Uuid, bindparam, delete, insert, select, text, update

from lms.foundation import clock
from lms.foundation.database import acting, db
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.spreadsheets import Sheet, Unreadable, open_sheets
from lms.publishing.actions.training import editable, place_of
from lms.publishing.models import SyllabusImport, SyllabusItem, TrainingVersion
from lms.publishing.queries import training as queries
from lms.publishing.rules import syllabus
from lms.publishing.rules.syllabus import Item
from lms.publishing.rules.syllabus_header import SheetLine, find_header
from lms.publishing.rules.syllabus_sheet import NoSyllabus, Reading, read_syllabus

# One statement, however many items: each would raise the revision by itself, and thousands of round trips take seconds.
_PUT = text(
    "insert into syllabus_item (id, created_at, tenant_id, partner_id, region_code, plan_code, version_id, number, place, title,"
    " theory, practical, standard_code, standard_name, standard_level)"
    " select given.id, :at, :tenant_id, :partner_id, :region_code, :plan_code, :version_id, given.number,"
    " string_to_array(given.number, '.')::int[], given.title, given.theory, given.practical, given.code, given.name, given.level"
    " from unnest(:ids, :numbers, :titles, :theorys, :practicals, :standard_codes, :standard_names, :standard_levels)"
    " as given (id, number, title, theory, practical, code, name, level)"
    " on conflict (version_id, place) do update set title = excluded.title, theory = excluded.theory,"
    " practical = excluded.practical, standard_code = excluded.standard_code, standard_name = excluded.standard_name,"
    " standard_level = excluded.standard_level"
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    *[bindparam(name, type_=ARRAY(Integer)) for name in ("theorys", "practicals")],
    *[
        bindparam(name, type_=ARRAY(Text))
        for name in ("numbers", "titles", "standard_codes", "standard_names", "standard_levels")
    ],
)
REPLACED = "这张表后来换过，按最新那张核对"


def put_item(version_id: UUID, item: Item, item_id: UUID | None = None) -> None:
    """Write one item, a new one or a changed one; raises Refused at the field where it cannot stand there."""
    row = editable(version_id)
    before = queries.item_of(version_id, item_id).item if item_id else None
    known = {one.number for one in queries.items_of(version_id)} - ({before.number} if before else set())
    _refuse_place(item, known)
    if before and before.number != item.number and any(syllabus.parent(number) == before.number for number in known):
        raise Refused("下面还有细的条目，先改它们的编号，或者照旧", field="number")
    if item_id:
        db.session.execute(update(SyllabusItem).where(SyllabusItem.id == item_id).values(**_columns(item)))
    else:
        if len(known) >= syllabus.MOST_ITEMS:
            raise Refused(f"一份大纲最多 {syllabus.MOST_ITEMS} 条", field="number")
        db.session.execute(insert(SyllabusItem), [_values(row, item)])
    db.session.flush()


def _refuse_place(item: Item, known: set[str]) -> None:
    above = syllabus.parent(item.number)
    if item.number in known:
        raise Refused(f"编号 {item.number} 已经有了，换一个", field="number")
    if above and above not in known:
        raise Refused(f"上一级“{above}”还没有，先加上它", field="number")


def remove_item(version_id: UUID, item_id: UUID) -> int:
    """Take an item out with all below it; gives how many went."""
    editable(version_id)
    number = queries.item_of(version_id, item_id).item.number
    doomed = [one.number for one in queries.items_of(version_id) if f"{one.number}.".startswith(f"{number}.")]
    gone = delete(SyllabusItem).where(SyllabusItem.version_id == version_id, SyllabusItem.number.in_(doomed))
    db.session.execute(gone)
    return len(doomed)


def read(data: bytes, known: Sequence[str]) -> Reading:
    """The syllabus in a file; raises NoSyllabus. Outside any transaction: it may take a second."""
    try:
        sheets = open_sheets(data, lambda sheet: find_header(_lines(sheet)) is not None)
    except Unreadable as problem:
        raise NoSyllabus(problem.reason, problem.mend) from problem
    shown = [sheet for sheet in sheets if not sheet.hidden and sheet.lines]
    if not shown:
        raise NoSyllabus("这个文件里没有内容", "看看是不是写在隐藏的工作表里，取消隐藏，保存后再选一次")
    with_header = [sheet for sheet in shown if find_header(_lines(sheet)) is not None]
    if len(with_header) > 1:
        names = "、".join(f"“{sheet.name}”" for sheet in with_header[:5])
        raise NoSyllabus(f"这个文件里有 {len(with_header)} 张大纲：{names}", "一次导入一张，把它们各存成一个文件")
    return read_syllabus(_lines((with_header or shown)[0]), known)


def _lines(sheet: Sheet) -> list[SheetLine]:
    """A sheet as the rules take it."""
    return [
        SheetLine(
            line.number,
            tuple(cell.text for cell in line.cells),
            frozenset(n for n, cell in enumerate(line.cells) if cell.is_formula),
        )
        for line in sheet.lines
    ]


def keep_sheet(version_id: UUID, reading: Reading, file_name: str) -> UUID:
    """Keep what was read until it is taken in; it takes the place of the version's earlier sheets."""
    row = editable(version_id)
    earlier = update(SyllabusImport).where(SyllabusImport.version_id == version_id, SyllabusImport.state == "previewed")
    db.session.execute(earlier.values(state="replaced", content={}))
    kept = {"file_name": file_name, "state": "previewed", "content": msgspec.to_builtins(reading)}
    sheet = SyllabusImport(id=uuid4(), version_id=version_id, created_by=acting().person(), **kept, **place_of(row))
    db.session.add(sheet)
    db.session.flush()
    return sheet.id


def opened(sheet: queries.ImportView) -> Reading:
    """What a kept sheet holds; raises Conflict where a later one took its place."""
    if sheet.state == "replaced":
        raise Conflict(REPLACED)
    return msgspec.convert(sheet.content, Reading)


def take_sheet(version_id: UUID, sheet_id: UUID, *, whole: bool) -> int:
    """Take a kept sheet in: by number beside what stands there, or (`whole`) in its place; gives how many items were written.

    Twice is as good as once: the second time finds it taken.
    """
    row = editable(version_id)
    kept = _locked_sheet(version_id, sheet_id)
    reading = opened(queries.syllabus_import(version_id, sheet_id))
    if kept.state == "imported":
        return len(reading.good)
    if not reading.good:
        raise Refused("表里没有可以导入的条目，改好再选一次文件")
    _put(row, reading.items, whole)
    kept.state, kept.imported_at = "imported", clock.now()
    db.session.flush()
    return len(reading.good)


def _put(row: TrainingVersion, items: Sequence[Item], whole: bool) -> None:
    """One statement for what goes and one for what comes; items that stay keep their id, and with it their courses."""
    numbers = {item.number for item in items}
    standing = {one.number for one in queries.items_of(row.id)}
    if whole and standing - numbers:
        gone = delete(SyllabusItem).where(
            SyllabusItem.version_id == row.id, SyllabusItem.number.in_(standing - numbers)
        )
        db.session.execute(gone)
        standing &= numbers
    _refuse_adrift(numbers, standing)
    if len(numbers | standing) > syllabus.MOST_ITEMS:
        raise Refused(f"加在一起有 {len(numbers | standing)} 条，一份大纲最多 {syllabus.MOST_ITEMS} 条")
    db.session.execute(_PUT, {**_lists(items), "version_id": row.id, "at": clock.now(), **place_of(row)})


def _lists(items: Sequence[Item]) -> dict[str, list[Any]]:
    """The columns of a statement over all items."""
    rows = [_columns(item) for item in items]
    names = ("number", "title", "theory", "practical", "standard_code", "standard_name", "standard_level")
    return {"ids": [uuid4() for _ in rows], **{f"{name}s": [row[name] for row in rows] for name in names}}


def _refuse_adrift(numbers: Iterable[str], standing: set[str]) -> None:
    """A chapter may have gone since the sheet was read."""
    known = standing | set(numbers)
    adrift = [number for number in numbers if syllabus.parent(number) and syllabus.parent(number) not in known]
    if adrift:
        raise Conflict(f"核对以后大纲改过，“{adrift[0]}”的上一级没有了，重新选一次文件")


def _locked_sheet(version_id: UUID, sheet_id: UUID) -> SyllabusImport:
    mine = (SyllabusImport.id == sheet_id, SyllabusImport.version_id == version_id)
    row = db.session.scalar(select(SyllabusImport).where(*mine).with_for_update())
    if row is None:
        raise NotFound()
    return row


def _columns(item: Item) -> dict[str, Any]:
    cited = {f"standard_{name}": getattr(item.standard, name) for name in ("code", "name", "level")}
    told = {name: getattr(item, name) for name in ("number", "title", "theory", "practical")}
    return {**told, "place": list(syllabus.place(item.number)), **cited}


def _values(row: TrainingVersion, item: Item) -> dict[str, Any]:
    return {"id": uuid4(), "created_at": clock.now(), "version_id": row.id, **place_of(row), **_columns(item)}
