"""What one row of a quiz sheet says: a question, or what is wrong with it and how to mend it."""

import re
import unicodedata
from collections.abc import Iterable

from courses.course import Question, QuestionKind
from courses.quiz import building
from courses.quiz.building import LETTERS, Built, Frame

KINDS = {
    QuestionKind.SINGLE: "单选",
    QuestionKind.MULTIPLE: "多选",
    QuestionKind.JUDGE: "判断",
    QuestionKind.FILL: "填空",
    QuestionKind.MATCH: "匹配",
    QuestionKind.ORDER: "排序",
    QuestionKind.SHORT: "简答",
}
_NAMES = {
    QuestionKind.SINGLE: ("单选", "单项选择"),
    QuestionKind.MULTIPLE: ("多选", "多项选择", "不定项选择"),
    QuestionKind.JUDGE: ("判断", "是非"),
    QuestionKind.FILL: ("填空",),
    QuestionKind.MATCH: ("匹配", "连线", "配对"),
    QuestionKind.ORDER: ("排序",),
    QuestionKind.SHORT: ("简答", "问答"),
}
_KIND_OF = {name + ending: kind for kind, names in _NAMES.items() for name in names for ending in ("", "题")}
_RIGHT = {"对", "正确", "√", "✓", "✔", "T", "TRUE", "是", "Y"}
_WRONG = {"错", "错误", "×", "✗", "✘", "F", "FALSE", "否", "X", "N", "不对"}
_YES, _NO = {*_RIGHT, "给", "1"}, {*_WRONG, "不给", "0", ""}
_TEACHER, _WORDS = {"老师", "人工", "教师", "老师批", "人工批改"}, {"关键词", "自动", "机器", ""}
_BLANKS, _WAYS, _PAIR = re.compile(r"[;；]"), re.compile(r"[|｜]"), re.compile(r"\s*(?:[=＝]|→|->)\s*")


def question_of(cells: dict[str, str]) -> Built:
    """A question; or what is wrong with the row and how to mend it."""
    options = _options(cells)
    kind = _kind(cells, options)
    if not cells["text"]:
        return "没有题目", "把题目写上，或者删掉这一行"
    if kind is None:
        return f"题型“{cells.get('kind', '')[:20]}”不认识", f"题型写 {'、'.join(KINDS.values())}"
    frame = _frame(cells)
    if not isinstance(frame, Frame):
        return frame
    if kind in _TOLD_BY_CELLS:
        return _TOLD_BY_CELLS[kind](frame, cells)
    if options is None:
        return "选项中间空了一格", "选项从 A 起一个挨一个写"
    return _of_options(frame, kind, options, cells)


def _of_options(frame: Frame, kind: QuestionKind, options: tuple[str, ...], cells: dict[str, str]) -> Built:
    if kind is QuestionKind.MATCH:
        return _match(frame, options)
    return _order(frame, options, cells) if kind is QuestionKind.ORDER else _choice(frame, kind, options, cells)


def narrow(text: str) -> str:
    """A cell as headers are compared: full-width letters narrowed, no blanks, in capitals."""
    return unicodedata.normalize("NFKC", text).replace(" ", "").replace("\n", "").upper()


def counts(questions: Iterable[Question]) -> str:
    """单选 3、判断 2: what a sheet holds, in words."""
    kinds = [question.kind for question in questions]
    return "、".join(f"{word} {kinds.count(kind)}" for kind, word in KINDS.items() if kind in kinds)


def cells_of(question: Question) -> dict[str, str]:
    """The row that says a question: what question_of reads back."""
    told = {"kind": KINDS[question.kind], "text": question.text, "explanation": question.explanation}
    told |= {"answer": "", "points": str(question.points), "partial": "是" if question.partial else ""}
    told |= {"marking": "老师" if question.by_hand else ""}
    written: tuple[str, ...] = ()
    if question.kind is QuestionKind.MATCH:
        written = tuple(f"{left}={right}" for left, right in building.pairs_of(question))
    elif question.kind is QuestionKind.ORDER:
        written = building.in_right_order(question)
    elif question.kind in (QuestionKind.FILL, QuestionKind.SHORT):
        told["answer"] = "；".join("|".join(words) for words in question.accepted)
    elif question.kind is QuestionKind.JUDGE:
        told["answer"] = building.JUDGE_OPTIONS[question.answer[0]]
    else:
        written = question.options
        told["answer"] = "".join(LETTERS[place] for place in question.answer)
    return told | dict(zip(LETTERS, written, strict=False))


