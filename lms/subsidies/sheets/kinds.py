"""The three sheets: the ledger of hours, the data of the platform (to be sealed), the attendance form. Plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lms.learning.rules.proofs import shown
from lms.subsidies.sheets.writing import Cell

DEVICES = {"phone": "手机", "desktop": "电脑", "tablet": "平板"}
LEDGER, PLATFORM, ATTENDANCE = "ledger", "platform", "attendance"
WORDS = {LEDGER: "学时台账", PLATFORM: "线上平台培训数据", ATTENDANCE: "线下培训签到表（考勤表）"}
COLUMNS: Mapping[str, tuple[tuple[str, int], ...]] = {
    LEDGER: (
        ("序号", 8),
        ("班级编号", 18),
        ("课程/章节", 28),
        ("学员", 10),
        ("身份证号", 21),
        ("学习日期", 12),
        ("开始时间", 20),
        ("结束时间", 20),
        ("终端类型", 9),
        ("在线(秒)", 10),
        ("计入(秒)", 10),
        ("没计入(秒)", 11),
        ("没计入的原因", 34),
        ("身份核验", 22),
        ("核实状态", 10),
        ("更正单号", 14),
        ("证据摘要(哈希)", 66),
        ("记录时间", 20),
    ),
    PLATFORM: (
        ("序号", 6),
        ("姓名", 10),
        ("手机号码", 14),
        ("身份证号", 21),
        ("培训课程", 30),
        ("培训时间", 26),
        ("在线(分钟)", 10),
        ("培训时长：计入(分钟)", 12),
        ("没计入(分钟)", 10),
        ("没计入的原因", 34),
        ("待核实(分钟)", 10),
        ("身份核验", 22),
    ),
    ATTENDANCE: (
        ("序号", 6),
        ("培训教师", 12),
        ("参训员工", 12),
        ("手机号码", 16),
        ("培训课程", 30),
        ("岗位", 16),
        ("培训时间", 24),
        ("签名", 20),
    ),
}


@dataclass(frozen=True, slots=True)
class Known:
    """What ids stand for: names of lessons, codes of classes, people as (name, number, phone), sentences of reasons."""

    lessons: Mapping[object, str]
    classes: Mapping[object, str]
    people: Mapping[object, tuple[str, str, str]]
    reasons: Mapping[str, str]
    held: frozenset[object]


NOBODY = ("（不归你管）", "", "")


def ledger_rows(page: Sequence[Sequence[Any]], start: int, known: Known) -> list[list[Cell]]:
    """The rows of a page of the ledger (learning.queries.sheets.pages), numbered from `start`."""
    return [_ledger_row(nth, row, known) for nth, row in enumerate(page, start)]


def _ledger_row(nth: int, row: Sequence[Any], known: Known) -> list[Cell]:
    (
        _,
        cohort,
        who,
        session,
        lesson,
        day,
        began,
        ended,
        device,
        claimed,
        credited,
        lost,
        why,
        no,
        leaf,
        at,
        level,
        means,
        _,
    ) = row
    name, number, _phone = known.people.get(who, NOBODY)
    return [
        nth, known.classes.get(cohort, ""), known.lessons.get(lesson, ""), name, number, day, began, ended,
        DEVICES.get(device, device), seconds(claimed), seconds(credited), seconds(lost), known.reasons.get(why, why),
        shown(level, [means] if means else []), "待核实" if session in known.held else "", no, leaf, at,
    ]  # fmt: skip


def platform_row(nth: int, row: Sequence[Any], known: Known) -> list[Cell]:
    """One person's time in one course (learning.queries.sheets.sums)."""
    who, lesson, first, last, claimed, credited, lost, reasons, held, level, means = row
    name, number, phone = known.people.get(who, NOBODY)
    why = "；".join(known.reasons.get(str(one), str(one)) for one in sorted(reasons or ()))
    days = str(first) if first == last else f"{first} 至 {last}"
    return [
        nth, name, phone, number, known.lessons.get(lesson, ""), days, minutes(claimed), minutes(credited),
        minutes(lost or 0), why, minutes(held), shown(level or 0, means or []),
    ]  # fmt: skip


def attendance_row(nth: int, who: tuple[str, str, str], teacher: str, course: str) -> list[Cell]:
    """A line for somebody to sign; post and time are written by hand."""
    return [nth, teacher, who[0], who[2], course, "", "", ""]


def seconds(ms: int) -> Cell:
    """Milliseconds as exact seconds, without idle zeros."""
    whole, rest = divmod(ms, 1000)
    return whole if not rest else Decimal(ms) / 1000


def minutes(ms: int) -> int:
    """Whole minutes, cut."""
    return ms // 60_000
