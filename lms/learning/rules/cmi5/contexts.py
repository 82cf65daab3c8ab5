"""Context activities of a statement: read as lists, compared with what a launch laid down."""

from typing import Any

from lms.learning.rules.cmi5.terms import Json


def activities_of(context: Json) -> Json:
    """Context activities by kind, each as a list: version 1.0.3 takes a single one too."""
    found = context.get("contextActivities") or {}
    return {kind: value if isinstance(value, list) else [value] for kind, value in found.items()}


def ids_of(statement: Json, kind: str | None = None) -> set[str]:
    """The ids of the context activities of one kind, or of all kinds."""
    found = activities_of(statement.get("context") or {})
    return {activity.get("id", "") for name, all_of in found.items() if kind in (None, name) for activity in all_of}


def contains(given: Any, wanted: Any) -> bool:
    """Whether JSON holds all of other JSON unaltered: objects may have more properties, lists more entries."""
    if isinstance(wanted, dict):
        return isinstance(given, dict) and all(name in given and contains(given[name], wanted[name]) for name in wanted)
    if isinstance(wanted, list):
        return isinstance(given, list) and all(any(contains(one, entry) for one in given) for entry in wanted)
    return type(given) is type(wanted) and bool(given == wanted)