def _frame(cells: dict[str, str]) -> Frame | tuple[str, str]:
    points, partial = narrow(cells.get("points", "")) or "1", narrow(cells.get("partial", ""))
    if not (points.isdecimal() and len(points) < 4 and 1 <= int(points) <= building.MOST_POINTS):
        return f"分值“{cells['points'][:20]}”不能用", f"分值写 1 到 {building.MOST_POINTS} 的整数，不写就是 1"
    if partial not in _YES | _NO:
        return f"“部分给分”写的是“{cells['partial'][:20]}”", "写 是 或 否，不写就是 否"
    return Frame(cells["text"], cells.get("explanation", ""), int(points), partial in _YES)


def _choice(frame: Frame, kind: QuestionKind, options: tuple[str, ...], cells: dict[str, str]) -> Built:
    letters = _letters(cells["answer"])
    if len(options) < 2:
        return "选项少于 2 个", "至少写选项 A 和选项 B"
    if not letters:
        return "没有答案", "写上正确选项的字母，比如 A"
    if not set(letters) <= set(LETTERS[: len(options)]):
        return f"答案“{cells['answer'][:20]}”不在选项里", f"答案写字母 A 到 {LETTERS[len(options) - 1]}"
    return building.choice(frame, kind, options, [LETTERS.index(letter) for letter in letters])


def _judge(frame: Frame, cells: dict[str, str]) -> Built:
    word = narrow(cells["answer"])
    choices = {"A": 0, "B": 1} if narrow(cells.get("A", "")) in _RIGHT and narrow(cells.get("B", "")) in _WRONG else {}
    place = 0 if word in _RIGHT else 1 if word in _WRONG else choices.get(word)
    if place is None:
        return f"判断题的答案“{cells['answer'][:20]}”不认识", "答案写 对 或 错"
    return building.judge(frame, place == 0)


def _fill(frame: Frame, cells: dict[str, str]) -> Built:
    return building.fill(frame, _words(cells["answer"]))


def _match(frame: Frame, options: tuple[str, ...]) -> Built:
    pairs = [_PAIR.split(option, maxsplit=1) for option in options]
    whole = [(pair[0].strip(), pair[1].strip()) for pair in pairs if len(pair) == 2]
    if len(whole) < len(pairs):
        lone = next(option for option, pair in zip(options, pairs, strict=True) if len(pair) != 2)
        return f"选项“{lone[:20]}”里没有等号", "每个选项写一对，中间用等号，比如 酒精=消毒"
    return building.match(frame, whole)


def _order(frame: Frame, options: tuple[str, ...], cells: dict[str, str]) -> Built:
    """The steps as they stand; or in the order of the letters in the answer, where some are written."""
    letters = _letters(cells["answer"])
    if not letters:
        return building.order(frame, options)
    if sorted(letters) != list(LETTERS[: len(options)]):
        return (
            f"排序题的答案“{cells['answer'][:20]}”和选项对不上",
            "每个选项的字母写一次，比如 BAC；选项本来就按对的顺序写，答案可以空着",
        )
    return building.order(frame, [options[LETTERS.index(letter)] for letter in letters])


def _short(frame: Frame, cells: dict[str, str]) -> Built:
    marking = narrow(cells.get("marking", ""))
    if marking not in _TEACHER | _WORDS:
        return f"“批改”写的是“{cells['marking'][:20]}”", "写 老师 或 关键词"
    by_hand = marking in _TEACHER or (not marking and not cells["answer"])
    return building.short(frame, _words(cells["answer"]), by_hand)


def _kind(cells: dict[str, str], options: tuple[str, ...] | None) -> QuestionKind | None:
    """The kind that was written; where none was, what the answer shows."""
    written = narrow(cells.get("kind", ""))
    if written:
        return _KIND_OF.get(written)
    answer = narrow(cells["answer"])
    if not options and answer in _RIGHT | _WRONG:
        return QuestionKind.JUDGE
    return QuestionKind.MULTIPLE if len(re.sub(r"[^A-H]", "", answer)) > 1 else QuestionKind.SINGLE


def _options(cells: dict[str, str]) -> tuple[str, ...] | None:
    """Options from A on; None when one in between is empty."""
    written = [cells.get(letter, "") for letter in LETTERS]
    while written and not written[-1]:
        written.pop()
    return None if "" in written else tuple(written)


def _letters(text: str) -> str:
    return re.sub(r"[,、;/和及.。>→-]", "", narrow(text))


def _words(text: str) -> list[list[str]]:
    """What is written for each blank or point, and the ways to write it."""
    return [_WAYS.split(part) for part in _BLANKS.split(text) if part.strip()] if text else []


_TOLD_BY_CELLS = {QuestionKind.JUDGE: _judge, QuestionKind.FILL: _fill, QuestionKind.SHORT: _short}
