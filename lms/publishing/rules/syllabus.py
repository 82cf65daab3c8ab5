"""A syllabus 大纲: numbered items that make a tree, hours of theory and of practice, the standard each follows.

Plain data in, plain data out. Hours are tenths of a class hour 学时, whole numbers: 1.5 学时 is 15. Hours stand on the last
items of the tree, its leaves; an item with items below it is a chapter, and its hours are their sum.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

MOST_ITEMS = 3000
MOST_LEVELS = 4
MOST_HOURS = 20_000
LONGEST_TITLE = 200
LEVELS = ("五级/初级工", "四级/中级工", "三级/高级工", "二级/技师", "一级/高级技师")
_LEVEL_WORDS = (
    "五级 初级工 初级 5级 5",
    "四级 中级工 中级 4级 4",
    "三级 高级工 高级 3级 3",
    "二级 技师 2级 2",
    "一级 高级技师 1级 1",
)
_LEVEL_OF = {word: level for level, words in zip(LEVELS, _LEVEL_WORDS, strict=True) for word in words.split()}
_OCCUPATION = re.compile(r"(?:GZB)?(\d-\d{2}-\d{2}-\d{2}(?:-\d{2})?)")
_PUBLISHED = re.compile(r"([A-Z]{2,5}(?:/[A-Z])?)(\d{1,6}(?:\.\d{1,3})?)-(\d{4})")
_CHINESE = re.compile(r"第?([一二三四五六七八九十]{1,3})[章节篇、.]?")
_ARABIC = re.compile(r"(?:第|模块|项目|任务|单元|课题)?(\d{1,3}(?:\.\d{1,3})*)[章节篇、.]*")
_A_DATE = re.compile(r"\d{4}-\d{2}-\d{2}.*")
_HOURS = re.compile(r"(\d{1,4})(?:\.(\d))?0*(?:学时|课时|H)?")


@dataclass(frozen=True, slots=True)
class Standard:
    """What an item cites: the code and name of an occupational (or published) standard, and the level in it."""

    code: str = ""
    name: str = ""
    level: str = ""

    def __bool__(self) -> bool:
        return bool(self.code and self.name)


@dataclass(frozen=True, slots=True)
class Item:
    """One item; hours in tenths, 0 on a chapter."""

    number: str
    title: str
    theory: int = 0
    practical: int = 0
    standard: Standard = Standard()


@dataclass(frozen=True)
class Description:
    """The words of a version: what it is called, what it is for, the standard that holds where an item cites none."""

    title: str
    summary: str
    standard: Standard

    @property
    def columns(self) -> dict[str, str]:
        """As the row keeps it."""
        cited = {f"standard_{name}": getattr(self.standard, name) for name in ("code", "name", "level")}
        return {"title": self.title, "summary": self.summary, **cited}


@dataclass(frozen=True, slots=True)
class Hours:
    """Theory and practice apart, in tenths of a class hour."""

    theory: int = 0
    practical: int = 0

    @property
    def total(self) -> int:
        """Both together."""
        return self.theory + self.practical

    def __add__(self, other: "Hours") -> "Hours":
        return Hours(self.theory + other.theory, self.practical + other.practical)


@dataclass(frozen=True)
class Fault:
    """Why a cell cannot stand, and how to mend it."""

    reason: str
    mend: str


@dataclass(frozen=True)
class Problem:
    """What keeps a whole syllabus from being signed: where, and a sentence."""

    number: str
    sentence: str


def place(number: str) -> tuple[int, ...]:
    """Where an item stands: 1.10 comes after 1.9."""
    return tuple(int(part) for part in number.split("."))


def parent(number: str) -> str:
    """The number of the item above; empty for a chapter of the first level."""
    return number.rpartition(".")[0]


def read_number(text: str) -> str | Fault:
    """1.2 out of what people write: full-width digits, 第一章, 二、, 模块3, a full stop behind."""
    bare = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if not bare:
        return Fault("编号空着", "按层次写，比如 1、1.1、1.1.2")
    if _A_DATE.fullmatch(bare):
        return Fault("编号被表格改成了日期", "把这一列设成文本，再填 1.2 这样的编号")
    found, chinese = _ARABIC.fullmatch(bare), _CHINESE.fullmatch(bare)
    parts = [int(part) for part in found[1].split(".")] if found else [_counted(chinese[1])] if chinese else []
    if not parts or 0 in parts:
        return Fault(f"编号“{bare[:20]}”认不出来", "写成 1、1.1、1.1.2 这样")
    if len(parts) > MOST_LEVELS:
        return Fault(f"编号有 {len(parts)} 层，太深了", f"最多 {MOST_LEVELS} 层，比如 1.1.1.1")
    return ".".join(map(str, parts))


def _counted(word: str) -> int:
    """十二 is 12, 二十 is 20."""
    digits = "一二三四五六七八九"
    tens, _, ones = word.partition("十") if "十" in word else ("", "", word)
    whole = (digits.find(tens) + 1 or 1) * 10 if "十" in word else 0
    return whole + (digits.find(ones) + 1 if ones else 0)


def read_title(text: str) -> str | Fault:
    """The words of an item, on one line."""
    words = " ".join(text.split())
    if not words:
        return Fault("内容空着", "写上这一条教什么")
    if len(words) > LONGEST_TITLE:
        return Fault(f"内容有 {len(words)} 个字，太长", f"最多 {LONGEST_TITLE} 个字，细的写到下一级")
    return words


def read_hours(text: str) -> int | Fault:
    """Tenths of a class hour; an empty cell, a dash and 无 are 0."""
    bare = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    if bare in {"", "-", "—", "/", "无"}:
        return 0
    found = _HOURS.fullmatch(bare)
    if not found:
        return Fault(f"学时“{bare[:20]}”认不出来", "写一个数，最多一位小数，比如 2 或 1.5，没有就空着")
    tenths = int(found[1]) * 10 + int(found[2] or 0)
    if tenths > MOST_HOURS:
        return Fault(f"{bare[:10]} 学时太多了", f"一条最多 {spoken(MOST_HOURS)} 学时，看看是不是多写了一个 0")
    return tenths


def read_code(text: str) -> str | Fault:
    """4-10-01-06 of an occupation, or AQ 8011-2023 of a published standard; empty where none is cited."""
    bare = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    bare = re.sub(r"[—–‐‑−]+", "-", bare)
    occupation, published = _OCCUPATION.fullmatch(bare), _PUBLISHED.fullmatch(bare)
    if not bare or occupation:
        return occupation[1] if occupation else ""
    if published:
        return f"{published[1]} {published[2]}-{published[3]}"
    return Fault(f"标准编号“{bare[:20]}”认不出来", "职业编码写成 4-10-01-06，别的标准写成 AQ 8011-2023")


def read_level(text: str) -> str | Fault:
    """One of the five levels; empty where the standard has none."""
    bare = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if bare in {"", "-", "—", "/", "无", "不分等级", "不分级"}:
        return ""
    level = bare if bare in LEVELS else _LEVEL_OF.get(bare) or _LEVEL_OF.get(bare.partition("/")[0])
    return level or Fault(f"等级“{bare[:20]}”认不出来", f"写 {'、'.join(LEVELS)}，没有等级就空着")


def spoken(tenths: int) -> str:
    """15 is 1.5, 20 is 2."""
    return f"{tenths // 10}" + (f".{tenths % 10}" if tenths % 10 else "")


def ordered(items: Iterable[Item]) -> list[Item]:
    """Items as they are read."""
    return sorted(items, key=lambda item: place(item.number))


def chapters(numbers: Iterable[str]) -> frozenset[str]:
    """The numbers that have something below them."""
    return frozenset(filter(None, map(parent, numbers)))


def leaves(items: Iterable[Item]) -> list[Item]:
    """The items that carry hours, in order."""
    known = ordered(items)
    above = chapters(item.number for item in known)
    return [item for item in known if item.number not in above]


def sums(items: Iterable[Item]) -> Hours:
    """Hours of the whole syllabus: its leaves together."""
    return sum((Hours(item.theory, item.practical) for item in leaves(items)), Hours())


def sums_by_number(items: Iterable[Item]) -> dict[str, Hours]:
    """Hours of every item; a chapter has those of its leaves."""
    known = list(items)
    found: dict[str, Hours] = defaultdict(Hours, {item.number: Hours() for item in known})
    for leaf in leaves(known):
        number = leaf.number
        while number:
            found[number] += Hours(leaf.theory, leaf.practical)
            number = parent(number)
    return dict(found)


def standards(items: Sequence[Item], default: Standard) -> dict[str, Standard]:
    """The standard that holds for each item: its own, the nearest one above, else the package's."""
    own = {item.number: item.standard for item in items}
    return {item.number: _nearest(item.number, own) or default for item in items}


