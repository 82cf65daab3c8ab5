"""What a stranger answers, turned into facts. An empty answer is "not known", never "no"."""

from collections.abc import Callable, Mapping
from datetime import date

from lms.plans.rules.facts import VOCABULARY, AttributeKey, Education, Fact, Kind, PersonFacts, Standing
from lms.plans.rules.questions import BORN, EDUCATION, HUKOU, INSURED, SEX, Question

LONGEST = 60
OUTSIDE, INSIDE = "00", "44"


class _Unreadable(Exception):
    """An answer that cannot be taken; the message is for the one who gave it."""


def read(questions: list[Question], answers: Mapping[str, str]) -> tuple[PersonFacts, dict[str, str]]:
    """The person that the answers describe, as if each could be vouched for, and what is said of answers that will not do."""
    values: dict[str, str] = {}
    faults: dict[str, str] = {}
    for question in questions:
        given = answers.get(question.name, "").strip()
        try:
            if given:
                values[question.name] = _checked(question, given)
        except _Unreadable as unreadable:
            faults[question.name] = str(unreadable)
    return (PersonFacts(), faults) if faults else (_person(values), {})


def _checked(question: Question, given: str) -> str:
    allowed = _choices(question)
    if allowed is not None and given not in allowed:
        raise _Unreadable("从给出的几个里选一个")
    if question.name == BORN or _kind(question) is Kind.DATE:
        return _day(given)
    if _kind(question) is Kind.YEAR and not (given.isascii() and given.isdigit() and len(given) == 4):
        raise _Unreadable("写 4 位数的年份，比如 2026")
    if len(given) > LONGEST:
        raise _Unreadable(f"写短一点，{LONGEST} 个字以内")
    return given


def _kind(question: Question) -> Kind | None:
    return question.attribute.kind if question.attribute else None


def _choices(question: Question) -> set[str] | None:
    if question.name in (HUKOU, INSURED) or _kind(question) is Kind.YES_NO:
        return {"yes", "no"}
    if question.name == SEX:
        return {"f", "m"}
    if question.name == EDUCATION:
        return {level.name for level in Education}
    choices = question.attribute.choices if question.attribute else ()
    return {*(value for value, _ in choices), "no"} if choices else None


def _day(given: str) -> str:
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        raise _Unreadable("写成 1990-05-01 这样的日期") from None


def _person(values: Mapping[str, str]) -> PersonFacts:
    facts = (Fact(AttributeKey(k), v, Standing.VOUCHED) for k, v in values.items() if k in VOCABULARY)
    plain: dict[str, Callable[[str], object]] = {BORN: date.fromisoformat, SEX: str, EDUCATION: Education.__getitem__}
    told = {name: read(values[name]) for name, read in plain.items() if name in values}
    told |= {f"{n}_region": INSIDE if values[n] == "yes" else OUTSIDE for n in (HUKOU, INSURED) if n in values}
    return PersonFacts(**told, facts=tuple(facts))  # type: ignore[arg-type]
