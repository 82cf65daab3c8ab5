"""What two people may add to a ledger row or take from it, and to its day. Pure; milliseconds."""

from collections.abc import Sequence

from lms.learning.rules.words import span

EARNED_SINCE = "这一段后来补看过，已经计入，不能再加一次"


def refuse_delta(delta_ms: int, excluded_ms: int, credited_ms: int, curable_ms: int) -> str | None:
    """Why a correction cannot be of this size; None when it can.

    `excluded_ms` and `credited_ms` are what the row (with its corrections) did not and did count; `curable_ms` is what of
    the content was missed and has not been earned since: nothing is ever earned twice.
    """
    if delta_ms == 0:
        return "写要加或要减多少时间"
    if delta_ms < 0:
        return None if -delta_ms <= credited_ms else "减的比这一段计入的还多"
    if delta_ms > excluded_ms:
        return "加的比这一段没计入的还多"
    return None if delta_ms <= curable_ms else EARNED_SINCE


def shared_out(delta_ms: int, open_ms: Sequence[int]) -> list[int]:
    """Share time out over rows, each taking what it did not count until nothing is left; empty where it does not fit.

    `open_ms` is what each row (with its corrections) did not count.
    """
    left, shares = delta_ms, []
    for room in open_ms:
        shares.append(min(left, max(0, room)))
        left -= shares[-1]
    return shares if delta_ms > 0 and left == 0 else []


def refuse_total(delta_ms: int) -> str:
    """Why time does not fit into the rows of an appeal."""
    return "写要加多少时间，至少 1 秒" if delta_ms <= 0 else "加的比这些记录没计入的还多"


def refuse_day(delta_ms: int, day_ms: int, cap_ms: int) -> str | None:
    """Why a day cannot take so much more; None when it can. `day_ms` is what counts of the day, `cap_ms` its limit.

    The limit holds for a correction as for a beat (hours.md rule 6): what is over it is for another day.
    """
    left = max(0, cap_ms - day_ms)
    if delta_ms <= left:
        return None
    if left < 1000:
        return "那一天已经计满，不能再加。学员换一天补看，就能计入"
    return f"那一天最多还能加 {span(left)}，再多就超过一天的上限了"
