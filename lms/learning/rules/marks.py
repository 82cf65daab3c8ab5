"""Marks that a teacher gives: read from what was typed, and refused where one is missing or too high. Pure."""

import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from lms.questions.rules.marking import Marked

# within which a teacher marks a paper: the promise is the same as for an appeal
WORKING_DAYS = 3
COMMENT_LENGTH = 500


class BadMark(ValueError):
    """A mark that cannot be given, in a Chinese sentence; `number` is the question."""

    def __init__(self, number: int, sentence: str) -> None:
        super().__init__(sentence)
        self.number, self.sentence = number, sentence


def hundredths_of(number: int, text: str) -> int:
    """Hundredths of a point of what was typed (2, 1.5, full-width digits too); raises BadMark."""
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("分").strip()
    if not plain:
        raise BadMark(number, "写上给几分，没答对就写 0")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or value < 0 or value > 1000 or value * 100 != int(value * 100):
        raise BadMark(number, "分数写数字，最多两位小数，比如 2 或 1.5")
    return int(value * 100)


def refuse_marks(marked: Marked, marks: Mapping[int, int]) -> None:
    """Raise BadMark unless exactly the questions that wait are marked, each with no more than its points."""
    waiting = {one.number: one.points for one in marked.pending}
    for number, points in waiting.items():
        if number not in marks:
            raise BadMark(number, "写上给几分，没答对就写 0")
        if marks[number] > points * 100:
            raise BadMark(number, f"这一题满分 {points} 分，不能超过")
    for number in marks:
        if number not in waiting:
            raise BadMark(number, "这一题不用批")
