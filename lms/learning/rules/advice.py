"""What somebody does next about their hours: one thing, the most urgent. Pure; milliseconds."""

from dataclasses import dataclass
from enum import StrEnum

from lms.learning.rules.words import place, span


class Way(StrEnum):
    """Where the one button goes."""

    ANSWER = "answer"
    AGAIN = "again"
    ON = "on"


@dataclass(frozen=True)
class Step:
    """A bold line, a sentence, and the button's words; no button where there is nothing to do today."""

    title: str
    words: str
    way: Way | None = None
    button: str = ""


@dataclass(frozen=True)
class Again:
    """What did not count and counts when it is watched again, from where in which lesson."""

    lesson: str
    lost_ms: int
    from_ms: int


def next_step(*, waiting_ms: int, until: str, full: bool, again: Again | None, lesson: str | None) -> Step:
    """The next step: answer what was missed (`until` says by when), rest on a full day, watch again, go on, or nothing.

    `lesson` is the title of the next one that is not done.
    """
    if waiting_ms:
        words = f"{span(waiting_ms)}先放着，待确认。{until}以前补答，就计入。点播放，题目会再出来一次。"
        return Step("先补答“还在学习吗？”", words, Way.ANSWER, "去补答")
    if full:
        return Step("今天计满了，歇一歇", "接着看可以，计入要等明天。")
    if again:
        words = f"“{again.lesson}”有 {span(again.lost_ms)}没计入，再看一遍就计入。"
        return Step("补看没计入的一段", words, Way.AGAIN, f"从 {place(again.from_ms)} 补看")
    if lesson:
        return Step(f"接着学“{lesson}”", "学的每一分钟都记在这里。", Way.ON, "接着学")
    return Step("课都学完了", "想复习随时可以看，重看不再计学时。")
