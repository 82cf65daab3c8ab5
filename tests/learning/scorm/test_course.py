"""Which SCO may be opened next: prerequisites of 1.2 and the sequencing of 2004 that the server honours."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.learning.rules.scorm.course import Course, Item, learnt_before
from lms.learning.rules.scorm.prerequisites import met, named
from lms.learning.rules.scorm.tracking import Completion, Success


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("", True),
        ("S1", True),
        ("S2", False),
        ("S1 & S2", False),
        ("S1|S2", True),
        ("~S2", True),
        ('S2 = "failed"', True),
        ("S2=failed", True),
        ('S2 <> "failed"', False),
        ("S3 = n", True),
        ("(S1 | S2) & ~S3", True),
        ("2*{S1, S2, S4}", True),
        ("3*{S1,S2,S4}", False),
        ("S9", False),
        ("S1 &", True),
        ("((((", True),
        ("&&", True),
    ],
)
def test_the_script_of_prerequisites(expression: str, expected: bool) -> None:
    """Sabotage: let & be any."""
    statuses = {"S1": "completed", "S2": "failed", "S3": "not attempted", "S4": "passed"}
    assert met(expression, statuses) is expected


@given(st.text('S12&|~()={}*,<>" -', max_size=40))
def test_no_script_locks_up_or_breaks(expression: str) -> None:
    assert met(expression, {"S1": "passed"}) in (True, False)
    assert isinstance(named(expression), tuple)


def test_a_very_deep_script_is_left_unread() -> None:
    assert met("~" * 5_000 + "S1", {}) is True


def item(name: str, completion: str = "not attempted", success: str = "unknown", measure: float | None = None) -> Item:
    return Item(name, f"课 {name}", Completion(completion), Success(success), measure)


def node(name: str, number: int | None, *items: dict[str, Any], **sequencing: Any) -> dict[str, Any]:
    return {"identifier": name, "title": f"课 {name}", "lesson": number, "sequencing": sequencing, "items": list(items)}


def rule(action: str, condition: str, **more: Any) -> dict[str, Any]:
    one = {"condition": condition, **more}
    return {"pre": [{"conditionCombination": "all", "conditions": [one], "action": action}]}


def test_prerequisites_name_what_is_missing() -> None:
    structure = node("ORG", None, node("S1", 1), node("S2", 2), node("S3", 3))
    course = Course(structure, {1: item("S1", "completed"), 2: item("S2", "incomplete"), 3: item("S3")})
    assert learnt_before(course, 3, {"prerequisites": "S1&S2"}) == ["课 S2"]
    assert learnt_before(course, 2, {"prerequisites": "S1"}) == []


def test_a_block_is_learnt_when_all_in_it_are() -> None:
    structure = node("ORG", None, node("B", None, node("S1", 1), node("S2", 2)), node("S3", 3))
    half = Course(structure, {1: item("S1", "completed"), 2: item("S2"), 3: item("S3")})
    assert learnt_before(half, 3, {"prerequisites": "B"}) == ["课 B"]
    whole = Course(structure, {1: item("S1", "completed"), 2: item("S2", "completed", "failed"), 3: item("S3")})
    assert learnt_before(whole, 3, {"prerequisites": "B"}) == ["课 B"]
    whole = Course(structure, {1: item("S1", "completed"), 2: item("S2", "completed", "passed"), 3: item("S3")})
    assert learnt_before(whole, 3, {"prerequisites": "B"}) == []


def test_flow_without_choice_opens_one_after_the_other() -> None:
    """Sabotage: do not look at controlMode."""
    structure = node("ORG", None, node("S1", 1), node("S2", 2), controlMode={"choice": False, "flow": True})
    assert learnt_before(Course(structure, {1: item("S1"), 2: item("S2")}), 2, {}) == ["课 S1"]
    assert learnt_before(Course(structure, {1: item("S1", "incomplete"), 2: item("S2")}), 2, {}) == []
    assert learnt_before(Course(structure, {1: item("S1"), 2: item("S2")}), 1, {}) == []


def test_an_item_shut_until_a_shared_objective_is_satisfied() -> None:
    """golf, RollupRule/pre-test style: disabled while not satisfied. Sabotage: drop _shared()."""
    writes = [{"id": "P", "primary": True, "maps": [{"targetObjectiveID": "g1", "writeSatisfiedStatus": True}]}]
    reads = [{"id": "X", "primary": False, "maps": [{"targetObjectiveID": "g1", "readSatisfiedStatus": True}]}]
    shut = rule("disabled", "satisfied", referencedObjective="X", operator="not")
    structure = node(
        "ORG", None, node("S1", 1, objectives=writes), node("S2", 2, objectives=reads, sequencingRules=shut)
    )
    assert learnt_before(Course(structure, {1: item("S1", "completed", "failed"), 2: item("S2")}), 2, {}) != []
    assert learnt_before(Course(structure, {1: item("S1", "completed", "passed"), 2: item("S2")}), 2, {}) == []


@pytest.mark.parametrize(
    ("condition", "more", "status", "shut"),
    [
        ("always", {}, ("not attempted", "unknown"), True),
        ("completed", {}, ("completed", "unknown"), True),
        ("completed", {}, ("incomplete", "unknown"), False),
        ("attempted", {}, ("incomplete", "unknown"), True),
        ("attempted", {"operator": "not"}, ("not attempted", "unknown"), True),
        ("satisfied", {"operator": "not"}, ("not attempted", "unknown"), False),
        ("objectiveStatusKnown", {"operator": "not"}, ("not attempted", "unknown"), True),
        ("objectiveMeasureGreaterThan", {"measureThreshold": 0.5}, ("completed", "passed"), True),
        ("objectiveMeasureLessThan", {"measureThreshold": 0.5}, ("completed", "passed"), False),
        ("outsideAvailableTimeRange", {}, ("completed", "passed"), False),
    ],
)
def test_conditions(condition: str, more: dict[str, Any], status: tuple[str, str], shut: bool) -> None:
    """An unknown condition shuts nothing, and negated it does not either (SN UP.2.1). Sabotage: negate unknown too."""
    structure = node("ORG", None, node("S1", 1, sequencingRules=rule("disabled", condition, **more)))
    measure = 0.8 if status[1] == "passed" else None
    assert bool(learnt_before(Course(structure, {1: item("S1", *status, measure)}), 1, {})) is shut


def test_a_gate_stops_those_behind_it() -> None:
    gate = rule("stopForwardTraversal", "completed", operator="not")
    structure = node("ORG", None, node("S1", 1, sequencingRules=gate), node("S2", 2))
    assert learnt_before(Course(structure, {1: item("S1", "incomplete"), 2: item("S2")}), 2, {}) == ["课 S1"]
    assert learnt_before(Course(structure, {1: item("S1", "completed"), 2: item("S2")}), 2, {}) == []


def test_a_course_without_structure_is_open() -> None:
    assert learnt_before(Course({}, {1: item("S1")}), 1, {}) == []
