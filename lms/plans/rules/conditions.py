"""The kinds of condition that the plans' data are made of. Each answers for a person and a day.

What is not known needs proof; only a known fact can say no.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from lms.plans.rules import age
from lms.plans.rules.calendar import months_later
from lms.plans.rules.facts import AttributeKey, Education, Fact, PersonFacts, Standing
from lms.plans.rules.verdicts import Answer, Ground, best, worst


@dataclass(frozen=True)
class Asked:
    """About whom, for which day, and how firm a fact must be."""

    facts: PersonFacts
    on: date
    least: Standing

    def known(self, key: AttributeKey) -> Fact | None:
        """The fact that holds on the day."""
        return self.facts.known(key, self.on)

    def firm(self, fact: Fact, enough: Standing = Standing.PROVED) -> Answer:
        """Yes, or needs proof where the fact is less firm than asked; beyond `enough` nothing more is asked."""
        needed = min(self.least.rank, enough.rank)
        return Answer.YES if fact.standing.rank >= needed else Answer.NEEDS_PROOF


class Condition(Protocol):
    """What every kind of condition can do."""

    def judge(self, asked: Asked) -> Answer:
        """Whether it holds."""
        ...


@dataclass(frozen=True)
class FactIs:
    """A fact has one of the values ("*": any but "no"). `enough` is the standing beyond which nothing more is asked."""

    key: AttributeKey
    values: tuple[str, ...] = ("yes",)
    enough: Standing = Standing.PROVED

    def judge(self, asked: Asked) -> Answer:
        fact = asked.known(self.key)
        if fact is None:
            return Answer.NEEDS_PROOF
        if not _among(fact, self.values):
            return Answer.NO
        return asked.firm(fact, self.enough)


@dataclass(frozen=True)
class FactIsNot:
    """A fact has none of the values; the person's own word is enough (the rules ask for a signed statement)."""

    key: AttributeKey
    values: tuple[str, ...] = ("yes",)

    def judge(self, asked: Asked) -> Answer:
        fact = asked.known(self.key)
        if fact is None:
            return Answer.NEEDS_PROOF
        return Answer.NO if _among(fact, self.values) else Answer.YES


@dataclass(frozen=True)
class Unless:
    """Nothing is asked; but where the fact is known to be so, the answer is no."""

    key: AttributeKey

    def judge(self, asked: Asked) -> Answer:
        fact = asked.known(self.key)
        return Answer.NO if fact and fact.value == "yes" else Answer.YES


@dataclass(frozen=True)
class EducationAtLeast:
    """文化程度."""

    level: Education

    def judge(self, asked: Asked) -> Answer:
        if asked.facts.education is None:
            return Answer.NEEDS_PROOF
        return Answer.YES if asked.facts.education >= self.level else Answer.NO


@dataclass(frozen=True)
class SexIs:
    """Programmes that the seed names for women."""

    sex: str

    def judge(self, asked: Asked) -> Answer:
        if asked.facts.sex is None:
            return Answer.NEEDS_PROOF
        return Answer.YES if asked.facts.sex == self.sex else Answer.NO


@dataclass(frozen=True)
class OfWorkingAge:
    """法定劳动年龄, by the law of the day."""

    def judge(self, asked: Asked) -> Answer:
        post = asked.known(AttributeKey.MANAGEMENT_POST)
        managing = None if post is None else post.value == "yes"
        return age.of_working_age(asked.facts.born, asked.facts.sex, managing, asked.on)


@dataclass(frozen=True)
class AgeWithin:
    """Ages that one rule states."""

    bounds: age.Bounds

    def judge(self, asked: Asked) -> Answer:
        return self.bounds.answer(asked.facts.born, asked.facts.sex, asked.on)


@dataclass(frozen=True)
class RegionIs:
    """A code of 户籍地 (hukou), 参保地 (insured) or 就业地 (work) lies in the region, or outside it."""

    which: str
    region: str
    inside: bool = True

    def judge(self, asked: Asked) -> Answer:
        code: str | None = getattr(asked.facts, f"{self.which}_region")
        if code is None:
            return Answer.NEEDS_PROOF
        return Answer.YES if code.startswith(self.region) == self.inside else Answer.NO


