"""The columns of the hours ledger (domain.md §3.3 B) and of the claim summary, and what stands in each cell.

A bundle holds what is sealed of the ledger and nothing else: proofs of identity are in the sheets (subsidies/sheets), and
stand here as “—”, as pictures do, which nobody takes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lms.subsidies.rules.claims import Claim, class_hours, done_percent
from lms.subsidies.rules.entries import on_the_wall
from lms.subsidies.rules.lines import Line, excluded_ms, played
from lms.subsidies.rules.people import Person

Cell = str | int | Decimal
NOT_RECORDED = "—"
DEVICES = {"phone": "手机", "desktop": "电脑", "tablet": "平板"}


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson of the class's package."""

    id: str
    number: int
    title: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What all lines of a sheet share."""

    cohort_code: str
    teacher: str
    planned_class_hours: int
    class_hour_seconds: int
    lessons: Mapping[str, Lesson]
    people: Mapping[str, Person]


Reader = Callable[[int, Line, Frame], Cell]


def seconds(ms: int) -> Decimal:
    """Milliseconds as exact seconds."""
    return Decimal(ms) / 1000


def seconds_text(ms: int) -> str:
    """Seconds without idle zeros: 30, 12.5."""
    return f"{seconds(ms).normalize():f}"


def minutes_text(ms: int) -> str:
    """A place in a lesson: 12:05, whole seconds, cut."""
    return f"{ms // 60_000}:{ms // 1000 % 60:02}"


def lesson_text(lesson: Lesson) -> str:
    """How a lesson is called: 第 2 课 拍好一张产品图."""
    return f"第 {lesson.number} 课 {lesson.title}"


def played_text(line: Line) -> str:
    """Which parts of the lesson were credited: 0:00–4:30、6:00–10:00."""
    return "、".join(f"{minutes_text(a)}–{minutes_text(b)}" for a, b in played(line.stretches)) or NOT_RECORDED


def excluded_text(line: Line) -> str:
    """How many seconds did not count, with the code of each reason: 12.5（gap 10，too_fast 2.5）."""
    if not line.excluded:
        return "0"
    reasons = "，".join(f"{code} {seconds_text(line.excluded[code])}" for code in sorted(line.excluded))
    return f"{seconds_text(excluded_ms(line))}（{reasons}）"


def hours_exact(credited_ms: int, class_hour_seconds: int) -> Decimal:
    """Class hours of one line for information, four digits, cut: only the claim line is rounded to whole ones."""
    parts = abs(credited_ms) * 10_000 // (class_hour_seconds * 1000)
    return Decimal(parts if credited_ms >= 0 else -parts) / 10_000


def scores_text(person: Person, lessons: Mapping[str, Lesson]) -> str:
    """Best quiz results in the order of the lessons: 80 / 100."""
    known = [(lessons[lesson].number if lesson in lessons else 0, lesson) for lesson in person.scores]
    return " / ".join(str(person.scores[lesson]) for _, lesson in sorted(known)) or NOT_RECORDED


def corrections_text(line: Line) -> str:
    """Whether somebody corrected the line, and the numbers of the corrections."""
    return f"是 {'、'.join(line.corrections)}" if line.corrections else "否"


LINE_COLUMNS: tuple[tuple[str, int, Reader], ...] = (
    ("序号", 6, lambda nth, _, __: nth),
    ("班级编号", 20, lambda _, __, frame: frame.cohort_code),
    ("课程/章节", 30, lambda _, line, frame: lesson_text(frame.lessons[line.lesson_id])),
    ("学员", 10, lambda _, line, frame: frame.people[line.person_id].name),
    ("身份证号", 21, lambda _, line, frame: frame.people[line.person_id].id_number),
    ("学习日期", 12, lambda _, line, __: line.day),
    ("开始时间", 20, lambda _, line, __: on_the_wall(line.started_at)),
    ("结束时间", 20, lambda _, line, __: on_the_wall(line.ended_at)),
    ("终端类型", 10, lambda _, line, __: "、".join(DEVICES.get(d, d) for d in line.devices)),
    ("IP", 16, lambda _, line, __: "、".join(line.ips)),
    ("播放起止点", 20, lambda _, line, __: played_text(line)),
    ("原始时长(秒)", 13, lambda _, line, __: seconds(line.claimed_ms)),
    ("有效时长(秒)", 13, lambda _, line, __: seconds(line.credited_ms)),
    ("不计时长及原因代码", 26, lambda _, line, __: excluded_text(line)),
    ("折算学时", 10, lambda _, line, frame: hours_exact(line.credited_ms, frame.class_hour_seconds)),
    ("累计学时", 10, lambda _, line, frame: class_hours(line.running_ms, frame.class_hour_seconds)),
    ("计划学时", 10, lambda _, __, frame: frame.planned_class_hours),
    ("完成率", 9, lambda _, line, frame: _done(line, frame)),
    ("测验成绩", 10, lambda _, line, frame: scores_text(frame.people[line.person_id], frame.lessons)),
    ("身份核验次数/通过次数", 14, lambda _, __, ___: NOT_RECORDED),
    ("抓拍张数", 10, lambda _, __, ___: NOT_RECORDED),
    ("授课方式(线上/线下)", 12, lambda _, __, ___: "线上"),
    ("教师", 10, lambda _, __, frame: frame.teacher or NOT_RECORDED),
    ("是否人工更正/更正单号", 14, lambda _, line, __: corrections_text(line)),
    ("证据摘要(哈希)", 68, lambda _, line, __: line.evidence),
    ("记录时间", 20, lambda _, line, __: on_the_wall(line.recorded_at)),
)

CLAIM_COLUMNS: tuple[tuple[str, int], ...] = (
    ("序号", 6),
    ("学员", 10),
    ("身份证号", 21),
    ("年度", 8),
    ("有效时长(秒)", 14),
    ("不计时长(秒)", 14),
    ("待核实(秒)", 12),
    ("可申领学时", 12),
    ("不满1学时(秒)", 14),
    ("计划学时", 10),
    ("完成率", 9),
    ("测验成绩", 10),
)


def _done(line: Line, frame: Frame) -> str:
    return done_percent(line.running_ms, frame.planned_class_hours, frame.class_hour_seconds)


def line_rows(lines: Iterable[Line], frame: Frame) -> Iterator[list[Cell]]:
    """Return the rows below the header of 学时台账."""
    for nth, line in enumerate(lines, 1):
        yield [read(nth, line, frame) for _, _, read in LINE_COLUMNS]


def claim_rows(claims: Sequence[Claim], frame: Frame) -> Iterator[list[Cell]]:
    """Return the rows below the header of 申领合计, the last one with the sums."""
    for nth, claim in enumerate(claims, 1):
        person = frame.people[claim.person_id]
        done = done_percent(claim.credited_ms, frame.planned_class_hours, frame.class_hour_seconds)
        sums: list[Cell] = [seconds(ms) for ms in (claim.credited_ms, claim.excluded_ms, claim.held_ms)]
        sums.append(claim.class_hours)
        scores = scores_text(person, frame.lessons)
        tail: list[Cell] = [seconds(claim.remainder_ms), frame.planned_class_hours, done, scores]
        yield [nth, person.name, person.id_number, claim.year, *sums, *tail]
    credited, excluded = sum(c.credited_ms for c in claims), sum(c.excluded_ms for c in claims)
    hours, held = sum(claim.class_hours for claim in claims), sum(claim.held_ms for claim in claims)
    yield ["", "合计", "", "", seconds(credited), seconds(excluded), seconds(held), hours, "", "", "", ""]
