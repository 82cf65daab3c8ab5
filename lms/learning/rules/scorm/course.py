"""Which SCO of a course may be opened next: prerequisites of SCORM 1.2, and what of the sequencing of 2004 asks the server.

Each SCO is opened by the person's own choice (SN: a choice navigation request). So these are honoured: control modes choice and
flow, the rules disabled, hiddenFromChoice and stopForwardTraversal with their conditions, objectives that items share, and the
usual roll-up of clusters. docs/decisions.md says what is not.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from lms.learning.rules.scorm import prerequisites
from lms.learning.rules.scorm.tracking import Completion, Success

Node = Mapping[str, Any]
_SHUT = frozenset({"disabled", "hiddenFromChoice"})


@dataclass(frozen=True, slots=True)
class Item:
    """A lesson of the course as a person stands with it; `measure` is its score from 0 to 1."""

    identifier: str
    title: str
    completion: Completion
    success: Success
    measure: float | None

    @property
    def word(self) -> str:
        """Its lesson_status in SCORM 1.2."""
        return str(self.completion if self.success is Success.UNKNOWN else self.success)

    @property
    def attempted(self) -> bool:
        """Whether it was ever opened."""
        return self.completion is not Completion.NOT_ATTEMPTED


@dataclass(frozen=True, slots=True)
class Course:
    """A course: its structure as the manifest has it (courses/scorm/reading.py) and its lessons by number."""

    structure: Mapping[str, Any]
    items: Mapping[int, Item]


def learnt_before(course: Course, number: int, settings: Mapping[str, Any]) -> list[str]:
    """The titles of what must be learnt before this lesson may be opened; empty where it may."""
    asked = settings.get("prerequisites") or ""
    if asked:
        return _before_by_prerequisites(course, asked)
    path = _path(course.structure, number)
    return _before_by_sequencing(course, path) if path else []


def _before_by_prerequisites(course: Course, asked: str) -> list[str]:
    statuses = dict(_words(course, course.structure))
    if prerequisites.met(asked, statuses):
        return []
    titles = {node["identifier"]: node["title"] for node in _nodes(course.structure)}
    named = [name for name in prerequisites.named(asked) if name in titles]
    missing = [name for name in named if statuses.get(name) not in ("passed", "completed")]
    return [titles[name] for name in missing or named] or ["前面的课"]


def _words(course: Course, node: Node) -> Iterator[tuple[str, str]]:
    """lesson_status of every item by its identifier; a block is completed when all in it are learnt."""
    for inner in node["items"]:
        if inner["lesson"] in course.items:
            yield inner["identifier"], course.items[inner["lesson"]].word
        else:
            below = [item.word for item in _leaves(course, inner)]
            learnt = [word in ("passed", "completed") for word in below]
            begun = any(word != "not attempted" for word in below)
            yield (
                inner["identifier"],
                "completed" if below and all(learnt) else "incomplete" if begun else "not attempted",
            )
        yield from _words(course, inner)


def _before_by_sequencing(course: Course, path: Sequence[Node]) -> list[str]:
    shared = _shared(course)
    for parent, node in pairwise(path):
        earlier = list(_earlier(parent, node))
        if parent["sequencing"].get("controlMode", {}).get("choice") is False:
            unopened = [item for one in earlier for item in _leaves(course, one) if not item.attempted]
            if unopened:
                return [item.title for item in unopened]
        stopping = [one for one in earlier if _applies(course, one, {"stopForwardTraversal"}, shared)]
        if stopping:
            return _unlearnt(course, stopping)
        if _applies(course, node, _SHUT, shared):
            return _unlearnt(course, earlier)
    return []


def _applies(course: Course, node: Node, actions: set[str] | frozenset[str], shared: Mapping[str, "_Standing"]) -> bool:
    rules = node["sequencing"].get("sequencingRules", {}).get("pre", ())
    return any(rule["action"] in actions and _holds(course, node, rule, shared) for rule in rules)


def _holds(course: Course, node: Node, rule: Mapping[str, Any], shared: Mapping[str, "_Standing"]) -> bool:
    """SN UP.2.1: an unknown condition is no true one, and negated it stays unknown."""
    found = [_condition(course, node, one, shared) for one in rule["conditions"]]
    return bool(found) and (any(found) if rule["conditionCombination"] == "any" else all(found))


@dataclass(frozen=True, slots=True)
class _Standing:
    """What is known of an activity or of a shared objective; None is unknown."""

    satisfied: bool | None
    measure: float | None
    completed: bool | None = None
    attempted: bool = False


def _condition(course: Course, node: Node, one: Mapping[str, Any], shared: Mapping[str, _Standing]) -> bool:
    own = _standing(course, node)
    goal = _referenced(node, str(one.get("referencedObjective") or ""), own, shared)
    known, held = _judged(str(one.get("condition", "")), one, own, goal)
    return known and (not held if one.get("operator") == "not" else held)


def _judged(word: str, one: Mapping[str, Any], own: _Standing, goal: _Standing) -> tuple[bool, bool]:
    """Whether a condition is known, and whether it holds."""
    threshold = float(one.get("measureThreshold") or 0)
    measure = goal.measure
    answers: dict[str, tuple[bool, bool]] = {
        "always": (True, True),
        "satisfied": (goal.satisfied is not None, goal.satisfied is True),
        "objectiveStatusKnown": (True, goal.satisfied is not None),
        "objectiveMeasureKnown": (True, measure is not None),
        "objectiveMeasureGreaterThan": (measure is not None, measure is not None and measure > threshold),
        "objectiveMeasureLessThan": (measure is not None, measure is not None and measure < threshold),
        "completed": (own.completed is not None, own.completed is True),
        "activityProgressKnown": (True, own.completed is not None),
        "attempted": (True, own.attempted),
    }
    return answers.get(word, (False, False))


def _referenced(node: Node, name: str, own: _Standing, shared: Mapping[str, _Standing]) -> _Standing:
    """The objective that a condition speaks of: what it reads from a shared one where it does, else the activity's own."""
    for objective in node["sequencing"].get("objectives", ()):
        if objective["id"] == name or (not name and objective["primary"]):
            for one in objective["maps"]:
                found = shared.get(str(one.get("targetObjectiveID")))
                if found is not None and one.get("readSatisfiedStatus") is not False:
                    return found
    return own if not name or _is_primary(node, name) else _Standing(None, None)


