"""Question banks: versions that are written, finished and retired, and when two questions are the same. Plain data in, plain data out."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from courses.course import Question, QuestionKind

MOST_QUESTIONS = 5000


class State(StrEnum):
    """Where a version of a bank stands; finished, its questions never change again."""

    DRAFT = "draft"
    FINAL = "final"
    RETIRED = "retired"


# tone and words of the state tag
WORDS: dict[State, tuple[str, str]] = {
    State.DRAFT: ("go", "正在编写"),
    State.FINAL: ("ok", "已定稿"),
    State.RETIRED: ("no", "已停用"),
}
KINDS: dict[QuestionKind, str] = {
    QuestionKind.SINGLE: "单选",
    QuestionKind.MULTIPLE: "多选",
    QuestionKind.JUDGE: "判断",
    QuestionKind.FILL: "填空",
    QuestionKind.MATCH: "匹配",
    QuestionKind.ORDER: "排序",
    QuestionKind.SHORT: "简答",
}


@dataclass(frozen=True)
class Tagged:
    """A question and the number of the syllabus item that it asks about; empty where none was written."""

    item: str
    question: Question


@dataclass(frozen=True)
class Merged:
    """What a sheet adds to a version: new questions, and how many were there already."""

    new: tuple[Tagged, ...]
    twice: int


def fingerprint(question: Question) -> str:
    """SHA-256 in hex of what is asked: the same words and answers in any order, width or spacing are the same question."""
    told = "\n".join([question.kind, _bare(question.text), *_asked(question)])
    return sha256(told.encode()).hexdigest()


def _asked(question: Question) -> list[str]:
    """What is asked beside the text, in an order that does not depend on how it is shown or written down."""
    if question.kind is QuestionKind.ORDER:
        return [_bare(question.options[place]) for place in question.answer]
    if question.kind is QuestionKind.MATCH:
        pairs = zip(question.options, question.answer, strict=True)
        return sorted(f"{_bare(left)}\t{_bare(question.targets[place])}" for left, place in pairs)
    if question.accepted or question.by_hand:
        words = ["\t".join(sorted(map(_bare, each))) for each in question.accepted]
        return [*(words if question.kind is QuestionKind.FILL else sorted(words)), *(["by hand"] * question.by_hand)]
    # judge questions carry 对 and 错 like any others
    options = sorted((_bare(option), place in question.answer) for place, option in enumerate(question.options))
    return [f"{text}\t{right}" for text, right in options]


def _bare(text: str) -> str:
    return re.sub(r"[\s。.?？!！]+", "", unicodedata.normalize("NFKC", text)).casefold()


def merge(known: Iterable[str], found: Sequence[Tagged]) -> Merged:
    """The questions of a sheet that are not there yet, each once; `known` are fingerprints."""
    seen, new = set(known), []
    for tagged in found:
        mark = fingerprint(tagged.question)
        if mark not in seen:
            seen.add(mark)
            new.append(tagged)
    return Merged(tuple(new), len(found) - len(new))


def content_hash(fingerprints: Iterable[str]) -> str:
    """One hash over all questions of a version, whatever their order."""
    return sha256("\n".join(sorted(fingerprints)).encode()).hexdigest()


def counts(kinds: Iterable[str]) -> str:
    """单选 3、判断 2: what a bank holds, in words."""
    found = Counter(kinds)
    return "、".join(f"{word} {found[kind]}" for kind, word in KINDS.items() if found[kind])


def refuse_change(state: State) -> str | None:
    """Why questions cannot be added or taken away."""
    return None if state is State.DRAFT else "这一版已经定稿，题目不再变。要改就写新的一版"


def refuse_finish(state: State, questions: int) -> str | None:
    """Why a version cannot be finished."""
    if state is not State.DRAFT:
        return "这一版已经定稿了"
    return None if questions else "一道题也没有，先导入题目再定稿"


def refuse_retirement(state: State) -> str | None:
    """Why a version cannot be retired."""
    return None if state is State.FINAL else "定了稿的题库才能停用"
