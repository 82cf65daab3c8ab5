"""How a sample is drawn, what is asked on the telephone, what an inspection may come to. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256

INSPECTION_WORKING_DAYS = 10
COMPLAINT_WORKING_DAYS = 5
MOST_CLASSES, MOST_PEOPLE = 200, 50
QUIZ_QUESTIONS = 5
LONGEST_WORDS = 1000


class Kind(StrEnum):
    """How something is looked at."""

    CALL = "call"
    VISIT = "visit"
    ONLINE = "online"
    COMPLAINT = "complaint"


KIND_WORDS = {Kind.CALL: "电话回访", Kind.VISIT: "现场检查", Kind.ONLINE: "线上抽查", Kind.COMPLAINT: "投诉举报"}


class Outcome(StrEnum):
    """What an inspection came to, and what came of the mending."""

    CLEAR = "clear"
    RECTIFY = "rectify"
    HOLD = "hold"
    MENDED = "mended"
    AGAIN = "again"


# tone and words of the tag; None: nobody has said anything yet
OUTCOME_WORDS: dict[str | None, tuple[str, str]] = {
    None: ("wait", "没查完"),
    Outcome.CLEAR: ("ok", "没有问题"),
    Outcome.RECTIFY: ("bad", "限期整改"),
    Outcome.HOLD: ("bad", "学时先停算"),
    Outcome.MENDED: ("ok", "整改合格"),
    Outcome.AGAIN: ("bad", "整改不合格，再改"),
}
FIRST = (Outcome.CLEAR, Outcome.RECTIFY, Outcome.HOLD)
AFTER_MENDING = (Outcome.MENDED, Outcome.AGAIN, Outcome.HOLD)
ENDS = frozenset({Outcome.CLEAR, Outcome.MENDED})
WITH_DEADLINE = frozenset({Outcome.RECTIFY, Outcome.AGAIN})

# What is asked on the telephone, in words to read aloud; the same for everybody, so that answers can be compared.
CALL_QUESTIONS: dict[str, str] = {
    "joined": "您报名参加这个培训了吗？",
    "oneself": "手机上的课，是您自己学的吗？",
    "tells": "学了些什么，您说得出一两样吗？",
    "practice": "有实操课的话，您去上了吗？",
    "charged": "有没有人为这个培训向您收过钱，或者要过您的银行卡？",
    "content": "这个培训对您有用吗？",
}
CALL_ANSWERS = {"yes": "是", "no": "不是", "unclear": "说不清", "silent": "没接通"}
# answers that the page marks: these ask for a second look
DOUBTFUL = {("joined", "no"), ("oneself", "no"), ("tells", "no"), ("practice", "no"), ("charged", "yes")}


@dataclass(frozen=True)
class Drawn:
    """A class that was drawn, with those of its people who were."""

    cohort_id: str
    people: tuple[str, ...]


def draw(seed: str, classes: dict[str, tuple[str, ...]], count: int, people: int) -> tuple[Drawn, ...]:
    """Draw `count` classes and `people` of each by a seed: the same seed and the same lists give the same draw, always.

    Everybody is ordered by the SHA-256 of seed and id, so nobody can be favoured, and an auditor can draw again.
    """
    chosen = _lot(seed, classes)[:count]
    return tuple(Drawn(one, tuple(_lot(f"{seed}:{one}", classes[one])[:people])) for one in chosen)


def _lot(seed: str, ids: Iterable[str]) -> list[str]:
    return sorted(ids, key=lambda one: sha256(f"{seed}:{one}".encode()).digest())


def lots(seed: str, ids: Iterable[int], count: int) -> list[int]:
    """Choose some numbers by a seed, in their own order: the questions of a spot quiz."""
    order = sorted(ids, key=lambda one: sha256(f"{seed}:{one}".encode()).digest())
    return sorted(order[:count])


def doubtful(answers: dict[str, str]) -> list[str]:
    """The questions whose answers ask for a second look."""
    return [question for question, answer in answers.items() if (question, answer) in DOUBTFUL]


def may_follow(before: str | None, outcome: Outcome, *, mended: bool) -> bool:
    """Whether an outcome may be said after the last one; `mended` says that the institution has answered it."""
    if before in (None, Outcome.HOLD):
        return outcome in FIRST
    if Outcome(before) in WITH_DEADLINE:
        return outcome in AFTER_MENDING and (mended or outcome is Outcome.HOLD)
    return False


@dataclass(frozen=True)
class Days:
    """The days whose hours a finding holds; no first day: from the beginning, no last day: until the next finding."""

    since: date | None = None
    until: date | None = None


def ends(outcome: Outcome, held: Days) -> bool:
    """Whether an inspection is over with this: a hold without a last day goes on until somebody has looked into it."""
    return outcome in ENDS or (outcome is Outcome.HOLD and held.until is not None)


def refuse_days(held: Days, today: date) -> tuple[str, str] | None:
    """Why hours cannot be held for these days, as (field, sentence); None when they can."""
    if held.since and held.until and held.until < held.since:
        return "held_until", "停算的最后一天要在第一天以后"
    if held.since and held.since > today:
        return "held_since", "停算最晚从今天开始"
    return None


def refuse_finding(words: str, outcome: Outcome, due_on: date | None, today: date) -> tuple[str, str] | None:
    """Why a finding cannot be kept, as (field, sentence); None when it can."""
    if len(words.strip()) < 4:
        return "words", "写一句查到了什么，机构看得到这句话"
    if len(words) > LONGEST_WORDS:
        return "words", f"写得太长了，最多 {LONGEST_WORDS} 个字"
    if outcome in WITH_DEADLINE and due_on is None:
        return "due_on", "写整改到哪一天为止"
    if due_on is not None and outcome in WITH_DEADLINE and due_on <= today:
        return "due_on", "整改期限要在今天以后"
    return None
