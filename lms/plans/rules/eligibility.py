"""Who may enrol in, complete and be claimed for a programme: three rules of a person, a programme and a day."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lms.plans.rules.conditions import Asked, Clause, Unless
from lms.plans.rules.facts import PersonFacts, Standing
from lms.plans.rules.verdicts import Answer, Ground, Verdict

__all__ = ["Answer", "DatedClauses", "Ground", "ProgrammeRules", "Stage", "Verdict", "judge"]


class Stage(StrEnum):
    """What is asked: may the person start, has the person finished, can money be asked for."""

    ENROL = "enrol"
    COMPLETE = "complete"
    CLAIM = "claim"


LEAST = {Stage.ENROL: Standing.VOUCHED, Stage.COMPLETE: Standing.VOUCHED, Stage.CLAIM: Standing.PROVED}


@dataclass(frozen=True)
class DatedClauses:
    """The conditions of one later document while it is in force; both days inclusive, None is open."""

    source: str
    valid_from: date
    valid_until: date | None
    clauses: tuple[Clause, ...]

    def in_force(self, on: date) -> bool:
        """Whether the document holds that day."""
        return self.valid_from <= on <= (self.valid_until or date.max)


@dataclass(frozen=True)
class ProgrammeRules:
    """A programme's conditions; `line` is where the seed names it.

    `subsidy` are the documents that say who can be subsidised; `enrol_by_subsidy` says the seed asks for them already
    of those who enrol (plan six, L310).
    """

    code: str
    plan_code: str
    title: str
    line: str
    enrol: tuple[Clause, ...] = ()
    complete: tuple[Clause, ...] = ()
    claim: tuple[DatedClauses, ...] = ()
    subsidy: tuple[DatedClauses, ...] = ()
    enrol_by_subsidy: bool = False


def judge(programme: ProgrammeRules, facts: PersonFacts, on: date, stage: Stage) -> Verdict:
    """Yes, no or needs proof, with a ground for every condition of the stage. A claim asks for everything before it.

    Conditions of enrolling are asked for the day of enrolment where the study knows it, else for `on`.
    """
    started = (facts.study and facts.study.enrolled_on) or on
    then, now = Asked(facts, started, LEAST[stage]), Asked(facts, on, LEAST[stage])
    grounds: list[Ground] = []
    if stage is not Stage.COMPLETE:
        grounds += _who(programme, then)
    if stage is Stage.CLAIM or (stage is Stage.ENROL and programme.enrol_by_subsidy):
        grounds += _dated(programme.subsidy, then)
    if stage is not Stage.ENROL:
        grounds += [clause.ground(now) for clause in programme.complete]
    if stage is Stage.CLAIM:
        grounds += _dated(programme.claim, now)
    # Two documents of one day may both be missing: said once.
    return Verdict.of(dict.fromkeys(grounds))


def _who(programme: ProgrammeRules, asked: Asked) -> list[Ground]:
    """What is asked of a person; that one is alive is said only where it is not so."""
    grounds = [(clause.ground(asked), isinstance(clause.condition, Unless)) for clause in programme.enrol]
    told = [ground for ground, silent in grounds if not silent or ground.answer is Answer.NO]
    return told or [_open_to_all(programme)]


def _dated(documents: tuple[DatedClauses, ...], asked: Asked) -> list[Ground]:
    holding = [document for document in documents if document.in_force(asked.on)]
    if holding:
        return [clause.ground(asked) for document in holding for clause in document.clauses]
    known = "、".join(document.source for document in documents) or "补贴办法"
    day = f"{asked.on.year}年{asked.on.month}月{asked.on.day}日"
    words = f"还要证明：平台没有 {day}有效的补贴办法，请主管部门说明按哪份文件"
    return [Ground(known, Answer.NEEDS_PROOF, words)]


def _open_to_all(programme: ProgrammeRules) -> Ground:
    return Ground(programme.line, Answer.YES, f"符合：文件没有为“{programme.title}”另设条件")