def _nearest(number: str, own: Mapping[str, Standard]) -> Standard | None:
    while number:
        if found := own.get(number):
            return found
        number = parent(number)
    return None


def problems(items: Sequence[Item], default: Standard) -> list[Problem]:
    """Everything that must be mended before anybody signs; empty when the syllabus stands."""
    if not items:
        return [Problem("", "大纲还是空的，先写上要教的内容")]
    known, above = {item.number for item in items}, chapters(item.number for item in items)
    cited = standards(items, default)
    found = []
    for item in ordered(items):
        found += [Problem(item.number, sentence) for sentence in _against(item, known, above, cited[item.number])]
    return found


def _against(item: Item, known: set[str], above: frozenset[str], standard: Standard) -> list[str]:
    sentences = []
    if parent(item.number) and parent(item.number) not in known:
        sentences.append(f"上一级“{parent(item.number)}”没有写")
    if item.number in above and (item.theory or item.practical):
        sentences.append("下面还有细的条目，学时写在最细的那一级")
    if item.number not in above and not (item.theory or item.practical):
        sentences.append("理论学时和实操学时都是 0")
    if item.number not in above and not standard:
        sentences.append("没有写依据哪个职业标准")
    return sentences


@dataclass(frozen=True)
class Change:
    """One item in two versions; None where it is not there."""

    number: str
    before: Item | None
    after: Item | None

    @property
    def words(self) -> str:
        """What happened to it, in a few words."""
        if self.before is None:
            return "新加"
        if self.after is None:
            return "去掉"
        pairs = {
            "内容": self.before.title != self.after.title,
            "理论学时": self.before.theory != self.after.theory,
            "实操学时": self.before.practical != self.after.practical,
            "标准": self.before.standard != self.after.standard,
        }
        return "改了" + "、".join(name for name, differs in pairs.items() if differs)


def difference(before: Iterable[Item], after: Iterable[Item]) -> list[Change]:
    """What a new version changes, item by item, by number; nothing where both say the same."""
    old, new = {item.number: item for item in before}, {item.number: item for item in after}
    numbers = sorted(old.keys() | new.keys(), key=place)
    return [
        Change(number, old.get(number), new.get(number)) for number in numbers if old.get(number) != new.get(number)
    ]
