"""How an entry of a public catalogue comes and goes: a notice period before it enters, and before it leaves (L252).

Plain data in, plain data out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from lms.accounts.rules.organisations import INSTITUTION_KINDS
from lms.plans.rules import Threshold

KIND = "catalogue_change"
NOTICE_KEY = "catalogue_notice_working_days"


class Catalogue(StrEnum):
    """The two catalogues of L252."""

    INSTITUTION = "institution"
    ENTERPRISE = "enterprise"


class State(StrEnum):
    """How an entry stands."""

    OUT = "out"
    ENTERING = "entering"
    LISTED = "listed"
    LEAVING = "leaving"


class Step(StrEnum):
    """What an authority does with an entry."""

    PROPOSE_ENTRY = "propose_entry"
    ENTER = "enter"
    REFUSE = "refuse"
    CHANGE = "change"
    PROPOSE_EXIT = "propose_exit"
    LEAVE = "leave"
    KEEP = "keep"


TITLES = {Catalogue.INSTITUTION: "培训机构目录", Catalogue.ENTERPRISE: "企业目录"}
NATURES = {
    Catalogue.INSTITUTION: INSTITUTION_KINDS,
    Catalogue.ENTERPRISE: {"large": "大型企业", "medium": "中型企业", "small": "小型企业", "micro": "微型企业"},
}
STATE_WORDS = {
    State.OUT: "不在目录里",
    State.ENTERING: "拟列入公示中",
    State.LISTED: "在目录里",
    State.LEAVING: "拟退出公示中",
}
TONES = {State.OUT: "no", State.ENTERING: "wait", State.LISTED: "ok", State.LEAVING: "wait"}
STEP_WORDS = {
    Step.PROPOSE_ENTRY: "拟列入，开始公示",
    Step.ENTER: "列入目录",
    Step.REFUSE: "公示后没有列入",
    Step.CHANGE: "变更资料",
    Step.PROPOSE_EXIT: "拟退出，开始公示",
    Step.LEAVE: "退出目录",
    Step.KEEP: "公示后保留",
}
PUBLIC = (State.LISTED, State.LEAVING)
PROPOSALS = frozenset({Step.PROPOSE_ENTRY, Step.PROPOSE_EXIT})
AFTER_NOTICE = frozenset({Step.ENTER, Step.LEAVE})
_MOVES = {
    (State.OUT, Step.PROPOSE_ENTRY): State.ENTERING,
    (State.ENTERING, Step.ENTER): State.LISTED,
    (State.ENTERING, Step.REFUSE): State.OUT,
    (State.LISTED, Step.CHANGE): State.LISTED,
    (State.LISTED, Step.PROPOSE_EXIT): State.LEAVING,
    (State.LEAVING, Step.LEAVE): State.OUT,
    (State.LEAVING, Step.KEEP): State.LISTED,
}


@dataclass(frozen=True)
class Facts:
    """What a catalogue says of an organisation: its nature is a key of NATURES, plans are codes, projects free words."""

    name: str
    nature: str
    address: str
    plans: tuple[str, ...]
    projects: str

    def as_json(self) -> dict[str, Any]:
        """Plain data for a change and its leaf."""
        return {**vars(self), "plans": list(self.plans)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Facts":
        """The facts that as_json() wrote down."""
        return cls(**{**data, "plans": tuple(data["plans"])})


def after(state: State, step: Step) -> State | None:
    """The state that a step leads to; None where it cannot be taken."""
    return _MOVES.get((state, step))


def steps_from(state: State) -> tuple[Step, ...]:
    """What may be done with an entry."""
    return tuple(step for at, step in _MOVES if at is state)


def why_not(state: State, step: Step, notice_until: datetime | None, now: datetime, reason: str) -> str | None:
    """Why a step cannot be taken now, in a sentence; None where it can."""
    if after(state, step) is None:
        return f"现在是“{STATE_WORDS[state]}”，刷新看看最新的情况"
    if step in AFTER_NOTICE and (notice_until is None or now < notice_until):
        return "公示期还没有过，过了再办"
    if not reason.strip():
        return "写一句原因，会和这条变动一起公开"
    return None


def notice_days(rows: Iterable[Threshold], region_code: str, on: date) -> int | None:
    """How many working days a notice lasts in a region: the closest row in force; None where no rule is."""
    holding = [
        r for r in rows if r.key == NOTICE_KEY and region_code.startswith(r.jurisdiction) and r.effective_from <= on
    ]
    return max(holding, key=lambda r: (len(r.jurisdiction), r.effective_from)).value if holding else None
