"""The life of a class: written, filed, opened or returned, closed; and what must hold at each step."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

LONGEST_DAYS = 731


class State(StrEnum):
    """Where a class stands."""

    DRAFT = "draft"
    FILED = "filed"
    RETURNED = "returned"
    OPEN = "open"
    CLOSED = "closed"


class Step(StrEnum):
    """What can be done to a class."""

    FILE = "file"
    OPEN = "open"
    RETURN = "return"
    CLOSE = "close"


WORDS = {
    State.DRAFT: "还没提交",
    State.FILED: "等审核",
    State.RETURNED: "退回来了",
    State.OPEN: "已开班",
    State.CLOSED: "已结班",
}
TONES = {State.DRAFT: "no", State.FILED: "wait", State.RETURNED: "bad", State.OPEN: "ok", State.CLOSED: "no"}
EDITABLE = frozenset({State.DRAFT, State.RETURNED})
TAKES_PEOPLE = frozenset({State.DRAFT, State.FILED, State.RETURNED, State.OPEN})
_NEXT = {
    (State.DRAFT, Step.FILE): State.FILED,
    (State.RETURNED, Step.FILE): State.FILED,
    (State.FILED, Step.OPEN): State.OPEN,
    (State.FILED, Step.RETURN): State.RETURNED,
    (State.OPEN, Step.CLOSE): State.CLOSED,
}
_TOO_LATE = {
    State.DRAFT: "这个班还没提交备案，先提交再办这一步",
    State.FILED: "这个班已经交上去了，等审核的结果",
    State.RETURNED: "这个班退回去修改了，等它再交上来",
    State.OPEN: "这个班已经开了，这一步不用再办",
    State.CLOSED: "这个班已经结班，不能再改",
}


def after(state: State, step: Step) -> State | None:
    """The state that a step leads to; None where it cannot be taken."""
    return _NEXT.get((state, step))


def too_late(state: State) -> str:
    """Why a step cannot be taken in this state, for who tries."""
    return _TOO_LATE[state]


@dataclass(frozen=True)
class Terms:
    """What a class is filed with; hours are class hours of 45 minutes, dates are days in Guangdong."""

    code: str
    title: str
    version_id: UUID
    starts_on: date
    ends_on: date
    planned_class_hours: int
    teacher: str
    place: str


def most_class_hours(approved_seconds: int, class_hour_seconds: int) -> int:
    """The whole class hours that the approved study time of a package allows."""
    return approved_seconds // class_hour_seconds


def faults_of(terms: Terms, *, approved_seconds: int, class_hour_seconds: int, today: date) -> dict[str, str]:
    """What cannot be filed as it is: field -> sentence."""
    most = most_class_hours(approved_seconds, class_hour_seconds)
    faults = {}
    if terms.starts_on < today:
        faults["starts_on"] = "开班日期已经过了，改成今天或者以后"
    if terms.ends_on < terms.starts_on:
        faults["ends_on"] = "结班日期在开班日期前面，两个日期对调看看"
    elif (terms.ends_on - terms.starts_on).days > LONGEST_DAYS:
        faults["ends_on"] = "开班到结班超过 2 年，看看年份有没有填错"
    if terms.planned_class_hours > most:
        faults["planned_class_hours"] = f"这个课程包批准的学习时间一共 {most} 学时，计划学时最多填 {most}"
    return faults


def why_not_decide(
    decider: UUID | None, organisations: Collection[UUID], *, filed_by: UUID | None, tenant_id: UUID
) -> str | None:
    """Why somebody may not decide on a filing: it is their own, or their own institution's; None when they may."""
    if decider is not None and decider == filed_by:
        return "这份开班申请是你提交的，不能由你审，要等第二个人"
    if tenant_id in organisations:
        return "这份开班申请是你单位提交的，不能由你审，要等主管部门的人"
    return None


def is_open(state: State, starts_on: date, ends_on: date, on: date) -> bool:
    """Whether people learn in the class on a day."""
    return state == State.OPEN and starts_on <= on <= ends_on