def _is_primary(node: Node, name: str) -> bool:
    return any(one["primary"] and one["id"] == name for one in node["sequencing"].get("objectives", ()))


def _shared(course: Course) -> dict[str, _Standing]:
    """Shared objectives by name, as the primary objectives of items write them."""
    found: dict[str, _Standing] = {}
    for node in _nodes(course.structure):
        standing = _standing(course, node)
        for objective in node["sequencing"].get("objectives", ()):
            for one in objective["maps"]:
                writes = one.get("writeSatisfiedStatus") is True or one.get("writeNormalizedMeasure") is True
                if objective["primary"] and writes and standing.attempted:
                    found[str(one.get("targetObjectiveID"))] = standing
    return found


def _standing(course: Course, node: Node) -> _Standing:
    """An item by what its SCO said; a cluster by the usual roll-up: all of its children."""
    item = course.items.get(node["lesson"]) if node.get("lesson") else None
    if item is None:
        below = [_standing(course, one) for one in node["items"]]
        if not any(one.attempted for one in below):
            return _Standing(None, None)
        measures = [one.measure for one in below if one.measure is not None]
        return _Standing(
            all(one.satisfied is True for one in below),
            sum(measures) / len(below) if measures else None,
            all(one.completed is True for one in below),
            True,
        )
    if not item.attempted:
        return _Standing(None, None)
    completed = item.completion is Completion.COMPLETED
    # SN TB.2.3: what the content leaves unsaid is satisfied and completed when it ends.
    satisfied = completed or None if item.success is Success.UNKNOWN else item.success is Success.PASSED
    return _Standing(satisfied, item.measure, completed, True)


def _unlearnt(course: Course, nodes: Sequence[Node]) -> list[str]:
    items = [item for node in nodes for item in _leaves(course, node)]
    return [item.title for item in items if item.completion is not Completion.COMPLETED] or ["前面的课"]


def _earlier(parent: Node, node: Node) -> Iterator[Node]:
    for one in parent["items"]:
        if one is node:
            return
        yield one


def _path(node: Node, number: int) -> list[Node]:
    """From the organization down to the item of a lesson; empty where there is none."""
    for inner in node.get("items", ()):
        if inner["lesson"] == number:
            return [node, inner]
        below = _path(inner, number)
        if below:
            return [node, *below]
    return []


def _nodes(node: Node) -> Iterator[Node]:
    for inner in node.get("items", ()):
        yield inner
        yield from _nodes(inner)


def _leaves(course: Course, node: Node) -> Iterator[Item]:
    if node["lesson"] in course.items:
        yield course.items[node["lesson"]]
    for inner in node["items"]:
        yield from _leaves(course, inner)
