"""What somebody may enrol in: every programme with its verdict, from what is known of the person today."""

from dataclasses import dataclass
from datetime import date

from lms.plans import queries as plans
from lms.plans.queries import Programme
from lms.plans.rules.eligibility import Stage, judge
from lms.plans.rules.facts import PersonFacts
from lms.plans.rules.verdicts import Answer, Ground, Verdict

WORDS = {
    Answer.YES: ("ok", "可以参加"),
    Answer.NEEDS_PROOF: ("wait", "还要证明"),
    Answer.NO: ("no", "不符合"),
}


@dataclass(frozen=True)
class Judged:
    """One programme with the answer for a person and a day."""

    programme: Programme
    verdict: Verdict

    @property
    def tag(self) -> tuple[str, str]:
        """Tone and words of the answer."""
        return WORDS[self.verdict.answer]

    @property
    def missing(self) -> list[Ground]:
        """What still needs proof."""
        return [ground for ground in self.verdict.grounds if ground.answer is Answer.NEEDS_PROOF]

    @property
    def against(self) -> list[Ground]:
        """What speaks against it."""
        return [ground for ground in self.verdict.grounds if ground.answer is Answer.NO]


def judged(facts: PersonFacts, on: date) -> dict[Answer, list[Judged]]:
    """Every programme by its answer, in the order of the plans."""
    found: dict[Answer, list[Judged]] = {answer: [] for answer in Answer}
    for programme in plans.programmes():
        verdict = judge(plans.programme_rules(programme.code), facts, on, Stage.ENROL)
        found[verdict.answer].append(Judged(programme, verdict))
    return found
