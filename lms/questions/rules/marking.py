"""How answers are marked. Plain data in, plain data out; a question earns all its points or none unless it says otherwise.

What is given for a question is a list: places of options (choices, from 0), for a match the place of the partner of each
option (-1 where none was chosen), for an order the places of the options as they were put, for a blank or a short answer
the words as they were typed.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from courses.course import Question, QuestionKind, Quiz

Given = Sequence[int | str]
CHOICES = frozenset({QuestionKind.SINGLE, QuestionKind.MULTIPLE, QuestionKind.JUDGE})
PLACED = frozenset({QuestionKind.MATCH, QuestionKind.ORDER})
NOTHING = Fraction(0)
WHOLE = Fraction(1)
# What surrounds a word without changing it: blanks and the full stops that people type by habit.
_IGNORED = re.compile(r"[\s。．.，,、；;：:！!？?“”\"'‘’（）()《》]+")
_EDGES = re.compile(r"^[\s。，,、；;：:！!？?“”\"'‘’]+|[\s。．.，,、；;：:！!？?“”\"'‘’]+$")


@dataclass(frozen=True)
class MarkedQuestion:
    """One question after marking: the share of its points that it earned; `pending` waits for a teacher."""

    number: int
    right: bool
    chosen: tuple[int | str, ...]
    answer: tuple[int, ...]
    explanation: str
    share: Fraction = NOTHING
    points: int = 1
    pending: bool = False

    @property
    def part(self) -> bool:
        """Whether it earned something and not all."""
        return NOTHING < self.share < WHOLE

    @property
    def earned(self) -> str:
        """The points as people read them: 2, 1.5."""
        return f"{float(self.share * self.points):.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Marked:
    """The whole quiz after marking; `score` is in percent, rounded down, so that it never says more than was earned."""

    score: int
    passed: bool
    per_question: tuple[MarkedQuestion, ...]

    @property
    def wrong(self) -> tuple[MarkedQuestion, ...]:
        """The questions to look at again."""
        return tuple(question for question in self.per_question if not question.right and not question.pending)

    @property
    def pending(self) -> tuple[MarkedQuestion, ...]:
        """The questions that wait for a teacher."""
        return tuple(question for question in self.per_question if question.pending)


def mark(
    quiz: Quiz, answers: Mapping[int, Collection[int | str]], given: Mapping[int, Fraction] | None = None
) -> Marked:
    """Mark a quiz. `answers` maps the number of a question (from 1) to what was given; nothing given is wrong.

    `given` are the shares that a teacher gave by the number of the question; without one, what is left to a teacher is
    pending and earns nothing yet.
    """
    shares = given or {}
    marked = tuple(
        _mark(number, question, tuple(answers.get(number, ())), shares.get(number))
        for number, question in enumerate(quiz.questions, 1)
    )
    points = sum(question.points for question in marked)
    earned = sum((one.share * one.points for one in marked), NOTHING)
    score = int(earned * 100 // points) if points else 0
    return Marked(score, bool(points) and earned * 100 >= quiz.pass_percent * points, marked)


def _mark(number: int, question: Question, given: tuple[int | str, ...], by_teacher: Fraction | None) -> MarkedQuestion:
    kept = tuple(sorted(set(_places(given)))) if question.kind in CHOICES else given
    pending = question.by_hand and by_teacher is None and any(_typed(given))
    share = min(max(by_teacher, NOTHING), WHOLE) if by_teacher is not None else share_of(question, kept)
    told = (question.answer, question.explanation, share, question.points, pending)
    return MarkedQuestion(number, share == WHOLE, kept, *told)


def share_of(question: Question, given: Given) -> Fraction:
    """The share of a question's points that an answer earns, between 0 and 1; what a teacher marks earns 0 here."""
    if question.by_hand:
        return NOTHING
    share = _SHARES[question.kind](question, given)
    return share if question.partial or share == WHOLE else NOTHING


def _chosen(question: Question, given: Given) -> Fraction:
    """Some of the right options and no wrong one is a part; one wrong option takes everything."""
    right, chosen = set(question.answer), set(_places(given))
    if not right or not chosen <= right:
        return NOTHING
    return Fraction(len(chosen), len(right))


def _placed(question: Question, given: Given) -> Fraction:
    """How many stand where they belong."""
    places = _places(given)
    twice = question.kind is QuestionKind.ORDER and len(set(places)) < len(places)
    if not question.answer or len(places) != len(given) or len(places) > len(question.answer) or twice:
        return NOTHING
    return Fraction(
        sum(one == other for one, other in zip(places, question.answer, strict=False)), len(question.answer)
    )


def _filled(question: Question, given: Given) -> Fraction:
    """How many blanks hold one of the words that are taken there."""
    typed = _typed(given)
    if not question.accepted or len(typed) > len(question.accepted):
        return NOTHING
    hits = sum(is_taken(text, words) for text, words in zip(typed, question.accepted, strict=False))
    return Fraction(hits, len(question.accepted))


def _worded(question: Question, given: Given) -> Fraction:
    """How many points of a short answer are named by one of their words."""
    text = bare(" ".join(_typed(given)))
    if not question.accepted:
        return NOTHING
    hits = sum(any(bare(word) in text for word in words if bare(word)) for words in question.accepted)
    return Fraction(hits, len(question.accepted))


_SHARES = {
    QuestionKind.SINGLE: _chosen,
    QuestionKind.MULTIPLE: _chosen,
    QuestionKind.JUDGE: _chosen,
    QuestionKind.FILL: _filled,
    QuestionKind.MATCH: _placed,
    QuestionKind.ORDER: _placed,
    QuestionKind.SHORT: _worded,
}


def is_taken(text: str, words: Collection[str]) -> bool:
    """Whether what was typed is one of the words: full width or half, case, blanks and stray marks forgiven."""
    typed = folded(text)
    return bool(typed) and any(typed == folded(word) for word in words)


def folded(text: str) -> str:
    """A blank's words as they are compared: width and case folded, no blanks, no marks around them."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"\s+", "", _EDGES.sub("", plain)) or re.sub(r"\s+", "", plain)


def bare(text: str) -> str:
    """A short answer as it is searched: width and case folded, no blanks, no marks."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text).casefold())


def _places(given: Given) -> list[int]:
    return [one for one in given if isinstance(one, int)]


def _typed(given: Given) -> list[str]:
    return [one for one in given if isinstance(one, str)]
