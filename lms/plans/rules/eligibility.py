"""Who may enrol in, complete and be claimed for a programme: three rules of a person, a programme and a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lms.plans.rules.conditions import Clause
from lms.plans.rules.facts import PersonFacts, Standing
from lms.plans.rules.verdicts import Answer, Ground, Verdict

__all__ = ["Answer", "Ground", "ProgrammeRules", "Stage", "Verdict", "judge"]


class Stage(StrEnum):
    """What is asked: may the person start, has the person finished, can money be asked for."""

    ENROL = "enrol"
    COMPLETE = "complete"
    CLAIM = "claim"


LEAST = {Stage.ENROL: Standing.VOUCHED, Stage.COMPLETE: Standing.VOUCHED, Stage.CLAIM: Standing.PROVED}


@dataclass(frozen=True)
class ProgrammeRules:
    """A programme's conditions; `line` is where the seed names it."""

    code: str
    plan_code: str
    title: str
    line: str
    enrol: tuple[Clause, ...] = ()
    complete: tuple[Clause, ...] = ()
    claim: tuple[Clause, ...] = ()


def judge(programme: ProgrammeRules, facts: PersonFacts, on: date, stage: Stage) -> Verdict:
    """Yes, no or needs proof, with a ground for every condition of the stage; a later stage asks the earlier ones too."""
    return Verdict.of(_grounds(programme, facts, on, stage) or [_open_to_all(programme)])


def _grounds(programme: ProgrammeRules, facts: PersonFacts, on: date, stage: Stage) -> list[Ground]:
    stages = {Stage.ENROL: (programme.enrol,), Stage.COMPLETE: (programme.complete,)}
    asked: Iterable[tuple[Clause, ...]] = stages.get(stage, (programme.enrol, programme.complete, programme.claim))
    return [clause.ground(facts, on, LEAST[stage]) for clauses in asked for clause in clauses]


def _open_to_all(programme: ProgrammeRules) -> Ground:
    return Ground(programme.line, Answer.YES, f"文件没有为“{programme.title}”另设条件")
