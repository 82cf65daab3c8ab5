"""What must be asked to judge a programme: read off its conditions, so that a new condition asks for itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lms.plans.rules import conditions as kinds
from lms.plans.rules.conditions import Condition
from lms.plans.rules.eligibility import ProgrammeRules
from lms.plans.rules.facts import VOCABULARY, Attribute, AttributeKey

BORN, SEX, EDUCATION, HUKOU, INSURED = "born", "sex", "education", "hukou", "insured"


@dataclass(frozen=True)
class Question:
    """One thing to ask: a fact of the vocabulary, or who somebody is (`attribute` is None)."""

    name: str
    words: str
    attribute: Attribute | None = None


PLAIN = {
    BORN: Question(BORN, "出生日期"),
    SEX: Question(SEX, "性别"),
    EDUCATION: Question(EDUCATION, "文化程度"),
    HUKOU: Question(HUKOU, "户籍在广东吗"),
    INSURED: Question(INSURED, "在广东参加社会保险吗"),
}
_NEEDS: dict[type, tuple[str, ...]] = {
    kinds.OfWorkingAge: (BORN, SEX, AttributeKey.MANAGEMENT_POST),
    kinds.AgeWithin: (BORN, SEX),
    kinds.SexIs: (SEX,),
    kinds.EducationAtLeast: (EDUCATION,),
    kinds.SettledThisYear: (AttributeKey.SETTLEMENT_YEAR,),
    kinds.ContractAtLeast: (
        AttributeKey.CONTRACT_START,
        AttributeKey.CONTRACT_END,
        AttributeKey.CONTRACT_OPEN_ENDED,
    ),
}


def of(programme: ProgrammeRules) -> list[Question]:
    """The questions for enrolling, each once, in the order of the conditions."""
    asked = [clause.condition for clause in programme.enrol if not isinstance(clause.condition, kinds.Unless)]
    if programme.enrol_by_subsidy:
        asked += [clause.condition for document in programme.subsidy for clause in document.clauses]
    return [_question(name) for name in dict.fromkeys(_names(asked))]


def _names(asked: Iterable[Condition]) -> Iterator[str]:
    for condition in asked:
        if isinstance(condition, kinds.AnyOf | kinds.AllOf):
            yield from _names(condition.branches)
        elif isinstance(condition, kinds.FactIs | kinds.FactIsNot):
            yield condition.key
        elif isinstance(condition, kinds.RegionIs):
            yield condition.which
        else:
            yield from _NEEDS[type(condition)]


def _question(name: str) -> Question:
    if name in PLAIN:
        return PLAIN[name]
    attribute = VOCABULARY[AttributeKey(name)]
    return Question(name, attribute.words, attribute)
