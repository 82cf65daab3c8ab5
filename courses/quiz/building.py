"""Questions put together from what an author wrote, in a row of a sheet or in the fields of a page: one set of rules.

Every builder gives the question, or what is wrong with it and how to mend it, as two Chinese sentences.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from courses.course import Question, QuestionKind

LETTERS = "ABCDEFGH"
MOST_ROWS = len(LETTERS)
MOST_BLANKS = 10
MOST_POINTS = 100
TEXT_LENGTH = 2000
WORD_LENGTH = 200
KEYWORD_LENGTH = 20
JUDGE_OPTIONS = ("对", "错")
# A gap in the text of a fill-in question: four low lines, or brackets with nothing between them.
GAP = re.compile(r"_{2,}|＿{2,}|[（(]\s*[）)]|【\s*】|\[\s*\]")

Fault = tuple[str, str]
Built = Question | Fault


@dataclass(frozen=True)
class Frame:
    """What every question has, whatever its kind."""

    text: str
    explanation: str = ""
    points: int = 1
    partial: bool = False

    def question(self, kind: QuestionKind, **parts: object) -> Question:
        """A question of this frame."""
        return Question(
            kind=kind,
            text=self.text,
            explanation=self.explanation,
            points=self.points,
            partial=self.partial,
            **parts,  # type: ignore[arg-type]
        )

    @property
    def fault(self) -> Fault | None:
        """What is wrong with what every question has."""
        if not self.text.strip():
            return "没有题目", "把题目写上，或者删掉这一题"
        if not 1 <= self.points <= MOST_POINTS:
            return f"分值“{self.points}”不能用", f"分值写 1 到 {MOST_POINTS} 的整数"
        return None


def choice(frame: Frame, kind: QuestionKind, options: Sequence[str], answer: Sequence[int]) -> Built:
    """Single or multiple choice; `answer` are places of options."""
    fault = frame.fault or _options_fault(options)
    if fault:
        return fault
    places = tuple(sorted(set(answer)))
    if not places:
        return "没有答案", "写上正确选项的字母，比如 A"
    if kind is QuestionKind.SINGLE and len(places) > 1:
        return "单选题有几个答案", "只留一个字母，或者把题型改成 多选"
    if kind is QuestionKind.MULTIPLE and len(places) < 2:
        return "多选题只有一个答案", "写全正确的字母，或者把题型改成 单选"
    return frame.question(kind, options=tuple(options), answer=places)


def judge(frame: Frame, right: bool) -> Built:
    """True or false."""
    answer = (0,) if right else (1,)
    return frame.fault or replace(
        frame.question(QuestionKind.JUDGE, options=JUDGE_OPTIONS, answer=answer), partial=False
    )


def fill(frame: Frame, accepted: Sequence[Sequence[str]]) -> Built:
    """Blanks; for each the words that are taken."""
    if frame.fault:
        return frame.fault
    words = tuple(tuple(dict.fromkeys(word.strip() for word in each if word.strip())) for each in accepted)
    gaps = len(GAP.findall(frame.text))
    if not words or not all(words):
        return "填空题没有答案", "写上要填的字；几种写法都行就用 | 隔开，比如 酒精|乙醇"
    if len(words) > MOST_BLANKS:
        return f"一道题有 {len(words)} 个空，太多了", f"一道题最多 {MOST_BLANKS} 个空，分成几道题"
    if gaps and gaps != len(words):
        return (
            f"题目里有 {gaps} 个空，答案写了 {len(words)} 个",
            "每个空写一个答案，用；隔开；同一个空的几种写法用 | 隔开",
        )
    if any(len(word) > WORD_LENGTH for each in words for word in each):
        return "有一个答案太长", f"每个空最多 {WORD_LENGTH} 个字，长的用简答题"
    return frame.question(QuestionKind.FILL, accepted=words)


def match(frame: Frame, pairs: Sequence[tuple[str, str]]) -> Built:
    """Pairs that belong together; the right sides are shown in an order that says nothing."""
    if frame.fault:
        return frame.fault
    lefts, rights = [left for left, _ in pairs], [right for _, right in pairs]
    if not all(lefts) or not all(rights):
        return "有一对只写了一边", "每一对两边都写上，比如 酒精=消毒"
    fault = _options_fault(lefts)
    if fault:
        return fault if "一样" not in fault[0] else ("有两对的左边一样", "改掉其中一个")
    targets = _mixed(dict.fromkeys(rights))
    if len(targets) < 2:
        return "右边都一样，没有什么可连的", "右边至少要有 2 种"
    answer = tuple(targets.index(right) for right in rights)
    return frame.question(QuestionKind.MATCH, options=tuple(lefts), targets=targets, answer=answer)


def order(frame: Frame, steps: Sequence[str]) -> Built:
    """Steps in their right order; they are shown in another."""
    fault = frame.fault or _options_fault(steps)
    if fault:
        return fault if "一样" not in fault[0] else ("有两步一样", "改掉其中一个")
    shown = _mixed(dict.fromkeys(steps))
    if shown == tuple(steps):
        shown = shown[1:] + shown[:1]
    return frame.question(QuestionKind.ORDER, options=shown, answer=tuple(shown.index(step) for step in steps))


def short(frame: Frame, keywords: Sequence[Sequence[str]], by_hand: bool) -> Built:
    """A short answer, marked by keywords or left to a teacher; a teacher sees the words as what is expected."""
    if frame.fault:
        return frame.fault
    words = tuple(tuple(word.strip() for word in each if word.strip()) for each in keywords)
    words = tuple(each for each in words if each)
    if by_hand:
        return frame.question(QuestionKind.SHORT, accepted=words, by_hand=True)
    if not words:
        return "简答题没有关键词", "写上答到就给分的词，几个要点用；隔开；要老师批就在“批改”里写 老师"
    longest = max((word for each in words for word in each), key=len)
    if len(longest) > KEYWORD_LENGTH:
        return (
            f"关键词“{longest[:12]}…”有 {len(longest)} 个字，学员很难写得一字不差",
            f"关键词最多 {KEYWORD_LENGTH} 个字，几个要点用；隔开；要老师批就在“批改”里写 老师",
        )
    return frame.question(QuestionKind.SHORT, accepted=words)


def in_right_order(question: Question) -> tuple[str, ...]:
    """The steps of an order question as they belong."""
    return tuple(question.options[place] for place in question.answer)


def pairs_of(question: Question) -> tuple[tuple[str, str], ...]:
    """The pairs of a match question."""
    return tuple(zip(question.options, (question.targets[place] for place in question.answer), strict=True))


def _options_fault(options: Sequence[str]) -> Fault | None:
    if "" in options:
        return "选项中间空了一格", "选项从 A 起一个挨一个写"
    if len(options) < 2:
        return "选项少于 2 个", "至少写选项 A 和选项 B"
    if len(options) > MOST_ROWS:
        return f"选项有 {len(options)} 个，太多了", f"最多 {MOST_ROWS} 个，从 A 到 {LETTERS[-1]}"
    if len({_plain(option) for option in options}) < len(options):
        return "有两个选项一样", "改掉其中一个"
    return None


def _mixed(words: dict[str, None]) -> tuple[str, ...]:
    """The words in an order of their own: the same words always in the same, and none that the author chose."""
    return tuple(sorted(words, key=lambda word: sha256(word.encode()).digest()))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
