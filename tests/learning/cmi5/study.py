"""A launch with its terms, and statements as an AU sends them: right ones, to be spoilt by the tests."""

import copy
from typing import Any
from uuid import uuid4

from lms.learning.rules.cmi5.terms import Facts, MoveOn, Terms
from lms.lrs.rules.vocabulary import Category, Extension, Verb

ACTOR = {"objectType": "Agent", "account": {"homePage": "https://lms.example", "name": "7f"}}
TERMS = Terms(
    session="5e551011-0000-4000-8000-000000000001",
    registration="4e615742-0000-4000-8000-000000000001",
    activity_id="https://lms.example/activities/lessons/1",
    publisher_id="https://author.example/au/1",
    actor=ACTOR,
    move_on=MoveOn.COMPLETED_AND_PASSED,
    mastery_score=0.6,
)
READ = Facts(read_preferences=True)
BEGUN = READ.after(Verb.INITIALIZED)
RESULTS: dict[Verb, dict[str, Any]] = {
    Verb.INITIALIZED: {},
    Verb.TERMINATED: {"duration": "PT9M"},
    Verb.COMPLETED: {"completion": True, "duration": "PT5M"},
    Verb.PASSED: {"success": True, "duration": "PT6M", "score": {"scaled": 0.6, "raw": 60, "min": 0, "max": 100}},
    Verb.FAILED: {"success": False, "duration": "PT6M", "score": {"scaled": 0.5}},
}
JUDGED = {Verb.COMPLETED, Verb.PASSED, Verb.FAILED}


def said(verb: Verb, terms: Terms = TERMS, **changes: Any) -> dict[str, Any]:
    """A right statement of cmi5 itself, with changes by dotted path: `result__score=None` takes a property away."""
    categories = [Category.CMI5, *([Category.MOVE_ON] if verb in JUDGED else [])]
    statement = allowed(str(verb), terms)
    statement["context"]["contextActivities"]["category"] = [{"id": str(category)} for category in categories]
    statement["object"] = {"objectType": "Activity", "id": terms.activity_id}
    if RESULTS[verb]:
        statement["result"] = copy.deepcopy(RESULTS[verb])
        if "score" in RESULTS[verb] and terms.mastery_score is not None:
            statement["context"]["extensions"][str(Extension.MASTERY_SCORE)] = terms.mastery_score
    return changed(statement, **changes)


def allowed(
    verb: str = "http://adlnet.gov/expapi/verbs/experienced", terms: Terms = TERMS, **changes: Any
) -> dict[str, Any]:
    """A right statement that is not cmi5's own."""
    statement = {
        "id": str(uuid4()),
        "timestamp": "2026-11-20T04:00:00.000Z",
        "actor": copy.deepcopy(terms.actor),
        "verb": {"id": verb, "display": {"en": "x"}},
        "object": {"id": f"{terms.activity_id}/page/3"},
        "context": {"registration": terms.registration, **copy.deepcopy(terms.template)},
    }
    return changed(statement, **changes)


def changed(statement: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The statement with properties put in, or taken away where the value is None."""
    for path, value in changes.items():
        *way, last = path.split("__")
        place = statement
        for name in way:
            place = place[name]
        if value is None:
            place.pop(last)
        else:
            place[last] = value
    return statement
