"""A question written in the fields of a page: what was typed becomes a question, a question becomes what is typed. No script."""

import re
from collections.abc import Iterable

from werkzeug.datastructures import MultiDict

from courses.course import Question, QuestionKind
from courses.quiz import building
from courses.quiz.building import Built, Frame

FEWEST_ROWS = {QuestionKind.FILL: 1, QuestionKind.SHORT: 3}
USUAL_ROWS = 4
MORE_ROWS = 2
MOST_WORDS = 10
_WAYS = re.compile(r"[|｜]")
Typed = MultiDict[str, str]


def kind_of(text: str | None) -> QuestionKind:
    """The kind that was asked for; single choice where none was."""
    return QuestionKind(text) if text in set(QuestionKind) else QuestionKind.SINGLE


def rows_of(kind: QuestionKind, typed: Typed) -> int:
    """How many rows the page shows: as many as are filled, a few more where somebody asked, never more than fit."""
    most = MOST_WORDS if kind in (QuestionKind.FILL, QuestionKind.SHORT) else building.MOST_ROWS
    usual = FEWEST_ROWS.get(kind, USUAL_ROWS)
    asked = typed.get("rows", "")
    rows = int(asked) if asked.isdecimal() and len(asked) < 3 else usual
    filled = max((n for n in range(1, most + 1) for name in ("a", "b") if typed.get(f"{name}-{n}")), default=0)
    return min(most, max(rows, usual, filled) + (MORE_ROWS if "more" in typed else 0))


def build(kind: QuestionKind, typed: Typed) -> Built:
    """The question that the fields say; or what is wrong with it and how to mend it."""
    points = (typed.get("points") or "1").strip()
    weight = int(points) if points.isdecimal() and len(points) < 4 else 0
    text, explanation = _text(typed.get("text")), _text(typed.get("explanation"))
    frame = Frame(text, explanation, weight, "partial" in typed)
    if kind is QuestionKind.JUDGE:
        if typed.get("right") not in ("yes", "no"):
            return frame.fault or ("没有选对还是错", "选上正确的那一个")
        return building.judge(frame, typed.get("right") == "yes")
    return _BUILDERS[kind](frame, kind, typed)


def typed_of(question: Question) -> Typed:
    """The fields that say a question: what build() reads back."""
    typed: Typed = MultiDict(
        {"text": question.text, "explanation": question.explanation, "points": str(question.points)}
    )
    if question.partial:
        typed["partial"] = "1"
    if question.by_hand:
        typed["marking"] = "teacher"
    if question.kind is QuestionKind.JUDGE:
        typed["right"] = "yes" if question.answer == (0,) else "no"
    if question.kind in (QuestionKind.SINGLE, QuestionKind.MULTIPLE):
        typed.setlist("right", [str(place + 1) for place in question.answer])
    for n, (left, right) in enumerate(_rows(question), 1):
        typed[f"a-{n}"] = left
        if right:
            typed[f"b-{n}"] = right
    return typed


def _rows(question: Question) -> Iterable[tuple[str, str]]:
    if question.kind is QuestionKind.MATCH:
        return building.pairs_of(question)
    if question.kind is QuestionKind.ORDER:
        return [(step, "") for step in building.in_right_order(question)]
    if question.kind in (QuestionKind.FILL, QuestionKind.SHORT):
        return [(" | ".join(words), "") for words in question.accepted]
    return [(option, "") for option in question.options] if question.kind is not QuestionKind.JUDGE else []


def _choice(frame: Frame, kind: QuestionKind, typed: Typed) -> Built:
    rows = [(str(n), _line(typed, "a", n)) for n in range(1, building.MOST_ROWS + 1)]
    filled = [(n, option) for n, option in rows if option]
    right = set(typed.getlist("right"))
    answer = [place for place, (n, _) in enumerate(filled) if n in right]
    if right - {n for n, _ in filled}:
        return frame.fault or ("选作答案的那一格是空的", "把选项写上，或者换一个答案")
    if not answer:
        return frame.fault or ("还没选哪个是答案", "在正确的选项前面点一下")
    return building.choice(frame, kind, [option for _, option in filled], answer)


def _fill(frame: Frame, _: QuestionKind, typed: Typed) -> Built:
    return building.fill(frame, _words(typed))


def _short(frame: Frame, _: QuestionKind, typed: Typed) -> Built:
    return building.short(frame, _words(typed), typed.get("marking") == "teacher")


def _match(frame: Frame, _: QuestionKind, typed: Typed) -> Built:
    rows = [(_line(typed, "a", n), _line(typed, "b", n)) for n in range(1, building.MOST_ROWS + 1)]
    return building.match(frame, [row for row in rows if any(row)])


def _order(frame: Frame, _: QuestionKind, typed: Typed) -> Built:
    steps = [_line(typed, "a", n) for n in range(1, building.MOST_ROWS + 1)]
    return building.order(frame, [step for step in steps if step])


def _words(typed: Typed) -> list[list[str]]:
    rows = [_line(typed, "a", n) for n in range(1, MOST_WORDS + 1)]
    return [_WAYS.split(row) for row in rows if row]


def _line(typed: Typed, name: str, n: int) -> str:
    return " ".join(_text(typed.get(f"{name}-{n}")).split())[: building.WORD_LENGTH * 2]


def _text(text: str | None) -> str:
    """Words without control characters, line ends as one kind."""
    plain = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in plain if letter.isprintable() or letter == "\n").strip()[: building.TEXT_LENGTH]


_BUILDERS = {
    QuestionKind.SINGLE: _choice,
    QuestionKind.MULTIPLE: _choice,
    QuestionKind.FILL: _fill,
    QuestionKind.MATCH: _match,
    QuestionKind.ORDER: _order,
    QuestionKind.SHORT: _short,
}
