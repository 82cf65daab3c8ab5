"""The result of a statement of cmi5 itself (9.5): which properties go with which verb."""

from lms.learning.rules.cmi5.refusal import Forbidden
from lms.learning.rules.cmi5.terms import Json, Terms
from lms.lrs.rules.vocabulary import Extension, Verb

_TIMED = {
    Verb.TERMINATED: "9.5.4.1-1",
    Verb.COMPLETED: "9.5.4.1-2",
    Verb.PASSED: "9.5.4.1-3",
    Verb.FAILED: "9.5.4.1-4",
}
_SUCCESS = {Verb.PASSED: (True, "9.5.2.0-1"), Verb.FAILED: (False, "9.5.2.0-2")}


def check_result(statement: Json, verb: Verb, terms: Terms) -> None:
    """Raises Forbidden where the result does not fit the verb or the mastery score."""
    result = statement.get("result") or {}
    if verb in _TIMED and "duration" not in result:
        raise Forbidden(_TIMED[verb], f"{verb.name.lower()} has a duration")
    _check_completion(result, verb)
    _check_success(result, verb)
    if "score" in result:
        _check_score(result["score"], verb)
        _check_mastery(result["score"], verb, statement, terms)


def _check_completion(result: Json, verb: Verb) -> None:
    if verb is Verb.COMPLETED and result.get("completion") is not True:
        raise Forbidden("9.5.3.0-1", "completed has completion: true")
    if verb is not Verb.COMPLETED and "completion" in result:
        raise Forbidden("9.5.3.0-2", "only completed has completion")


def _check_success(result: Json, verb: Verb) -> None:
    if verb in _SUCCESS:
        wanted, requirement = _SUCCESS[verb]
        if result.get("success") is not wanted:
            raise Forbidden(requirement, f"{verb.name.lower()} has success: {str(wanted).lower()}")
    elif "success" in result:
        raise Forbidden("9.5.2.0-3", "only passed and failed have success")


def _check_score(score: Json, verb: Verb) -> None:
    if verb not in _SUCCESS:
        raise Forbidden("9.5.1.0-2", "only passed and failed have a score")
    if "raw" in score and not {"min", "max"} <= score.keys():
        raise Forbidden("9.5.1.0-3", "a raw score comes with min and max")


def _check_mastery(score: Json, verb: Verb, statement: Json, terms: Terms) -> None:
    """The score agrees with the verb, and the statement says by which mastery score."""
    mastery = terms.mastery_score
    if mastery is None:
        return
    said = (statement["context"].get("extensions") or {}).get(Extension.MASTERY_SCORE.value)
    if isinstance(said, bool) or not isinstance(said, int | float) or said != mastery:
        raise Forbidden("9.6.3.2-2", "a score needs the masteryscore extension of the launch")
    if "scaled" not in score:
        return
    if verb is Verb.PASSED and score["scaled"] < mastery:
        raise Forbidden("9.3.4.0-2", "passed has a score of at least the mastery score")
    if verb is Verb.FAILED and score["scaled"] >= mastery:
        raise Forbidden("9.3.5.0-2", "failed has a score below the mastery score")
