"""What must hold of every verdict, whoever is asked about."""

from dataclasses import replace
from datetime import date

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lms.plans import reading
from lms.plans.rules.eligibility import Answer, Stage, judge
from lms.plans.rules.facts import VOCABULARY, AttributeKey, Education, Fact, Kind, PersonFacts, Standing, Study
from lms.plans.rules.sheets import RESULTS
from lms.plans.rules.verdicts import worst

PROGRAMMES = st.sampled_from([programme.rules for programme in reading.programmes().values()])
DAYS = st.dates(date(2019, 10, 18), date(2032, 12, 31))
STAGES = st.sampled_from(Stage)
PLACES = st.sampled_from((None, "440606", "440000", "522701"))
KEYS = st.sets(st.sampled_from(AttributeKey), max_size=12)


def values(key):
    attribute = VOCABULARY[key]
    if attribute.kind is Kind.YES_NO:
        return st.sampled_from(("yes", "no"))
    if attribute.choices:
        return st.sampled_from([value for value, _ in attribute.choices])
    if attribute.kind is Kind.DATE:
        return DAYS.map(date.isoformat)
    return st.sampled_from(("2023", "2024", "2026")) if attribute.kind is Kind.YEAR else st.just("顺德机械厂")


@st.composite
def people(draw):
    """Somebody of whom each thing is told once at most, or not at all."""
    keys = draw(KEYS)
    # A contract that both ended and has no end is no fact about anybody.
    keys -= {AttributeKey.CONTRACT_END} if AttributeKey.CONTRACT_OPEN_ENDED in keys else set()
    facts = tuple(Fact(key, draw(values(key)), draw(st.sampled_from(Standing))) for key in sorted(keys))
    return PersonFacts(
        born=draw(st.none() | st.dates(date(1950, 1, 1), date(2012, 12, 31))),
        sex=draw(st.sampled_from((None, "f", "m"))),
        education=draw(st.none() | st.sampled_from(Education)),
        hukou_region=draw(PLACES),
        insured_region=draw(PLACES),
        facts=facts,
        study=draw(st.none() | studies()),
    )


def studies():
    hours = st.none() | st.integers(0, 60)
    results = st.none() | st.lists(st.sampled_from(sorted(RESULTS)), max_size=3).map(tuple)
    days = st.none() | DAYS
    return st.builds(
        Study, theory_hours=hours, practical_hours=hours, results=results, completed_on=days, result_on=days
    )


@settings(max_examples=60)
@given(PROGRAMMES, people(), DAYS, STAGES)
def test_every_verdict_has_grounds_and_is_as_bad_as_the_worst(programme, person, on, stage):
    """Sabotage: answer without a reason, or let a good ground outweigh a bad one."""
    found = judge(programme, person, on, stage)
    assert found.grounds and found.answer is worst(ground.answer for ground in found.grounds)
    assert all(ground.clause and len(ground.words) > 4 for ground in found.grounds)


@given(PROGRAMMES, DAYS, STAGES)
def test_of_whom_nothing_is_known_is_never_refused(programme, on, stage):
    """Sabotage: read a missing fact as "no"."""
    assert judge(programme, PersonFacts(), on, stage).answer is not Answer.NO


@settings(max_examples=60)
@given(PROGRAMMES, people(), DAYS, STAGES, st.randoms(use_true_random=False))
def test_knowing_less_never_refuses(programme, person, on, stage, random):
    """Sabotage: let an unknown branch of an OR say no."""
    before = judge(programme, person, on, stage).answer
    assume(before is not Answer.NO)
    fewer = tuple(fact for fact in person.facts if random.random() < 0.5)
    less = replace(person, facts=fewer, **{random.choice(["born", "sex", "education", "hukou_region", "study"]): None})
    assert judge(programme, less, on, stage).answer is not Answer.NO


@settings(max_examples=60)
@given(PROGRAMMES, people(), DAYS, STAGES)
def test_firmer_facts_never_lower_the_answer(programme, person, on, stage):
    """Sabotage: compare the standings the wrong way round."""
    firm = replace(person, facts=tuple(replace(fact, standing=Standing.PROVED) for fact in person.facts))
    assert judge(programme, firm, on, stage).answer.rank >= judge(programme, person, on, stage).answer.rank


@settings(max_examples=60)
@given(PROGRAMMES, people(), DAYS)
def test_a_claim_is_never_easier_than_enrolling_or_completing(programme, person, on):
    """Sabotage: leave the conditions of enrolling out of the claim."""
    claim = judge(programme, person, on, Stage.CLAIM).answer.rank
    assert claim <= judge(programme, person, on, Stage.ENROL).answer.rank
    assert claim <= judge(programme, person, on, Stage.COMPLETE).answer.rank


@settings(max_examples=60)
@given(PROGRAMMES, people(), DAYS, STAGES)
def test_more_schooling_never_lowers_the_answer(programme, person, on, stage):
    """Sabotage: compare the levels of education the wrong way round."""
    assume(person.education is not None)
    learned = replace(person, education=Education.GRADUATE)
    assert judge(programme, learned, on, stage).answer.rank >= judge(programme, person, on, stage).answer.rank
