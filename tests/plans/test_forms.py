"""Whatever a stranger answers is a fact or a sentence, never a fault of ours."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.plans import forms, reading
from lms.plans.rules import questions
from lms.plans.rules.eligibility import Stage, judge
from lms.plans.rules.facts import PersonFacts

RULES = [programme.rules for programme in reading.programmes().values()]
ANSWERS = st.one_of(
    st.text(max_size=80),
    st.sampled_from(
        ("yes", "no", "f", "m", "SENIOR", "visual", "principal", "2026", "2026-02-30", "0001-01-01", "9999-12-31")
    ),
)


@settings(max_examples=150)
@given(st.sampled_from(RULES), st.data())
def test_any_answer_is_judged_or_told_in_words(rules, data):
    """Sabotage: let a date through as it was typed; or add a fact that the rules cannot read."""
    asked = questions.of(rules)
    told, faults = forms.read(asked, {question.name: data.draw(ANSWERS) for question in asked})
    if faults:
        assert told == PersonFacts() and all(words for words in faults.values())
        assert set(faults) <= {question.name for question in asked}
    for stage in Stage:
        assert judge(rules, told, date(2024, 5, 10), stage).grounds


def test_dates_at_the_end_of_time_are_judged():
    """Sabotage: add months to any date without looking at the calendar's end."""
    rules = reading.programmes()["P04-new_apprenticeship"].rules
    told, _ = forms.read(questions.of(rules), {"contract_start": "9999-12-31", "contract_end": "9999-12-31"})
    assert judge(rules, told, date(2024, 5, 10), Stage.ENROL).grounds


def test_nothing_answered_is_nothing_known():
    """Sabotage: an empty answer as "no"."""
    for rules in RULES:
        assert forms.read(questions.of(rules), {}) == (PersonFacts(), {})
