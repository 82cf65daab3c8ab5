"""Who of a roster may join a class: the programme's conditions for enrolling, on the day the class begins."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from lms.accounts.rules.attributes import Particular
from lms.accounts.rules.documents import born_and_sex
from lms.accounts.rules.identity import Fault
from lms.cohorts.rules.headers import Column
from lms.cohorts.rules.roster import Candidate, Roster
from lms.plans.rules.eligibility import ProgrammeRules, Stage, judge
from lms.plans.rules.facts import AttributeKey, Education, Fact, PersonFacts, Standing
from lms.plans.rules.verdicts import Answer, Verdict

DECEASED = Fault("按登记，这个人已经去世，不能进班", "核对身份证号；没有抄错就删去这一行")
MEND = "核对这一行的身份证号和情况；没有填错的话，换一个符合条件的班"


@dataclass(frozen=True)
class Joining:
    """The roster without those who may not join, and the rows that still need proof before anything is claimed."""

    roster: Roster
    needing: tuple[int, ...] = ()


def who_may_join(
    roster: Roster,
    programme: ProgrammeRules,
    on: date,
    known: Mapping[str, PersonFacts],
    deceased: Collection[str] = (),
) -> Joining:
    """Judge every good row. `known`: number -> what is known of people met before; a missing fact never refuses."""
    verdicts = {c.row: judge(programme, facts_of(c, known.get(c.id_number)), on, Stage.ENROL) for c in roster.good}
    faults = {row: _fault(verdict) for row, verdict in verdicts.items() if verdict.answer is Answer.NO}
    faults |= {c.row: DECEASED for c in roster.good if c.id_number in deceased}
    places = {row: (Column.ID_NUMBER.value, fault) for row, fault in faults.items()}
    needing = [r for r, verdict in verdicts.items() if verdict.answer is Answer.NEEDS_PROOF and r not in faults]
    return Joining(roster.refuse(places) if places else roster, tuple(needing))


def told_of_proof(joining: Joining) -> Roster:
    """The roster with a notice of how many still need proof."""
    if not joining.needing:
        return joining.roster
    words = f"{len(joining.needing)} 人还有条件要证明，可以先进班学；申领补贴前，在学员的页面上补齐材料"
    return replace(joining.roster, notices=(*joining.roster.notices, words))


def facts_of(candidate: Candidate, known: PersonFacts | None) -> PersonFacts:
    """What is known of a row: the account's facts, then the number's, then what the clerk wrote and stands for."""
    base = known or PersonFacts()
    born, sex = born_and_sex(candidate.id_kind, candidate.id_number)
    said = dict(candidate.said)
    education = said.pop(Particular.EDUCATION, None)
    told = tuple(Fact(AttributeKey(key), value, Standing.VOUCHED) for key, value in said.items())
    return replace(
        base,
        born=base.born or born,
        sex=base.sex or sex,
        education=base.education if education is None else Education(int(education)),
        facts=(*base.facts, *told),
    )


def _fault(verdict: Verdict) -> Fault:
    grounds = [g for g in verdict.grounds if g.answer is Answer.NO]
    return Fault("；".join(f"{g.words}（依据 {g.clause}）" for g in grounds), MEND)
