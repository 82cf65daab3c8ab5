"""What looks as if no person had learnt: rules over the facts of one session. Pure; an anomaly accuses nobody.

An anomaly that holds puts the session's time on hold until somebody has looked: it is never deleted, and never counts
by itself. The limits are dated rows of the plans (domain.md 2.7, hours.md §1, attacks 2, 12, 13, 18, P6).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median, pstdev
from typing import Any


class Code(StrEnum):
    """What was noticed."""

    RAPID_PROGRESS = "rapid_progress"
    BOT_ANSWERS = "bot_answers"
    SHARED_DEVICE = "shared_device"
    NIGHT_MARATHON = "night_marathon"
    PLACES_EXCEED = "places_exceed_manifest"
    INSPECTION = "inspection"


# What shows only in a whole day or night, or in all who use one device: what came earlier that day is looked at again.
OF_A_DAY = frozenset({Code.BOT_ANSWERS, Code.SHARED_DEVICE, Code.NIGHT_MARATHON})


@dataclass(frozen=True)
class Words:
    """How it is called, why it is looked at (for the reviewer), and what the trainee is told."""

    title: str
    why: str
    told: str


WORDS: dict[Code, Words] = {
    Code.RAPID_PROGRESS: Words(
        "进度快得不合常理",
        "播放记录比真实经过的时间快很多，像是程序在发。",
        "这次的播放记录比时间走得快，老师要看一眼才能算。",
    ),
    Code.BOT_ANSWERS: Words(
        "答题快得不像人",
        "“还在学习吗”每次都答得又快又齐，像是程序在点。",
        "这次“还在学习吗”答得特别快，老师要看一眼才能算。",
    ),
    Code.SHARED_DEVICE: Words(
        "一台设备好几个人学",
        "同一天里，好几个人用同一台设备学。集中上课的教室不在此列。",
        "这台设备当天有好几个人在用，老师要看一眼才能算。",
    ),
    Code.NIGHT_MARATHON: Words(
        "深夜连着学了很久",
        "夜里 23 点到早上 6 点之间，连着学了好几个小时。",
        "夜里连着学的时间很长，老师要看一眼才能算。",
    ),
    Code.PLACES_EXCEED: Words(
        "页数比课件还多",
        "课件报上来的位置比审核过的多，像是编出来的。",
        "这一课报上来的页数和课件对不上，老师要看一眼才能算。",
    ),
    Code.INSPECTION: Words(
        "抽查以后先停算",
        "主管部门抽查时有疑问，先停下来核实。",
        "主管部门抽查了这个班，这段时间核实以后才能算。",
    ),
}


@dataclass(frozen=True)
class Limits:
    """From where on something is looked at; percent, milliseconds and counts as named. Dated rows of the plans."""

    anomaly_fast_percent: int
    anomaly_fast_least_s: int
    anomaly_answers_least: int
    anomaly_answer_fastest_ms: int
    anomaly_answer_spread_ms: int
    anomaly_people_per_device: int
    anomaly_night_hours: int


KEYS = tuple(Limits.__dataclass_fields__)


@dataclass(frozen=True)
class SessionFacts:
    """What the server knows of one session. `answers_ms` are the response times of the person's answers to presence checks
    on that day, right and wrong, `wrong` how many of them were wrong.

    `people_on_device` counts who used the same browser on that day; `classroom` says that the class was filed with a
    place to sit together; `night_ms` is what this person earned that night, in all sessions.
    """

    claimed_ms: int = 0
    too_fast_ms: int = 0
    answers_ms: tuple[int, ...] = ()
    wrong: int = 0
    people_on_device: int = 1
    classroom: bool = False
    night_ms: int = 0
    places_known: int = 0
    places_exceeded: bool = False


@dataclass(frozen=True)
class Found:
    """An anomaly with the figures it rests on; times in milliseconds."""

    code: Code
    facts: dict[str, Any]


def judge(facts: SessionFacts, limits: Limits) -> tuple[Found, ...]:
    """Every anomaly of a session, in the order of the codes."""
    return tuple(Found(code, told) for code, rule in _RULES.items() if (told := rule(facts, limits)) is not None)


def _rapid(facts: SessionFacts, limits: Limits) -> dict[str, Any] | None:
    """Much more was claimed than time passed; two clocks and a network never reach the share."""
    enough = facts.too_fast_ms >= limits.anomaly_fast_least_s * 1000
    if not enough or facts.too_fast_ms * 100 < facts.claimed_ms * limits.anomaly_fast_percent:
        return None
    return {"claimed_ms": facts.claimed_ms, "too_fast_ms": facts.too_fast_ms}


def _bot(facts: SessionFacts, limits: Limits) -> dict[str, Any] | None:
    """Nobody reads, decides and touches in half a second, nor half of the time alike to a few hundredths, nor errs in half."""
    answers, least = sorted(facts.answers_ms), limits.anomaly_answers_least
    if len(answers) < least:
        return None
    fast = sum(1 for ms in answers if ms < limits.anomaly_answer_fastest_ms)
    spread = _closest(answers, max(least, len(answers) // 2))
    guessed = facts.wrong * 2 >= len(answers)
    if fast < least and spread >= limits.anomaly_answer_spread_ms and not guessed:
        return None
    told = {"answers": len(answers), "median_ms": int(median(answers)), "spread_ms": spread}
    return told | {"fast": fast, "wrong": facts.wrong}


def _closest(answers: Sequence[int], many: int) -> int:
    """How far so many answers lie apart where they lie closest: the standard deviation, milliseconds."""
    starts = range(len(answers) - many + 1)
    return min(round(pstdev(answers[start : start + many])) for start in starts)


def _shared(facts: SessionFacts, limits: Limits) -> dict[str, Any] | None:
    if facts.classroom or facts.people_on_device <= limits.anomaly_people_per_device:
        return None
    return {"people": facts.people_on_device}


def _night(facts: SessionFacts, limits: Limits) -> dict[str, Any] | None:
    if facts.night_ms < limits.anomaly_night_hours * 3_600_000:
        return None
    return {"night_ms": facts.night_ms}


def _places(facts: SessionFacts, limits: Limits) -> dict[str, Any] | None:  # noqa: ARG001 - one shape for every rule
    return {"known": facts.places_known} if facts.places_exceeded else None


_Rule = Callable[[SessionFacts, Limits], dict[str, Any] | None]
_RULES: dict[Code, _Rule] = {
    Code.RAPID_PROGRESS: _rapid,
    Code.BOT_ANSWERS: _bot,
    Code.SHARED_DEVICE: _shared,
    Code.NIGHT_MARATHON: _night,
    Code.PLACES_EXCEED: _places,
}


def told_figures(code: Code, facts: dict[str, Any]) -> Sequence[str]:
    """The figures of an anomaly as a reviewer reads them."""
    lines: dict[Code, Callable[[], list[str]]] = {
        Code.RAPID_PROGRESS: lambda: [
            f"报上来播放了 {_minutes(facts['claimed_ms'])}，其中 {_minutes(facts['too_fast_ms'])}快过真实时间"
        ],
        Code.BOT_ANSWERS: lambda: _of_answers(facts),
        Code.SHARED_DEVICE: lambda: [f"同一台设备当天有 {facts['people']} 个人在学"],
        Code.NIGHT_MARATHON: lambda: [f"这一夜 23 点到 6 点计入 {_minutes(facts['night_ms'])}"],
        Code.INSPECTION: lambda: ["见抽查记录"],
        Code.PLACES_EXCEED: lambda: [f"审核时这一课有 {facts['known']} 个位置，报上来的比这多"],
    }
    return lines[code]()


def _of_answers(facts: dict[str, Any]) -> list[str]:
    lines = [
        f"答了 {facts['answers']} 次，一半以上在 {facts['median_ms']} 毫秒内，最齐的一半前后只差 {facts['spread_ms']} 毫秒"
    ]
    if facts.get("wrong"):
        lines.append(f"其中 {facts['wrong']} 次答错")
    return lines


def _minutes(ms: int) -> str:
    minutes, seconds = divmod(ms // 1000, 60)
    return f"{minutes} 分 {seconds} 秒" if seconds else f"{minutes} 分钟"
