"""A roster out of sheets: every line under the header is taken, refused with words, or passed over with words."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from lms.accounts.rules.documents import IdKind, read_kind, read_number, settled_kind
from lms.accounts.rules.identity import ROUNDED, Fault, clean, read_name, read_phone
from lms.cohorts.rules.headers import REQUIRED, Column, Header, column_named, find_header, headings_seen
from lms.cohorts.rules.saying import read_said
from lms.foundation.spreadsheets.sheets import Line, Sheet, Unreadable

MOST_PEOPLE = 5000
LONGEST_TEXT = 200
MOST_TEXT = 5_000_000
FORMULA = Fault("这一格是公式，我们不替表格算数", "选中这一列，复制，右键“选择性粘贴”，选“数值”，保存后再选一次文件")
_FOOTER = re.compile(
    r"^(合计|总计|共计|小计|总人数|共\d+人|制表|填表|审核|经办|负责人|联系人|说明|备注|注[:：]|单位盖章|盖章|日期)"
)


@dataclass(frozen=True)
class Candidate:
    """One person whose line can be taken; `row` is the number in the sheet's margin, `said` are (attribute, value)."""

    row: int
    name: str
    id_number: str
    phone: str
    employer: str
    household: str
    remark: str
    texts: tuple[str, ...]
    id_kind: str = "id_card"
    said: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class RefusedRow:
    """One line that cannot be taken: which cells, what stands in each, why, and how to mend it."""

    row: int
    name: str
    column: str
    filled: tuple[str, ...]
    reason: str
    mend: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class PassedOver:
    """One line under the header that is nobody's."""

    row: int
    why: str


@dataclass(frozen=True)
class Roster:
    """What a file holds. `titles` head the texts of each line, so that refused lines can be given back as they came."""

    sheet: str
    titles: tuple[str, ...]
    unused: tuple[str, ...]
    good: tuple[Candidate, ...]
    refused: tuple[RefusedRow, ...]
    passed_over: tuple[PassedOver, ...]
    notices: tuple[str, ...]

    def refuse(self, faults: dict[int, tuple[str, Fault]]) -> "Roster":
        """The same roster with some good rows moved to the refused: row -> (column, fault)."""
        moved = [refused(c, *faults[c.row]) for c in self.good if c.row in faults]
        rest = tuple(c for c in self.good if c.row not in faults)
        return replace(self, good=rest, refused=tuple(sorted((*self.refused, *moved), key=lambda r: r.row)))


def refused(candidate: Candidate, column: str, fault: Fault) -> RefusedRow:
    """A line that read well but cannot be taken for another reason."""
    filled = {Column.NAME: candidate.name, Column.PHONE: candidate.phone}.get(Column(column), candidate.id_number)
    return RefusedRow(candidate.row, candidate.name, column, (filled,), fault.reason, fault.mend, candidate.texts)


def read_roster(sheets: Sequence[Sheet], today: date) -> Roster:
    """The roster in a file's sheets. Raises Unreadable when there is none, more than one, or it is too long."""
    sheet, header = _the_one_roster(sheets)
    lines = [line for line in sheet.lines if line.number > header.last_line]
    if len(lines) > MOST_PEOPLE + 200:
        _refuse_length(len(lines))
    read = [_read_line(line, header, today) for line in lines]
    roster = _gather(sheet, header, read)
    if len(roster.good) + len(roster.refused) > MOST_PEOPLE:
        _refuse_length(len(roster.good) + len(roster.refused))
    if sum(len(text) for row in roster.refused for text in row.texts) > MOST_TEXT:
        raise Unreadable("要改的行里别的内容太多，我们退不回来", "只留姓名、身份证号、手机号这几列，再选一次")
    if not roster.good and not roster.refused:
        raise Unreadable("表头下面一个人也没有", "从表头的下一行开始，一行填一个人，再选一次")
    return _refuse_rounded(_refuse_twins(roster))


def _refuse_length(people: int) -> None:
    raise Unreadable(f"名单有 {people} 行，一次最多导入 {MOST_PEOPLE} 行", "分成几个文件，一个一个导入")


