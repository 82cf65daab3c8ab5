"""The kinds of condition that the plans' data are made of. Each answers for a person and a day."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from lms.plans.rules.facts import AttributeKey, PersonFacts, Standing
from lms.plans.rules.verdicts import Answer, Ground, best


class Condition(Protocol):
    """What every kind of condition can do."""

    def judge(self, facts: PersonFacts, on: date, least: Standing) -> Answer:
        """Whether it holds; a fact less firm than `least` needs proof."""
        ...


@dataclass(frozen=True)
class FactIs:
    """A fact has one of the values; by default, it is so ("yes"). A value "*" is any but "no"."""

    key: AttributeKey
    values: tuple[str, ...] = ("yes",)

    def judge(self, facts: PersonFacts, on: date, least: Standing) -> Answer:
        fact = facts.known(self.key, on)
        if fact is None:
            return Answer.NEEDS_PROOF
        if fact.value not in self.values and not (self.values == ("*",) and fact.value != "no"):
            return Answer.NO
        return Answer.YES if fact.standing.rank >= least.rank else Answer.NEEDS_PROOF


@dataclass(frozen=True)
class AnyOf:
    """One branch is enough."""

    branches: tuple[Condition, ...]

    def judge(self, facts: PersonFacts, on: date, least: Standing) -> Answer:
        return best(branch.judge(facts, on, least) for branch in self.branches)


@dataclass(frozen=True)
class Clause:
    """A condition as the document states it: where, in which words, and how it is tested."""

    source: str
    words: str
    condition: Condition

    def ground(self, facts: PersonFacts, on: date, least: Standing) -> Ground:
        """The answer of this clause for a person and a day."""
        answer = self.condition.judge(facts, on, least)
        return Ground(self.source, answer, f"{_SAY[answer]}：{self.words}")


_SAY = {Answer.YES: "符合", Answer.NEEDS_PROOF: "还要证明", Answer.NO: "不符合"}
