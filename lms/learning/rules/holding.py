"""Holds and appeals: their states, words and limits. Pure."""

from enum import StrEnum

# the promise on the page (domain.md 3.3, ui/4-hours): who appeals hears within so many working days
APPEAL_WORKING_DAYS = 3
HOLD_WORKING_DAYS = 5
LONGEST_WORDS = 1000


class HoldState(StrEnum):
    """Where held time stands: nobody has looked yet, it counts after all, or it does not."""

    OPEN = "open"
    RELEASED = "released"
    UPHELD = "upheld"


# tone and words of the tag; the trainee's word and the reviewer's word are the same
HOLD_WORDS: dict[HoldState, tuple[str, str]] = {
    HoldState.OPEN: ("wait", "待确认"),
    HoldState.RELEASED: ("ok", "核实过，计入"),
    HoldState.UPHELD: ("bad", "核实过，没计入"),
}


class About(StrEnum):
    """What an appeal is about: held time, or time that did not count for a reason."""

    HOLD = "hold"
    REASON = "reason"


class Verdict(StrEnum):
    """What an appeal comes to."""

    GRANTED = "granted"
    DECLINED = "declined"


APPEAL_WORDS: dict[str | None, tuple[str, str]] = {
    None: ("wait", "老师在看"),
    Verdict.GRANTED: ("ok", "同意了"),
    Verdict.DECLINED: ("bad", "没同意"),
}


def refuse_words(words: str) -> str | None:
    """Why what somebody wrote cannot be taken; None when it can."""
    if not words.strip():
        return "写一两句那时的情况，看的人才明白"
    if len(words) > LONGEST_WORDS:
        return f"写得太长了，最多 {LONGEST_WORDS} 个字，挑要紧的说"
    return None


def refuse_reason(reason: str) -> str | None:
    """Why a decision's reason cannot be taken; it is read to the trainee."""
    if len(reason.strip()) < 4:
        return "写一句理由，学员看得到这句话"
    return "理由太长了，最多 500 个字" if len(reason) > 500 else None