def _the_one_roster(sheets: Sequence[Sheet]) -> tuple[Sheet, Header]:
    seen = [s for s in sheets if not s.hidden and s.lines]
    if not seen:
        hidden = any(s.lines for s in sheets)
        mend = "取消隐藏，保存后再选一次" if hidden else "填好名单，保存后再选一次"
        raise Unreadable("名单在隐藏的工作表里，我们不读隐藏的表" if hidden else "这个文件里没有内容", mend)
    found = [(s, header) for s in seen if (header := find_header(s)) is not None]
    if not found:
        _refuse_headerless(seen)
    with_people = [(s, h) for s, h in found if any(line.number > h.last_line for line in s.lines)] or found
    if len(with_people) > 1:
        names = "、".join(f"“{s.name}”" for s, _ in with_people[:5])
        raise Unreadable(f"这个文件里有 {len(with_people)} 张名单：{names}", "一次导入一张，把它们各存成一个文件")
    sheet, header = with_people[0]
    if Column.PHONE not in header.columns:
        raise Unreadable("表头里没有“手机号”这一列，学员登录要用手机号", "加上这一列，或者下载样表照着填")
    return sheet, header


def _refuse_headerless(sheets: Sequence[Sheet]) -> None:
    headings = next((h for s in sheets if (h := headings_seen(s))), ())
    named = {column_named(h) for h in headings}
    missing = "、".join(f"“{c}”" for c in REQUIRED if c not in named)
    if headings:
        raise Unreadable(f"表头里没有找到{missing}这一列", "把表头的字改成和样表一样，或者下载样表照着填")
    raise Unreadable("没有找到表头：要有一行写着“姓名”“身份证号”“手机号”", "下载样表照着填，再选一次")


Read = Candidate | RefusedRow | PassedOver


def _read_line(line: Line, header: Header, today: date) -> Read:
    if any(line.at(place).is_formula for place in header.taken()):
        return _refused_formula(line, header)
    required = {c: _cell(line, header, c) for c in REQUIRED}
    if not any(clean(text) for text, _ in required.values()):
        return PassedOver(line.number, _why_nobody(line))
    if _is_footer(line, header, required) or _is_header_again(required):
        return PassedOver(line.number, _why_nobody(line))
    return _read_person(line, header, today)


def _cell(line: Line, header: Header, column: Column) -> tuple[str, bool]:
    """Text of the first filled cell among the places of a column, and whether the file keeps it as a number."""
    places = header.columns.get(column, ())
    cells = [line.at(place) for place in places]
    filled = next((c for c in cells if c.text.strip()), cells[0] if cells else None)
    return (filled.text, filled.is_number) if filled else ("", False)


def _is_footer(line: Line, header: Header, required: dict[Column, tuple[str, bool]]) -> bool:
    """A total or a signature: its word stands under the name or to the left of it, and no number of a person beside it."""
    numbers = [clean(required[c][0]) for c in (Column.ID_NUMBER, Column.PHONE)]
    before = [clean(line.at(place).text) for place in range(header.columns[Column.NAME][0] + 1)]
    return any(_FOOTER.match(word) for word in before) and not any(re.search(r"\d{6}", text) for text in numbers)


def _is_header_again(required: dict[Column, tuple[str, bool]]) -> bool:
    return all(column_named(required[c][0]) == c for c in (Column.NAME, Column.ID_NUMBER))


def _why_nobody(line: Line) -> str:
    words = [clean(cell.text) for cell in line.cells if clean(cell.text)]
    footer = next((w for w in words if _FOOTER.match(w)), None)
    if footer:
        return f"写着“{footer[:12]}”，不是学员"
    if any(column_named(w) in REQUIRED for w in words):
        return "又是一行表头"
    return "没有姓名、身份证号和手机号"


def _refused_formula(line: Line, header: Header) -> RefusedRow:
    column = next(c for c, places in header.columns.items() if any(line.at(p).is_formula for p in places))
    name = _cell(line, header, Column.NAME)[0].strip()
    texts = _texts(line, header)
    return RefusedRow(line.number, name[:LONGEST_TEXT], column, ("公式",), FORMULA.reason, FORMULA.mend, texts)


def _read_person(line: Line, header: Header, today: date) -> Candidate | RefusedRow:
    texts, cells = _texts(line, header), {c: _cell(line, header, c) for c in Column}
    kind, number = _paper(cells, today)
    said = read_said({column: text for column, (text, _) in cells.items()})
    values = {
        Column.NAME: read_name(cells[Column.NAME][0]),
        Column.ID_KIND: kind,
        Column.ID_NUMBER: number,
        Column.PHONE: read_phone(cells[Column.PHONE][0]),
    }
    faults = {c: v for c, v in values.items() if isinstance(v, Fault)} | (said if isinstance(said, dict) else {})
    if faults or isinstance(said, dict):
        return _refused_person(line.number, cells, faults, texts)
    name, id_number, phone = (str(values[c]) for c in REQUIRED)
    employer, household, remark = (_free_text(cells[c][0]) for c in (Column.EMPLOYER, Column.HOUSEHOLD, Column.REMARK))
    return Candidate(line.number, name, id_number, phone, employer, household, remark, texts, str(kind), said)


