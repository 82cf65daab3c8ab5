"""What attempts at SCOs tell the record store, after ADL's SCORM profile. Plain data out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from lms.learning.rules.scorm.elements import numbered
from lms.learning.rules.scorm.tracking import Completion, Score, Success, Track
from lms.lrs.rules.vocabulary import ActivityType, Category, Verb, verb

Statement = dict[str, Any]
MOST_ANSWERS = 250
_KINDS = frozenset({
    "true-false", "choice", "fill-in", "long-fill-in", "matching", "performance", "sequencing", "likert", "numeric", "other",
})  # fmt: skip
_RIGHT, _WRONG = frozenset({"correct"}), frozenset({"wrong", "incorrect"})


@dataclass(frozen=True, slots=True)
class Scene:
    """Who learns what under which registration, in which attempt: what all statements of an attempt share."""

    origin: str
    person_id: UUID
    registration_id: UUID
    cohort_id: UUID
    version_id: UUID
    lesson_id: UUID
    lesson_title: str
    attempt_id: UUID

    def activity(self, kind: str, id: object) -> str:
        """The IRI of something of ours."""
        return f"{self.origin}/activities/{kind}/{id}"


@dataclass(frozen=True, slots=True)
class Turn:
    """What a commit is in its opening: its first, its last, and whether the attempt was never completed before it.

    `seconds` is how long the opening has lasted by the server's clock.
    """

    begins: bool
    ends: bool
    first_completion: bool
    seconds: float


def told(scene: Scene, at: datetime, turn: Turn, before: Track, after: Track) -> list[Statement]:
    """What a commit says that was not said before: begun, completed, judged, left."""
    found = []
    if turn.begins:
        found.append(_of_lesson(scene, Verb.INITIALIZED, at))
    if turn.first_completion and after.completion is Completion.COMPLETED:
        found.append(_of_lesson(scene, Verb.COMPLETED, at, {"completion": True, **_scored(after.score)}))
    if after.success is not Success.UNKNOWN and after.success is not before.success:
        passed = after.success is Success.PASSED
        word = Verb.PASSED if passed else Verb.FAILED
        found.append(_of_lesson(scene, word, at, {"success": passed, **_scored(after.score)}))
    if turn.ends:
        found.append(_of_lesson(scene, Verb.TERMINATED, at, {"duration": f"PT{turn.seconds:.2f}S"}))
    return found


def answered(scene: Scene, at: datetime, before: Mapping[str, str], after: Mapping[str, str]) -> list[Statement]:
    """The interactions that have a response which they had not before; the first 250 of an attempt."""
    said = numbered(before, "interactions")
    found = []
    for place, one in enumerate(numbered(after, "interactions")[:MOST_ANSWERS]):
        response = _response(one)
        earlier = said[place] if place < len(said) else {}
        if response and (response, one.get("result")) != (_response(earlier), earlier.get("result")):
            found.append(_answer(scene, at, place, one, response))
    return found


def _answer(scene: Scene, at: datetime, place: int, one: Mapping[str, str], response: str) -> Statement:
    kind = one.get("type", "")
    definition: Statement = {
        "type": ActivityType.INTERACTION.value,
        "interactionType": kind if kind in _KINDS else "other",
    }
    patterns = [record["pattern"] for record in numbered(one, "correct_responses") if record.get("pattern")]
    if patterns:
        definition["correctResponsesPattern"] = patterns
    if one.get("description"):
        definition["description"] = {"zh-CN": one["description"]}
    name = quote(one.get("id") or str(place), safe="")
    activity = {"id": f"{scene.activity('lessons', scene.lesson_id)}/interactions/{name}", "definition": definition}
    result: Statement = {"response": response}
    if one.get("result") in _RIGHT | _WRONG:
        result["success"] = one["result"] in _RIGHT
    return _statement(scene, Verb.ANSWERED, at, activity, result, [{"id": scene.activity("lessons", scene.lesson_id)}])


def _response(one: Mapping[str, str]) -> str:
    return one.get("student_response") or one.get("learner_response") or ""


def _scored(score: Score) -> Statement:
    """A score as xAPI takes it: parts that contradict each other are left out; scaled is our own report's where none came."""
    given: Statement = {}
    share = score.share
    if share is not None:
        given["scaled"] = round(score.scaled if score.scaled is not None else share, 4)
    low, high, raw = score.min, score.max, score.raw
    if raw is not None:
        given["raw"] = raw
        if low is not None and high is not None and low < high and low <= raw <= high:
            given |= {"min": low, "max": high}
        elif low is None and high is not None and raw <= high:
            given["max"] = high
    return {"score": given} if given else {}


def _of_lesson(scene: Scene, word: Verb, at: datetime, result: Statement | None = None) -> Statement:
    definition = {"type": ActivityType.LESSON.value, "name": {"zh-CN": scene.lesson_title}}
    activity = {"id": scene.activity("lessons", scene.lesson_id), "definition": definition}
    course = {"id": scene.activity("courses", scene.version_id), "definition": {"type": ActivityType.COURSE.value}}
    return _statement(scene, word, at, activity, result, [course])


def _statement(
    scene: Scene, word: Verb, at: datetime, activity: Statement, result: Statement | None, parents: list[Statement]
) -> Statement:
    activities = {
        "parent": parents,
        "grouping": [{"id": scene.activity("classes", scene.cohort_id)}],
        "category": [{"id": Category.SCORM.value}],
        "other": [{"id": scene.activity("attempts", scene.attempt_id)}],
    }
    statement: Statement = {
        "actor": {"objectType": "Agent", "account": {"homePage": scene.origin, "name": str(scene.person_id)}},
        "verb": verb(word),
        "object": {"objectType": "Activity", **activity},
        "context": {
            "registration": str(scene.registration_id),
            "platform": "雁学",
            "language": "zh-CN",
            "contextActivities": activities,
        },
        "timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    return {**statement, "result": result} if result else statement