@dataclass(frozen=True)
class ContractAtLeast:
    """A labour contract of so many months that still runs, or one without an end."""

    months: int

    def judge(self, asked: Asked) -> Answer:
        start = asked.known(AttributeKey.CONTRACT_START)
        end = asked.known(AttributeKey.CONTRACT_END)
        open_ended = asked.known(AttributeKey.CONTRACT_OPEN_ENDED)
        if open_ended and open_ended.value == "yes":
            return asked.firm(open_ended)
        if end and date.fromisoformat(end.value) < asked.on:
            return Answer.NO
        if start is None or end is None:
            return Answer.NEEDS_PROOF
        # A contract from 1 March to the last day of February is one of a year, though a day short of the date.
        enough = months_later(date.fromisoformat(start.value), self.months).toordinal() - 1
        long = date.fromisoformat(end.value).toordinal() >= enough
        return worst((asked.firm(start), asked.firm(end))) if long else Answer.NO


@dataclass(frozen=True)
class SettledThisYear:
    """当年度接收安置."""

    def judge(self, asked: Asked) -> Answer:
        year = asked.known(AttributeKey.SETTLEMENT_YEAR)
        if year is None:
            return Answer.NEEDS_PROOF
        return asked.firm(year) if year.value == str(asked.on.year) else Answer.NO


@dataclass(frozen=True)
class Finished:
    """The study came to its end by the day asked about."""

    def judge(self, asked: Asked) -> Answer:
        done = asked.facts.study.completed_on if asked.facts.study else None
        return Answer.YES if done and done <= asked.on else Answer.NEEDS_PROOF


@dataclass(frozen=True)
class HoursAtLeast:
    """Class hours of the study: "all" of them, or those of "practical" training, which no lesson on a phone can be."""

    hours: int
    part: str = "all"

    def judge(self, asked: Asked) -> Answer:
        theory, practical = (
            (asked.facts.study.theory_hours, asked.facts.study.practical_hours) if asked.facts.study else (None, None)
        )
        counted = (practical,) if self.part == "practical" else (theory, practical)
        if sum(hours or 0 for hours in counted) >= self.hours:
            return Answer.YES
        return Answer.NEEDS_PROOF if None in counted else Answer.NO


@dataclass(frozen=True)
class ResultAmong:
    """A certificate of one of the kinds is on record."""

    kinds: tuple[str, ...]

    def judge(self, asked: Asked) -> Answer:
        results = asked.facts.study.results if asked.facts.study else None
        if results is None:
            return Answer.NEEDS_PROOF
        return Answer.YES if set(self.kinds) & set(results) else Answer.NO


@dataclass(frozen=True)
class ResultWithin:
    """So many months have not yet passed since the certificate, or since the end where none was given."""

    months: int

    def judge(self, asked: Asked) -> Answer:
        since = (asked.facts.study.result_on or asked.facts.study.completed_on) if asked.facts.study else None
        if since is None:
            return Answer.NEEDS_PROOF
        return Answer.YES if asked.on <= months_later(since, self.months) else Answer.NO


@dataclass(frozen=True)
class AskAuthority:
    """The document leaves it open: only the authority's own answer settles it, no fact about the person does."""

    def judge(self, _asked: Asked) -> Answer:
        return Answer.NEEDS_PROOF


@dataclass(frozen=True)
class AnyOf:
    """One branch is enough."""

    branches: tuple[Condition, ...]

    def judge(self, asked: Asked) -> Answer:
        return best(branch.judge(asked) for branch in self.branches)


@dataclass(frozen=True)
class AllOf:
    """Every branch must hold."""

    branches: tuple[Condition, ...]

    def judge(self, asked: Asked) -> Answer:
        return worst(branch.judge(asked) for branch in self.branches)


@dataclass(frozen=True)
class Clause:
    """A condition as the document states it: where, in plain words, and how it is tested."""

    source: str
    words: str
    condition: Condition

    def ground(self, asked: Asked) -> Ground:
        """The answer of this clause for a person and a day."""
        answer = self.condition.judge(asked)
        return Ground(self.source, answer, f"{_SAY[answer]}：{self.words}")


_SAY = {Answer.YES: "符合", Answer.NEEDS_PROOF: "还要证明", Answer.NO: "不符合"}


def _among(fact: Fact, values: tuple[str, ...]) -> bool:
    return fact.value in values or ("*" in values and fact.value not in ("no", ""))
