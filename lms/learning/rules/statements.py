"""What learning tells the record store: xAPI statements of the video profile and of quizzes. Plain data out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from courses.course import Question
from lms.learning.rules import interactions
from lms.learning.rules.segments import Segment
from lms.learning.rules.stretches import Stretches
from lms.lrs.rules.vocabulary import ActivityType, Category, Extension, Verb, played_segments, verb
from lms.questions.rules.marking import MarkedQuestion

Statement = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """Who learns what, where and under which registration: what all statements of a session share.

    The actor is an account named by the person's id, which says nothing about the person.
    """

    origin: str
    person_id: UUID
    registration_id: UUID
    cohort_id: UUID
    version_id: UUID
    lesson_id: UUID
    lesson_title: str
    session_id: UUID | None = None
    length_ms: int = 0

    def activity(self, kind: str, id: object) -> str:
        """The IRI of something of ours."""
        return f"{self.origin}/activities/{kind}/{id}"


def initialized(scene: Scene, at: datetime) -> Statement:
    """The lesson was opened."""
    return _of_video(scene, Verb.INITIALIZED, at)


def played(scene: Scene, at: datetime, segment: Segment) -> Statement:
    """An unbroken run of play has ended."""
    start, end = segment
    extensions = {
        Extension.TIME_FROM: _seconds(start),
        Extension.TIME_TO: _seconds(end),
        Extension.TIME: _seconds(start),
    }
    return _of_video(scene, Verb.PLAYED, at, {"duration": _duration(end - start), "extensions": _keys(extensions)})


def paused(scene: Scene, at: datetime, place_ms: int, covered: Stretches, progress: float) -> Statement:
    """Play has stopped; played-segments are the stretches credited so far."""
    return _of_video(scene, Verb.PAUSED, at, {"extensions": _state(place_ms, covered, progress)})


def completed(scene: Scene, at: datetime, place_ms: int, covered: Stretches, credited_ms: int) -> Statement:
    """The lesson is learnt: credited time reached the policy's share."""
    extensions = {**_state(place_ms, covered, 1.0), Extension.CREDITED.value: _seconds(credited_ms)}
    return _of_video(
        scene, Verb.COMPLETED, at, {"completion": True, "duration": _duration(credited_ms), "extensions": extensions}
    )


def terminated(scene: Scene, at: datetime, place_ms: int, covered: Stretches, progress: float) -> Statement:
    """The lesson was left."""
    return _of_video(scene, Verb.TERMINATED, at, {"extensions": _state(place_ms, covered, progress)})


def answered(scene: Scene, at: datetime, attempt_id: UUID, question: Question, marked: MarkedQuestion) -> Statement:
    """One question of a quiz was answered."""
    activity = {
        "id": f"{scene.activity('lessons', scene.lesson_id)}/questions/{marked.number}",
        "definition": {
            "type": ActivityType.INTERACTION.value,
            "name": {"zh-CN": question.text},
            **interactions.definition(question),
        },
    }
    result = interactions.result(question, marked)
    parent = {"id": scene.activity("lessons", scene.lesson_id)}
    return _statement(scene, Verb.ANSWERED, at, activity, result, [parent], attempt=attempt_id)


def judged(scene: Scene, at: datetime, attempt_id: UUID, score: int, passed: bool) -> Statement:
    """A quiz was passed or failed; score in percent."""
    result = {
        "success": passed,
        "completion": True,
        "score": {"scaled": score / 100, "raw": score, "min": 0, "max": 100},
    }
    word = Verb.PASSED if passed else Verb.FAILED
    activity = _lesson(scene, ActivityType.ASSESSMENT)
    return _statement(scene, word, at, activity, result, _parents(scene), attempt=attempt_id)


def _of_video(scene: Scene, word: Verb, at: datetime, result: Statement | None = None) -> Statement:
    return _statement(scene, word, at, _lesson(scene, ActivityType.VIDEO), result, _parents(scene))


def _statement(
    scene: Scene,
    word: Verb,
    at: datetime,
    activity: Statement,
    result: Statement | None,
    parents: list[Statement],
    attempt: UUID | None = None,
) -> Statement:
    statement: Statement = {
        "actor": {"objectType": "Agent", "account": {"homePage": scene.origin, "name": str(scene.person_id)}},
        "verb": verb(word),
        "object": {"objectType": "Activity", **activity},
        "context": _context(scene, parents, attempt),
        "timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    return {**statement, "result": result} if result else statement


def _context(scene: Scene, parents: list[Statement], attempt: UUID | None) -> Statement:
    activities: Statement = {"parent": parents, "grouping": [{"id": scene.activity("classes", scene.cohort_id)}]}
    context: Statement = {
        "registration": str(scene.registration_id),
        "platform": "雁学",
        "language": "zh-CN",
        "contextActivities": activities,
    }
    if attempt is None:
        activities["category"] = [{"id": Category.VIDEO.value}]
        context["extensions"] = _keys(
            {Extension.VIDEO_SESSION_ID: str(scene.session_id), Extension.LENGTH: round(scene.length_ms / 1000)}
        )
    else:
        activities["other"] = [{"id": scene.activity("attempts", attempt)}]
    return context


def _lesson(scene: Scene, kind: ActivityType) -> Statement:
    definition = {"type": kind.value, "name": {"zh-CN": scene.lesson_title}}
    return {"id": scene.activity("lessons", scene.lesson_id), "definition": definition}


def _parents(scene: Scene) -> list[Statement]:
    return [{"id": scene.activity("courses", scene.version_id), "definition": {"type": ActivityType.COURSE.value}}]


def _state(place_ms: int, covered: Stretches, progress: float) -> dict[str, Any]:
    return _keys(
        {
            Extension.TIME: _seconds(place_ms),
            Extension.PROGRESS: round(progress, 3),
            Extension.PLAYED_SEGMENTS: played_segments(list(covered)),
        }
    )


def _keys(extensions: Mapping[Extension, object]) -> dict[str, Any]:
    return {key.value: value for key, value in extensions.items()}


def _seconds(ms: int) -> float:
    return round(ms / 1000, 3)


def _duration(ms: int) -> str:
    """ISO 8601, to the hundredth of a second as the specification compares."""
    return f"PT{ms / 1000:.2f}S"
