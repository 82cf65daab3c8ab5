"""What the shell sends, taken apart; and what changed between two commits."""

import gzip
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.learning.rules.scorm.bodies import commit_of, kept_of, lines_of
from lms.learning.rules.scorm.elements import Problem, applied, difference, leaves, numbered, reached

LEAVES = st.dictionaries(st.text("ab.0", min_size=1, max_size=6), st.text(max_size=8), max_size=8)


def test_a_commit_of_scorm_again_is_read_as_it_is() -> None:
    body = {
        "cmi": {"core": {"score": {"raw": "8"}}, "interactions": {"0": {"id": "i", "n": None}}},
        "commitSequence": 4,
    }
    sent = commit_of(json.dumps(body).encode())
    assert (sent.mark.run, sent.mark.sequence, sent.kind, sent.terminated) == (0, 4, "commit", False)
    assert sent.leaves == {"core.score.raw": "8", "interactions.0.id": "i"}


def test_common_commit_fields_hold_the_elements_too() -> None:
    body = {"completionStatus": "completed", "runtimeData": {"cmi": {"location": "3"}}, "commitSequence": 1}
    assert commit_of(json.dumps(body).encode()).leaves == {"location": "3"}


@given(st.binary(max_size=200))
def test_junk_is_a_problem_and_never_a_fault(body: bytes) -> None:
    """Sabotage: let a MsgspecError through."""
    for read in (commit_of, kept_of, lines_of):
        for data in (body, gzip.compress(body), b"\x1f\x8b" + body):
            try:
                read(data)
            except Problem as problem:
                assert problem.code
                assert problem.sentence


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_taken_or_told_off(value: object) -> None:
    try:
        found = commit_of(msgspec.json.encode({"commitSequence": 1, "cmi": value})).leaves
    except Problem:
        return
    assert all(isinstance(text, str) and "\0" not in text for text in found.values())


@given(LEAVES, LEAVES)
def test_what_changed_is_enough_to_have_the_whole_again(before: dict[str, str], after: dict[str, str]) -> None:
    """The log of commits is the evidence. Sabotage: leave elements out that went."""
    assert applied(before, difference(before, after)) == after


def test_records_of_a_collection_come_in_order() -> None:
    found = leaves({"interactions": {"10": {"id": "k"}, "2": {"id": "c", "result": "wrong"}}, "location": "1"})
    assert numbered(found, "interactions") == [{"id": "c", "result": "wrong"}, {"id": "k"}]


@pytest.mark.parametrize("signs", [64_000, 64_001])
def test_suspend_data_is_kept_whole_or_not_at_all(signs: int) -> None:
    """packages.md 2.3: never truncated. Sabotage: cut it."""
    cmi = {"suspend_data": "字" * signs}
    if signs > 64_000:
        with pytest.raises(Problem, match="suspend_data_too_long"):
            leaves(cmi)
    else:
        assert len(leaves(cmi)["suspend_data"]) == signs


def test_a_start_without_a_body_is_a_start() -> None:
    assert kept_of(b"") is None
    assert kept_of(b"{}") is None
    assert kept_of(b'{"kept": null}') is None


def test_answers_and_objectives_say_how_far_a_sco_has_come() -> None:
    """Another answer to the same question is no step. Sabotage: count the questions that are only put."""
    put = {"interactions.0.id": "a", "interactions.0.student_response": "", "objectives.0.status": "incomplete"}
    assert reached(put) == reached({"suspend_data": "x", "score.raw": "3"}) == ""
    answered = put | {"interactions.0.student_response": "b", "interactions.1.learner_response": "c"}
    assert (
        reached(answered) == reached(answered | {"interactions.0.student_response": "d"}) == "answers 2, objectives 0"
    )
    assert reached(put | {"objectives.0.success_status": "passed"}) == "answers 0, objectives 1"