def _paper(cells: dict[Column, tuple[str, bool]], today: date) -> tuple[IdKind | Fault, str | Fault]:
    """Which paper, and its number; where the paper is not known, its number is not looked at."""
    kind, (text, is_number) = read_kind(cells[Column.ID_KIND][0]), cells[Column.ID_NUMBER]
    if isinstance(kind, Fault):
        return kind, ""
    number = read_number(kind, text, is_number=is_number, today=today)
    return kind if isinstance(number, Fault) else settled_kind(kind, number), number


def _free_text(text: str) -> str:
    return " ".join(text.split())[:LONGEST_TEXT]


def _refused_person(
    row: int, cells: dict[Column, tuple[str, bool]], faults: dict[Column, Fault], texts: tuple[str, ...]
) -> RefusedRow:
    """All that is wrong with a line at once, so that it comes back once."""
    reason = "；".join(dict.fromkeys(f.reason for f in faults.values()))
    mend = "；".join(dict.fromkeys(f.mend for f in faults.values()))
    filled = tuple(cells[column][0].strip()[:LONGEST_TEXT] for column in faults)
    return RefusedRow(row, cells[Column.NAME][0].strip()[:LONGEST_TEXT], "、".join(faults), filled, reason, mend, texts)


def _texts(line: Line, header: Header) -> tuple[str, ...]:
    return tuple(line.at(place).text for place in range(len(header.titles)))


def _gather(sheet: Sheet, header: Header, read: Iterable[Read]) -> Roster:
    items = list(read)
    good = tuple(i for i in items if isinstance(i, Candidate))
    bad = tuple(i for i in items if isinstance(i, RefusedRow))
    over = tuple(i for i in items if isinstance(i, PassedOver))
    return Roster(sheet.name, header.titles, header.unused, good, bad, over, _notices(sheet, header, items))


def _notices(sheet: Sheet, header: Header, items: Sequence[Read]) -> tuple[str, ...]:
    hidden = [i for i in items if not isinstance(i, PassedOver) and i.row in sheet.hidden_lines]
    notices = []
    if hidden:
        notices.append(f"表里有 {len(hidden)} 行是隐藏的，也读进来了。不想导入就先从表里删去")
    if header.unused:
        notices.append(f"没有用到的列：{'、'.join(header.unused[:12])}")
    return tuple(notices)


def _refuse_twins(roster: Roster) -> Roster:
    """One person twice: the first line stands; where the names differ, no line does."""
    lines: dict[str, list[Candidate]] = {}
    for candidate in roster.good:
        lines.setdefault(candidate.id_number, []).append(candidate)
    faults: dict[int, tuple[str, Fault]] = {}
    for same in lines.values():
        if len(same) > 1:
            faults.update(_twin_faults(same))
    return roster.refuse(faults) if faults else roster


def _twin_faults(same: list[Candidate]) -> dict[int, tuple[str, Fault]]:
    first = same[0]
    if len({c.name for c in same}) == 1:
        fault = Fault(f"和第 {first.row} 行是同一个人，写了两遍", "删去这一行")
        return {c.row: (Column.ID_NUMBER.value, fault) for c in same[1:]}
    faults: dict[int, tuple[str, Fault]] = {}
    for candidate in same:
        others = "、".join(str(c.row) for c in same if c.row != candidate.row)
        fault = Fault(f"和第 {others} 行身份证号一样，名字不一样", "看看身份证是谁的，改对另一行")
        faults[candidate.row] = (Column.ID_NUMBER, fault)
    return faults


def _refuse_rounded(roster: Roster) -> Roster:
    """Where a sheet has turned last digits into 000, one of eleven such numbers still passes its check: refuse those too."""
    if not any(ROUNDED.reason in row.reason for row in roster.refused):
        return roster
    rounded = [c for c in roster.good if c.id_number.endswith("000")]
    return roster.refuse({c.row: (Column.ID_NUMBER, ROUNDED) for c in rounded}) if rounded else roster
