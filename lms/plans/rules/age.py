"""Ages that the law sets, by the day asked about. Every table names who says so; no page writes an age by hand."""

from dataclasses import dataclass
from datetime import date

from lms.plans.rules.calendar import months_later, years_old
from lms.plans.rules.verdicts import Answer

WORKING_AGE = 16
WORKING_AGE_SOURCE = "劳动法第十五条：不得招用未满16周岁的未成年人"
OLD_SOURCE = "国发〔1978〕104号：男60周岁，女干部55周岁，女工人50周岁"
NEW_SOURCE = "全国人大常委会关于实施渐进式延迟法定退休年龄的决定（2025年1月1日起）"
REFORM = date(2025, 1, 1)


@dataclass(frozen=True)
class Retirement:
    """Years at which one retires, and from 2025 a month more for every `step` months of birth, `most` months in all."""

    years: int
    step: int
    most: int

    def day(self, born: date) -> date:
        """The day of retiring for somebody born then."""
        first = (REFORM.year - self.years) * 12
        late = born.year * 12 + born.month - 1 - first
        more = 0 if late < 0 else min(self.most, late // self.step + 1)
        return months_later(born, self.years * 12 + more)


MAN = Retirement(60, 4, 36)
WOMAN_MANAGING = Retirement(55, 4, 36)
WOMAN_WORKER = Retirement(50, 2, 60)


def retirements(sex: str | None, managing: bool | None) -> tuple[Retirement, ...]:
    """Which of the three may be meant; several where sex or post is not known."""
    women = {True: (WOMAN_MANAGING,), False: (WOMAN_WORKER,), None: (WOMAN_WORKER, WOMAN_MANAGING)}[managing]
    return {"m": (MAN,), "f": women}.get(sex or "", (*women, MAN))


def of_working_age(born: date | None, sex: str | None, managing: bool | None, on: date) -> Answer:
    """Sixteen, and not yet retired; needs proof where the answer turns on something unknown."""
    if born is None:
        return Answer.NEEDS_PROOF
    if years_old(born, on) < WORKING_AGE:
        return Answer.NO
    before = {on < kind.day(born) for kind in retirements(sex, managing)}
    return _all_say(before)


@dataclass(frozen=True)
class Bounds:
    """Ages a rule states as from–to, full years; at the upper year itself the rules seen do not say."""

    least: int
    men: int
    women: int

    def answer(self, born: date | None, sex: str | None, on: date) -> Answer:
        """Whether somebody is within them."""
        if born is None:
            return Answer.NEEDS_PROOF
        age = years_old(born, on)
        if age < self.least:
            return Answer.NO
        tops = {"m": {self.men}, "f": {self.women}}.get(sex or "", {self.men, self.women})
        return Answer.NEEDS_PROOF if age in tops else _all_say({age < top for top in tops})


def _all_say(answers: set[bool]) -> Answer:
    if len(answers) > 1:
        return Answer.NEEDS_PROOF
    return Answer.YES if answers == {True} else Answer.NO
