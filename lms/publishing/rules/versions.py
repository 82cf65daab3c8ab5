"""The life of a package version, and what its report says. Plain data in, plain data out."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from courses.course import Finding, Level

QUIZ_SECONDS = 0  # a quiz never earns hours (hours.md 2.7)


class State(StrEnum):
    """Where a version stands; an approved one never changes again."""

    CHECKING = "checking"
    REFUSED = "refused"
    CHECKED = "checked"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"


NEXT: dict[State, frozenset[State]] = {
    State.CHECKING: frozenset({State.REFUSED, State.CHECKED}),
    State.CHECKED: frozenset({State.SUBMITTED}),
    State.RETURNED: frozenset({State.SUBMITTED}),
    State.SUBMITTED: frozenset({State.APPROVED, State.RETURNED}),
    State.REFUSED: frozenset(),
    State.APPROVED: frozenset(),
}

# tone and words of the state tag; the same word for the same state everywhere
WORDS: dict[State, tuple[str, str]] = {
    State.CHECKING: ("wait", "正在检查"),
    State.REFUSED: ("bad", "要改"),
    State.CHECKED: ("go", "可以送审"),
    State.SUBMITTED: ("wait", "等审核"),
    State.RETURNED: ("bad", "退回修改"),
    State.APPROVED: ("ok", "已上架"),
}

STEPS = ("上传", "检查", "送审", "上架")
_STEP_NOW = {
    State.CHECKING: 2,
    State.REFUSED: 1,
    State.CHECKED: 3,
    State.SUBMITTED: 4,
    State.RETURNED: 3,
    State.APPROVED: 5,
}


def may_become(state: State, new: State) -> bool:
    """Whether a version in one state may be put into another."""
    return new in NEXT[state]


def step_now(state: State) -> int:
    """Which of STEPS the clerk stands at, from 1; 5 when all are done."""
    return _STEP_NOW[state]


# Lessons that have no timeline of their own: how long they take is for the reviewer to say (hours.md §2 rule 4).
UNTIMED = frozenset({"document", "sco", "au", "activity"})
MOST_UNTIMED_SECONDS = 12 * 3600
SECONDS_A_PLACE = 60


@dataclass(frozen=True)
class Measure:
    """A lesson's times: probed by us in milliseconds, declared by the institution, told by the package, in seconds.

    `places` is how many pages or slides it is known to have.
    """

    kind: str
    duration_ms: int
    declared_seconds: int
    places: int = 0
    typical_seconds: int = 0

    @property
    def untimed(self) -> bool:
        """Whether it has no timeline."""
        return self.kind in UNTIMED

    @property
    def most_seconds(self) -> int:
        """The longest study time that may be approved."""
        if self.untimed:
            return MOST_UNTIMED_SECONDS
        return self.duration_ms // 1000 if self.kind == "video" else QUIZ_SECONDS

    @property
    def proposed_seconds(self) -> int:
        """What the review form begins with: what was declared or told, and never more than there is."""
        return min(
            self._begun_with[0] if self.untimed else self.declared_seconds or self.most_seconds, self.most_seconds
        )

    @property
    def proposed_because(self) -> str:
        """Why the form begins with that, in words."""
        return self._begun_with[1] if self.untimed else f"视频实测 {spoken(self.most_seconds)}"

    @property
    def _begun_with(self) -> tuple[int, str]:
        if self.places:
            return self.places * SECONDS_A_PLACE, f"共 {self.places} 页，先按每页 1 分钟算"
        if self.typical_seconds:
            return self.typical_seconds, f"课程包里写着大约要学 {spoken(self.typical_seconds)}"
        if self.declared_seconds:
            return self.declared_seconds, f"机构申报 {spoken(self.declared_seconds)}"
        return 0, "平台看不出要学多久，先当学员看一遍再定"


def refuse_seconds(measure: Measure, seconds: int) -> str | None:
    """Why this study time cannot be approved; None when it can."""
    if measure.untimed:
        return None if 0 <= seconds <= MOST_UNTIMED_SECONDS else f"一课最多批 {spoken(MOST_UNTIMED_SECONDS)}"
    if measure.kind != "video":
        return None if seconds == QUIZ_SECONDS else "小测验不算学时"
    if seconds <= 0:
        return "学习时间要大于 0"
    if seconds > measure.most_seconds:
        return f"视频实际 {spoken(measure.most_seconds)}，学习时间最多批 {spoken(measure.most_seconds)}"
    return None


def refuse_reviewer(uploaded_by: object, reviewer: object) -> str | None:
    """Why this person may not decide; None when they may. Two people are needed, always."""
    if uploaded_by == reviewer:
        return "这一课是你自己上传的，不能由你审，要等另一位工作人员"
    return None


def declared_too_long(declared_seconds: int, duration_ms: int) -> Finding | None:
    """A warning where an institution declares more than there is."""
    if declared_seconds * 1000 <= duration_ms:
        return None
    real = spoken(duration_ms // 1000)
    what = f"申报 {spoken(declared_seconds)}，视频实际 {real}，学时最多按 {real}算"
    return Finding(Level.WARNING, "学习时间", what, "不用改，审核时按实际时间批")


@dataclass(frozen=True)
class Summary:
    """A report in a sentence: tone, title, and what to do next."""

    tone: str
    title: str
    next: str


def summary(findings: Iterable[Finding]) -> Summary:
    """The verdict that stands above the findings."""
    levels = [finding.level for finding in findings]
    refusals, warnings = levels.count(Level.REFUSAL), levels.count(Level.WARNING)
    if refusals:
        return Summary("bad", f"有 {refusals} 处要改", "改好以后重新上传，会成为新的一版。学员看不到这一版")
    if warnings:
        return Summary("wait", f"可以送审，有 {warnings} 处请你看一眼", "看过没问题，就可以送审")
    return Summary("ok", "检查通过，可以送审", "审核的人会看视频、字幕和小测验，再批学习时间")


def spoken(seconds: int) -> str:
    """A length as one says it: 12 分 18 秒, 45 分钟, 1 小时 09 分."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{hours} 小时 {minutes:02} 分" + (f" {left:02} 秒" if left else "")
    if minutes:
        return f"{minutes} 分 {left:02} 秒" if left else f"{minutes} 分钟"
    return f"{left} 秒"
