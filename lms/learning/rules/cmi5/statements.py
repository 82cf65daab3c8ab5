"""What the LMS itself says of an AU, a block or a course (cmi5 9.3): launched, abandoned, waived, satisfied. Plain data out."""

from datetime import UTC, datetime, timedelta
from typing import Any

from lms.learning.rules.cmi5.satisfaction import Node
from lms.learning.rules.cmi5.terms import Json, Terms
from lms.lrs.rules.vocabulary import ActivityType, Category, Extension, Verb, verb


def launched(terms: Terms, title: str, launch_url: str, at: datetime) -> Json:
    """An AU is about to be opened; `launch_url` carries none of the parameters of the launch (9.6.3.4)."""
    extensions: Json = {
        Extension.LAUNCH_MODE.value: terms.mode.value,
        Extension.LAUNCH_URL.value: launch_url,
        Extension.MOVE_ON.value: terms.move_on.value,
    }
    if terms.mastery_score is not None:
        extensions[Extension.MASTERY_SCORE.value] = terms.mastery_score
    if terms.launch_parameters:
        extensions[Extension.LAUNCH_PARAMETERS.value] = terms.launch_parameters
    return _of_au(terms, Verb.LAUNCHED, title, at, extensions=extensions)


def abandoned(terms: Terms, title: str, launched_at: datetime, last_at: datetime | None, at: datetime) -> Json:
    """A session ended without its own word; it lasted from its launch to the last that was heard (9.5.4.2)."""
    result = {"duration": duration((last_at or launched_at) - launched_at)}
    return _of_au(terms, Verb.ABANDONED, title, at, result)


def waived(terms: Terms, title: str, reason: str, at: datetime) -> Json:
    """An AU was waived; `terms.session` is an id that nothing but this and what it satisfies carries (9.3.7)."""
    result = {"success": True, "completion": True, "extensions": {Extension.REASON.value: reason}}
    return _of_au(terms, Verb.WAIVED, title, at, result, categories=(Category.CMI5, Category.MOVE_ON))


def satisfied(origin: str, version: object, terms: Terms, node: Node, at: datetime) -> Json:
    """The criteria of all AUs of a block or of the course are met (9.3.9); `terms` are those of what brought it about."""
    kind = ActivityType.CMI5_COURSE if node.is_course else ActivityType.CMI5_BLOCK
    definition: Json = {"type": kind.value}
    if node.title:
        definition["name"] = {"zh-CN": node.title}
    activity = {"id": node_iri(origin, version, node), "definition": definition}
    return _statement(terms, Verb.SATISFIED, activity, node.publisher_id, at)


def node_iri(origin: str, version: object, node: Node) -> str:
    """Our own id of a block or a course (9.3.9.0-3, -7)."""
    course = f"{origin}/activities/courses/{version}"
    return course if node.is_course else f"{course}/blocks/{node.key.removeprefix('block-')}"


def duration(length: timedelta) -> str:
    """ISO 8601, to the hundredth of a second; never below zero."""
    return f"PT{max(length.total_seconds(), 0):.2f}S"


def _of_au(
    terms: Terms,
    word: Verb,
    title: str,
    at: datetime,
    result: Json | None = None,
    *,
    extensions: Json | None = None,
    categories: tuple[Category, ...] = (Category.CMI5,),
) -> Json:
    activity = {"id": terms.activity_id, "definition": {"name": {"zh-CN": title}}}
    statement = _statement(terms, word, activity, terms.publisher_id, at, extensions or {}, categories)
    return {**statement, "result": result} if result else statement


def _statement(
    terms: Terms,
    word: Verb,
    activity: Json,
    publisher_id: str,
    at: datetime,
    extensions: dict[str, Any] | None = None,
    categories: tuple[Category, ...] = (Category.CMI5,),
) -> Json:
    return {
        "actor": terms.actor,
        "verb": verb(word),
        "object": {"objectType": "Activity", **activity},
        "context": {
            "registration": terms.registration,
            "contextActivities": {
                "grouping": [{"id": publisher_id}],
                "category": [{"id": category.value} for category in categories],
            },
            "extensions": {Extension.SESSION_ID.value: terms.session, **(extensions or {})},
        },
        "timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
