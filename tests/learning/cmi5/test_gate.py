"""The gate of statements, as pure rules: every refusal by its requirement, whatever is right passes, order and batches."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.learning.rules.cmi5 import gate
from lms.learning.rules.cmi5.refusal import Forbidden
from lms.learning.rules.cmi5.terms import Facts, Mode
from lms.lrs.rules.vocabulary import Category, Extension, Verb
from tests.learning.cmi5.study import ACTOR, BEGUN, READ, RESULTS, TERMS, allowed, said

B, C, P, F, T = Verb.INITIALIZED, Verb.COMPLETED, Verb.PASSED, Verb.FAILED, Verb.TERMINATED
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
MOVE_ON = [{"id": str(Category.MOVE_ON)}]
BOTH = [{"id": str(Category.CMI5)}, *MOVE_ON]
CMI5 = [{"id": str(Category.CMI5)}]
CATEGORY = "context__contextActivities__category"
MASTERY = {str(Extension.SESSION_ID): TERMS.session}
OTHER = {"objectType": "Agent", "account": {"homePage": "https://lms.example", "name": "8a"}}

# Each refusal: the requirement, and what is sent where only initialized was said before.
REFUSED = {
    "no id": ("9.1.0.0-1", allowed(id=None)),
    "no timestamp": ("9.7.0.0-1", allowed(timestamp=None)),
    "a junk timestamp": ("9.7.0.0-1", allowed(timestamp="yesterday")),
    "an offset": ("9.7.0.0-2", allowed(timestamp="2026-11-20T12:00:00.000+08:00")),
    "no offset": ("9.7.0.0-2", allowed(timestamp="2026-11-20T12:00:00")),
    "another actor": ("8.1.3.0-3", allowed(actor=OTHER)),
    "a group": ("8.1.3.0-3", said(P, actor={**ACTOR, "objectType": "Group"})),
    "no account": ("8.1.3.0-3", said(P, actor={"mbox": "mailto:a@example.com"})),
    "a name with the account": ("8.1.3.0-3", allowed(actor={**ACTOR, "name": "x"})),
    "voiding": ("6.3.0.0-1", allowed(VOIDED, object={"objectType": "StatementRef", "id": TERMS.session})),
    "no context": ("9.6.0.0-1", said(P, context=None)),
    "no registration": ("9.6.1.0-1", said(P, context__registration=None)),
    "another registration": ("9.6.1.0-1", said(P, context__registration=TERMS.session)),
    "no session id": ("9.6.3.1-4", allowed(context__extensions={})),
    "another session id": ("9.6.3.1-4", allowed(context__extensions={str(Extension.SESSION_ID): "other"})),
    "no template": ("10.2.1.0-6", allowed(context__contextActivities=None)),
    "no publisher id": ("10.2.1.0-6", said(P, context__contextActivities__grouping=[])),
    "template overwritten": ("10.2.1.0-6", said(P, context__contextActivities__grouping=[{"id": "https://x.example"}])),
    "allowed with moveOn": ("9.6.2.2-2", allowed(context__contextActivities__category=MOVE_ON)),
    "allowed with moveOn elsewhere": ("9.6.2.2-2", allowed(context__contextActivities__other=MOVE_ON)),
    "a verb of the LMS": ("9.3.0.0-2", said(B, verb__id=str(Verb.SATISFIED))),
    "a verb of nobody": ("9.3.0.0-2", said(B, verb__id="https://x.example/verb")),
    "another object": ("8.1.5.0-6", said(P, object__id="https://x.example/au")),
    "an object of another kind": ("8.1.5.0-6", said(P, object={"objectType": "StatementRef", "id": TERMS.session})),
    "terminated without result": ("9.5.4.1-1", said(T, result=None)),
    "completed without duration": ("9.5.4.1-2", said(C, result__duration=None)),
    "passed without duration": ("9.5.4.1-3", said(P, result__duration=None)),
    "failed without duration": ("9.5.4.1-4", said(F, result__duration=None)),
    "completed without completion": ("9.5.3.0-1", said(C, result__completion=None)),
    "completed with completion false": ("9.5.3.0-1", said(C, result__completion=False)),
    "passed with completion": ("9.5.3.0-2", said(P, result__completion=True)),
    "passed without success": ("9.5.2.0-1", said(P, result__success=None)),
    "passed with success false": ("9.5.2.0-1", said(P, result__success=False)),
    "failed without success": ("9.5.2.0-2", said(F, result__success=None)),
    "failed with success true": ("9.5.2.0-2", said(F, result__success=True)),
    "completed with success": ("9.5.2.0-3", said(C, result__success=True)),
    "completed with a score": ("9.5.1.0-2", said(C, result__score={"scaled": 0.9})),
    "raw without min": ("9.5.1.0-3", said(P, result__score__min=None)),
    "raw without max": ("9.5.1.0-3", said(P, result__score__max=None)),
    "a score without masteryscore": ("9.6.3.2-2", said(P, context__extensions=MASTERY)),
    "another masteryscore": ("9.6.3.2-2", said(P, context__extensions={**MASTERY, str(Extension.MASTERY_SCORE): 0.5})),
    "masteryscore true": ("9.6.3.2-2", said(P, context__extensions={**MASTERY, str(Extension.MASTERY_SCORE): True})),
    "passed below": ("9.3.4.0-2", said(P, result__score={"scaled": 0.59})),
    "failed at the mark": ("9.3.5.0-2", said(F, result__score={"scaled": 0.6})),
    "failed above": ("9.3.5.0-2", said(F, result__score={"scaled": 0.61})),
    "completed without moveOn": ("9.6.2.2-1", said(C, **{CATEGORY: CMI5})),
    "passed without moveOn": ("9.6.2.2-1", said(P, **{CATEGORY: CMI5})),
    "failed without moveOn": ("9.6.2.2-1", said(F, **{CATEGORY: CMI5})),
    "moveOn of another kind": (
        "9.6.2.2-1",
        said(P, context__contextActivities__other=MOVE_ON, **{CATEGORY: CMI5}),
    ),
    "terminated with moveOn": ("9.6.2.2-2", said(T, **{CATEGORY: BOTH})),
    "initialized again": ("9.3.0.0-2", said(B)),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_breaks_a_rule_is_refused_by_its_requirement(what):
    """Sabotage: take any one check out of gate.py or results.py: the statement of that name passes."""
    requirement, statement = REFUSED[what]
    with pytest.raises(Forbidden) as no:
        gate.judge([statement], TERMS, BEGUN)
    assert no.value.requirement == requirement


AFTER = {
    "anything before initialized": ("9.3.0.0-4", READ, allowed()),
    "completed before initialized": ("9.3.0.0-4", READ, said(C)),
    "initialized before the preferences": ("11.0.0.0-3", Facts(), said(B)),
    "completed twice": ("9.3.0.0-2", BEGUN.after(C), said(C)),
    "passed twice": ("9.3.0.0-2", BEGUN.after(P), said(P)),
    "failed after passed": ("9.3.0.0-3", BEGUN.after(P), said(F)),
    "passed after failed": ("9.3.0.0-3", BEGUN.after(F), said(P)),
    "failed twice": ("9.3.0.0-2", BEGUN.after(F), said(F)),
    "completed in an earlier session": ("9.3.0.0-6", replace(BEGUN, completed_before=True), said(C)),
    "passed in an earlier session": ("9.3.0.0-7", replace(BEGUN, passed_before=True), said(P)),
    "failed after an earlier session passed": ("9.3.0.0-8", replace(BEGUN, passed_before=True), said(F)),
    "anything after terminated": ("9.3.0.0-5", BEGUN.after(T), allowed()),
    "terminated after terminated": ("9.3.0.0-5", BEGUN.after(T), said(T)),
    "anything after abandoned": ("9.3.0.0-5", replace(BEGUN, over=True), allowed()),
}


@pytest.mark.parametrize("what", AFTER)
def test_the_order_of_a_session_and_of_its_registration(what):
    """Sabotage: forget what was said (Facts.after), or ask no turn of _TURNS."""
    requirement, facts, statement = AFTER[what]
    with pytest.raises(Forbidden) as no:
        gate.judge([statement], TERMS, facts)
    assert no.value.requirement == requirement


@pytest.mark.parametrize("mode", [Mode.BROWSE, Mode.REVIEW])
def test_other_modes_say_nothing_of_satisfaction(mode):
    """Sabotage: let _check_mode look at Browse alone."""
    terms = replace(TERMS, mode=mode)
    for verb in (C, P, F):
        with pytest.raises(Forbidden, match=r"10.2.2.0-5"):
            gate.judge([said(verb)], terms, BEGUN)
    assert gate.judge([allowed(), said(T)], terms, BEGUN).ended


@pytest.mark.parametrize("verb", [C, P, F, T])
def test_what_is_right_passes(verb):
    """Sabotage: refuse everything."""
    assert verb in gate.judge([said(verb)], TERMS, BEGUN).said


def test_small_freedoms_that_the_specification_leaves():
    """Sabotage: compare the registration letter by letter, or want lists where 1.0.3 takes a single activity."""
    assert gate.judge([allowed(context__registration=TERMS.registration.upper())], TERMS, BEGUN)
    single = allowed(context__contextActivities__grouping={"id": TERMS.publisher_id, "objectType": "Activity"})
    assert gate.judge([single], TERMS, BEGUN)
    assert gate.judge([allowed(timestamp="2026-11-20T04:00:00+00:00")], TERMS, BEGUN)
    assert gate.judge([allowed(actor={"account": ACTOR["account"]})], TERMS, BEGUN)
    assert gate.judge([said(P, result__score=None, context__extensions=MASTERY)], TERMS, BEGUN)
    unscored = replace(TERMS, mastery_score=None)
    assert gate.judge([said(P, unscored, result__score={"scaled": 0.1})], unscored, BEGUN)


def test_a_batch_is_judged_in_its_order():
    """Sabotage: judge each statement by the facts before the batch."""
    whole = [said(B), allowed(), said(P), said(C), said(T)]
    assert gate.judge(whole, TERMS, READ).said == {B, P, C, T}
    with pytest.raises(Forbidden, match=r"9.3.0.0-5"):
        gate.judge([*whole, allowed()], TERMS, READ)
    with pytest.raises(Forbidden, match=r"9.3.0.0-2"):
        gate.judge([said(B), said(C), said(C)], TERMS, READ)


def test_only_statements_of_cmi5_itself_change_anything():
    """Sabotage: take the verb alone for a statement of cmi5."""
    plain = allowed(str(C))
    assert gate.judge([plain], TERMS, BEGUN) == BEGUN
    assert gate.defined_verb(plain) is None and gate.defined_verb(said(C)) is C


VERBS = st.sampled_from([B, C, P, F, T])


@given(st.lists(VERBS, max_size=12), st.booleans(), st.booleans())
def test_whatever_an_au_says_a_session_keeps_the_rules(spoken, completed_before, passed_before):
    """One statement after another: what was let through is a right session. Sabotage: any check of _TURNS."""
    facts = replace(READ, completed_before=completed_before, passed_before=passed_before)
    kept = []
    for verb in spoken:
        try:
            facts = gate.judge([said(verb)], TERMS, facts)
        except Forbidden:
            continue
        kept.append(verb)
    assert kept[:1] in ([], [B]) and T not in kept[:-1] and len(set(kept)) == len(kept)
    assert not {P, F} <= set(kept)
    assert not (completed_before and C in kept) and not (passed_before and {P, F} & set(kept))
    assert facts.said == set(kept)


@given(st.lists(VERBS, max_size=8))
def test_a_batch_says_what_its_statements_say_one_by_one(spoken):
    """All or nothing: a batch passes exactly where each of its statements would. Sabotage: stop at the first that passes."""
    batch = [said(verb) for verb in spoken]
    facts, right = READ, True
    for statement in batch:
        try:
            facts = gate.judge([statement], TERMS, facts)
        except Forbidden:
            right = False
            break
    if right:
        assert gate.judge(batch, TERMS, READ) == facts
    else:
        with pytest.raises(Forbidden):
            gate.judge(batch, TERMS, READ)


@given(st.floats(-1, 1, allow_nan=False), st.floats(0, 1, allow_nan=False))
def test_a_score_and_its_verb_agree_with_the_mastery_score(scaled, mastery):
    """Exactly one of passed and failed may carry a score. Sabotage: < instead of <= at the mark."""
    terms = replace(TERMS, mastery_score=mastery)
    let = []
    for verb in (P, F):
        statement = said(verb, terms, result__score={"scaled": scaled})
        try:
            gate.judge([statement], terms, BEGUN)
        except Forbidden:
            continue
        let.append(verb)
    assert let == [P if scaled >= mastery else F]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(["result", "context"]),
    st.dictionaries(st.sampled_from(["score", "success", "x"]), JSON, max_size=3),
)
def test_strange_extensions_and_results_are_judged_without_a_fault(part, junk):
    """The shapes are xAPI's to check; inside free places anything may stand. Sabotage: index instead of get."""
    statement = allowed()
    statement[part if part == "context" else "context"]["extensions"] |= {
        f"https://x.example/{k}": v for k, v in junk.items()
    }
    assert gate.judge([statement], TERMS, BEGUN) == BEGUN


def test_every_verb_has_its_result_here():
    """The table of right results covers the five verbs."""
    assert set(RESULTS) == set(gate.ITS_OWN.values())
