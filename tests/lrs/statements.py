"""Statements for the tests, and the ways in which they can be wrong."""

from copy import deepcopy
from typing import Any
from uuid import uuid4

Json = dict[str, Any]

AGENT: Json = {"objectType": "Agent", "mbox": "mailto:xiulan@example.cn", "name": "黄秀兰"}
ACTIVITY: Json = {
    "objectType": "Activity",
    "id": "https://example.cn/courses/lychee",
    "definition": {
        "name": {"zh-CN": "荔枝上网卖", "en": "Selling lychees"},
        "type": "http://adlnet.gov/expapi/activities/lesson",
        "extensions": {"https://example.cn/ext/any": {"nothing": None}},
    },
}
STATEMENT: Json = {
    "actor": AGENT,
    "verb": {"id": "http://adlnet.gov/expapi/verbs/completed", "display": {"zh-CN": "学完了"}},
    "object": ACTIVITY,
    "result": {"score": {"scaled": 0.5, "raw": 5, "min": 0, "max": 10}, "success": True, "duration": "PT1H0M0.1S"},
    "context": {
        "registration": "7c4d1a0f-3f0c-4f43-9d55-b1a38c0f4d11",
        "instructor": {"account": {"homePage": "https://example.cn", "name": "teacher"}},
        "contextActivities": {"grouping": [{"id": "https://example.cn/courses"}]},
        "language": "zh-CN",
        "extensions": {"https://example.cn/ext/null": None},
    },
    "timestamp": "2026-11-20T12:00:00+08:00",
}
SUB: Json = {
    "objectType": "SubStatement",
    "actor": AGENT,
    "verb": {"id": "http://adlnet.gov/expapi/verbs/answered"},
    "object": {"id": "https://example.cn/courses/later"},
}
GROUP: Json = {"objectType": "Group", "member": [AGENT]}


def statement(**changes: Any) -> Json:
    """A sound statement with some properties replaced; None takes a property away."""
    made = {**deepcopy(STATEMENT), **changes}
    return {name: value for name, value in made.items() if value is not None}


def made() -> Json:
    """A sound statement with an id of its own."""
    return statement(id=str(uuid4()))


def altered(path: str, value: Any) -> Json:
    """A sound statement with one property, by its dotted path, set to a value (made where it is missing)."""
    whole = deepcopy(STATEMENT)
    *way, last = path.split(".")
    place: Any = whole
    for name in way:
        place = place[int(name)] if isinstance(place, list) else place.setdefault(name, {})
    place[last] = value
    return whole
