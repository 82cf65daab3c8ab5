"""A syllabus out of a sheet: every line under the header is an item, refused with words, or passed over with words.

Plain data in, plain data out.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from lms.publishing.rules.syllabus import (
    MOST_ITEMS,
    Fault,
    Hours,
    Item,
    Standard,
    parent,
    place,
    read_code,
    read_hours,
    read_level,
    read_number,
    read_title,
    spoken,
)
from lms.publishing.rules.syllabus_header import Column, Header, SheetLine, find_header

LONGEST_TEXT = 300
FORMULA = Fault("这一格是公式，我们不替表格算数", "选中这一列，复制，右键“选择性粘贴”，选“数值”，保存后再选一次文件")
_FOOTER = re.compile(r"^(合计|总计|共计|总学时|小计|说明|备注|注[:：]|编制|审核|制表|填表|单位盖章|盖章|日期)")
_TOTAL = re.compile(r"^(合计|总计|共计|总学时)")


@dataclass(frozen=True)
class Good:
    """A line that can be taken; hours on a chapter are a claim about what stands below it."""

    line: int
    item: Item
    texts: tuple[str, ...]

    def claims_other_than(self, real: Hours) -> bool:
        """Whether it states hours that its items do not add up to; hours left out claim nothing."""
        return self.item.theory not in (0, real.theory) or self.item.practical not in (0, real.practical)


@dataclass(frozen=True)
class Bad:
    """A line that cannot be taken: which columns, what stands there, why, and how to mend it; `number` where it could be read."""

    line: int
    number: str
    column: str
    filled: str
    reason: str
    mend: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """What a sheet holds; `titles` head the texts of each line, so that refused lines can be given back as they came."""

    titles: tuple[str, ...]
    good: tuple[Good, ...] = ()
    bad: tuple[Bad, ...] = ()
    passed_over: tuple[tuple[int, str], ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """The items that can be taken."""
        return tuple(good.item for good in self.good)


class NoSyllabus(Exception):
    """The sheet as a whole cannot be taken: what is wrong, and how to mend it."""

    def __init__(self, reason: str, mend: str) -> None:
        self.reason, self.mend = reason, mend
        super().__init__(f"{reason}。{mend}")


def read_syllabus(lines: Sequence[SheetLine], known: Collection[str] = ()) -> Reading:
    """The syllabus in a sheet; `known` are numbers that stand already. Raises NoSyllabus when there is none or it is too long."""
    header = find_header(lines)
    if header is None:
        raise NoSyllabus("没有找到表头：要有一行写着“编号”“内容”“理论学时”“实操学时”", "下载样表照着填，再选一次")
    if not {Column.THEORY, Column.PRACTICAL} & header.columns.keys():
        raise NoSyllabus("表头里没有“理论学时”和“实操学时”", "加上这两列，理论和实操分开写，再选一次")
    below = [line for line in lines if line.number > header.last]
    if len(below) > MOST_ITEMS:
        raise NoSyllabus(
            f"表里有 {len(below)} 行，一份大纲最多 {MOST_ITEMS} 条", "看看是不是把别的表也放进来了，或者分成几个培训包"
        )
    read = [_read(line, header) for line in below]
    reading = _gathered(header, read)
    if not reading.good and not reading.bad:
        raise NoSyllabus("表头下面一条内容也没有", "从表头的下一行开始，一行写一条，再选一次")
    reading = _refuse_twins(reading)
    reading = _refuse_wrong_sums(_refuse_orphans(reading, known))
    return _with_totals(_refuse_orphans(reading, known), below, header)


def _read(line: SheetLine, header: Header) -> Good | Bad | tuple[int, str]:
    words = [text.strip() for text in line.texts if text.strip()]
    if not words and not line.formulas:
        return line.number, "空行"
    if words and _FOOTER.match(words[0]) and not _is_number(line.at(header.columns[Column.NUMBER])):
        return line.number, f"写着“{words[0][:12]}”，不是大纲的内容"
    formulas = [column for column, index in header.columns.items() if index in line.formulas]
    if formulas:
        return Bad(
            line.number,
            _number_of(line, header),
            "、".join(formulas),
            "公式",
            FORMULA.reason,
            FORMULA.mend,
            _texts(line, header),
        )
    return _item(line, header)


def _is_number(text: str) -> bool:
    return isinstance(read_number(text), str)


READERS: dict[Column, Callable[[str], str | int | Fault]] = {
    Column.NUMBER: read_number,
    Column.TITLE: read_title,
    Column.THEORY: read_hours,
    Column.PRACTICAL: read_hours,
    Column.CODE: read_code,
    Column.NAME: lambda text: " ".join(text.split())[:LONGEST_TEXT],
    Column.LEVEL: read_level,
}


def read_fields(texts: dict[Column, str]) -> Item | dict[Column, Fault]:
    """An item out of its seven texts, whether they came from a sheet or from a page; else every fault by its column."""
    values = {column: read(texts.get(column, "")) for column, read in READERS.items()}
    code, name = values[Column.CODE], values[Column.NAME]
    if code and isinstance(code, str) and not name:
        values[Column.NAME] = Fault("写了标准编号，没写标准名称", "把标准的名称也写上")
    if name and not code:
        values[Column.CODE] = Fault("写了标准名称，没写标准编号", "把标准的编号也写上，比如 4-10-01-06")
    faults = {column: value for column, value in values.items() if isinstance(value, Fault)}
    if faults:
        return faults
    number, title, theory, practical, *cited = values.values()
    return Item(str(number), str(title), _int(theory), _int(practical), Standard(*map(str, cited)))


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value


def _item(line: SheetLine, header: Header) -> Good | Bad:
    cells = {column: line.at(header.columns.get(column)) for column in Column}
    found, texts = read_fields(cells), _texts(line, header)
    if not isinstance(found, Item):
        filled = "；".join(cells[column].strip()[:LONGEST_TEXT] or "空着" for column in found)
        reasons = "；".join(dict.fromkeys(fault.reason for fault in found.values()))
        mends = "；".join(dict.fromkeys(fault.mend for fault in found.values()))
        return Bad(line.number, _number_of(line, header), "、".join(found), filled, reasons, mends, texts)
    return Good(line.number, found, texts)


def _number_of(line: SheetLine, header: Header) -> str:
    number = read_number(line.at(header.columns[Column.NUMBER]))
    return number if isinstance(number, str) else ""


def _texts(line: SheetLine, header: Header) -> tuple[str, ...]:
    return tuple(line.at(n)[:LONGEST_TEXT] for n in range(len(header.titles)))


def _gathered(header: Header, read: Iterable[Good | Bad | tuple[int, str]]) -> Reading:
    found = list(read)
    good = tuple(one for one in found if isinstance(one, Good))
    bad = tuple(one for one in found if isinstance(one, Bad))
    over = tuple(one for one in found if isinstance(one, tuple) and one[1] != "空行")
    return Reading(header.titles, good, bad, over)


def _refuse(reading: Reading, faults: dict[int, tuple[str, str, Fault]]) -> Reading:
    """Move good lines to the bad: line -> (column, what stands there, fault)."""
    if not faults:
        return reading
    moved = [
        Bad(g.line, g.item.number, column, filled, fault.reason, fault.mend, g.texts)
        for g in reading.good
        if g.line in faults
        for column, filled, fault in [faults[g.line]]
    ]
    rest = tuple(g for g in reading.good if g.line not in faults)
    return replace(reading, good=rest, bad=tuple(sorted((*reading.bad, *moved), key=lambda b: b.line)))


def _refuse_twins(reading: Reading) -> Reading:
    """One number twice: where both lines say the same the first stands, else neither."""
    lines: dict[str, list[Good]] = defaultdict(list)
    for good in reading.good:
        lines[good.item.number].append(good)
    faults: dict[int, tuple[str, str, Fault]] = {}
    for number, same in lines.items():
        alike = all(good.item == same[0].item for good in same)
        for good in same[1:] if alike else same if len(same) > 1 else ():
            others = "、".join(str(other.line) for other in same if other.line != good.line)
            mend = "删去这一行" if alike else "改对编号。表格常把 1.10 当成数字存成 1.1，把这一列设成文本再填"
            faults[good.line] = (Column.NUMBER, number, Fault(f"编号 {number} 和第 {others} 行一样", mend))
    return _refuse(reading, faults)


def _refuse_orphans(reading: Reading, known: Collection[str]) -> Reading:
    """An item whose chapter is missing or refused waits with it, level by level."""
    standing = set(known) | {good.item.number for good in reading.good}
    refused = {bad.number for bad in reading.bad}
    faults: dict[int, tuple[str, str, Fault]] = {}
    for good in sorted(reading.good, key=lambda g: place(g.item.number)):
        above = parent(good.item.number)
        if above and above not in standing:
            standing.discard(good.item.number)
            refused.add(good.item.number)
            faults[good.line] = (Column.NUMBER, good.item.number, _orphan(above, above in refused))
    return _refuse(reading, faults)


def _orphan(above: str, refused: bool) -> Fault:
    if refused:
        return Fault(f"上一级“{above}”那一行也要改", "两行一起改好，再选一次")
    return Fault(f"上一级“{above}”不在表里", f"补上“{above}”这一行，或者改编号")


def _refuse_wrong_sums(reading: Reading) -> Reading:
    """A chapter that claims other hours than its items have; where one of them is refused, nothing can be said."""
    above = {parent(good.item.number) for good in reading.good} - {""}
    torn, totals = _torn(reading), _leaf_sums(reading.good, above)
    faults = {
        good.line: _wrong_sum(good.item, totals[good.item.number])
        for good in reading.good
        if good.item.number in above - torn and good.claims_other_than(totals[good.item.number])
    }
    bare = tuple(_bare(good) if good.item.number in above else good for good in reading.good)
    return _refuse(replace(reading, good=bare), faults)


def _bare(good: Good) -> Good:
    """A chapter without hours of its own."""
    return replace(good, item=replace(good.item, theory=0, practical=0))


def _wrong_sum(item: Item, real: Hours) -> tuple[str, str, Fault]:
    said = f"理论 {spoken(item.theory)}、实操 {spoken(item.practical)}"
    fault = Fault(
        f"这里写{said} 学时，下面各条加起来是理论 {spoken(real.theory)}、实操 {spoken(real.practical)} 学时",
        "看看是这一行写错了，还是下面少了一条，改好再选一次。这一行的学时也可以空着",
    )
    return f"{Column.THEORY}、{Column.PRACTICAL}", said, fault


def _leaf_sums(good: Iterable[Good], above: Collection[str]) -> dict[str, Hours]:
    found: dict[str, Hours] = defaultdict(Hours)
    for one in good:
        up = "" if one.item.number in above else parent(one.item.number)
        while up:
            found[up] += Hours(one.item.theory, one.item.practical)
            up = parent(up)
    return found


def _torn(reading: Reading) -> set[str]:
    """Chapters under which a line was refused; all of them where a refused line could stand anywhere."""
    if any(not bad.number for bad in reading.bad):
        return {good.item.number for good in reading.good}
    found: set[str] = set()
    for bad in reading.bad:
        number = bad.number
        while number := parent(number):
            found.add(number)
    return found


def _with_totals(reading: Reading, below: Sequence[SheetLine], header: Header) -> Reading:
    """Compare the line of totals, where there is one and nothing was refused, with what the items add up to."""
    totals = [line for line in below if any(_TOTAL.match(text.strip()) for text in line.texts[:3])]
    if reading.bad or len(totals) != 1 or any(index in totals[0].formulas for index in header.columns.values()):
        return reading
    above = {parent(good.item.number) for good in reading.good}
    real = sum((Hours(g.item.theory, g.item.practical) for g in reading.good if g.item.number not in above), Hours())
    said = [read_hours(totals[0].at(header.columns.get(column))) for column in (Column.THEORY, Column.PRACTICAL)]
    if said in ([real.theory, real.practical], [0, 0]) or not all(isinstance(hours, int) for hours in said):
        return reading
    told = (
        f"表里合计写理论 {spoken(_int(said[0]))}、实操 {spoken(_int(said[1]))} 学时，"
        f"各条加起来是理论 {spoken(real.theory)}、实操 {spoken(real.practical)} 学时，学时按各条算"
    )
    return replace(reading, notices=(*reading.notices, told))
