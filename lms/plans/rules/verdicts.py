"""The answers of the rules: yes, no, or needs proof, each with its clause and its reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """What a rule says; a missing fact is NEEDS_PROOF, never NO."""

    YES = "yes"
    NEEDS_PROOF = "needs_proof"
    NO = "no"

    @property
    def rank(self) -> int:
        """Higher is better."""
        return _RANKS[self]


_RANKS = {Answer.NO: 0, Answer.NEEDS_PROOF: 1, Answer.YES: 2}


def worst(answers: Iterable[Answer]) -> Answer:
    """All must hold."""
    return min(answers, key=lambda answer: answer.rank, default=Answer.YES)


def best(answers: Iterable[Answer]) -> Answer:
    """One is enough."""
    return max(answers, key=lambda answer: answer.rank, default=Answer.NO)


@dataclass(frozen=True)
class Ground:
    """One reason: the clause it rests on (a line of the seed or a document's number) and plain words."""

    clause: str
    answer: Answer
    words: str

    @property
    def where(self) -> str:
        """As a page says it: 第 424 行, or the document's number."""
        return f"第 {self.clause[1:]} 行" if self.clause[1:].isdigit() else self.clause


@dataclass(frozen=True)
class Verdict:
    """The answer with all its grounds, in the order of the conditions."""

    answer: Answer
    grounds: tuple[Ground, ...]

    @classmethod
    def of(cls, grounds: Iterable[Ground]) -> "Verdict":
        """As bad as its worst ground."""
        known = tuple(grounds)
        return cls(worst(ground.answer for ground in known), known)
