"""The data model of a SCO as a commit brings it: a tree of strings, taken apart into paths and compared."""

from collections.abc import Iterator, Mapping
from typing import Any

SUSPEND_DATA = 64_000
LOCATION = 4_000
DEEPEST = 12
MOST = 40_000
_REACHED = frozenset({"passed", "completed"})
_STATUSES = ("status", "completion_status", "success_status")

Leaves = dict[str, str]


class Problem(Exception):
    """Why a commit cannot be kept: a code for machines and a sentence for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code)
        self.code, self.sentence = code, sentence


NO_CMI = ("cmi_missing", "这次保存里没有学习数据，没有收下，以前存的都在")
NOT_TEXT = ("cmi_malformed", "这次保存的数据读不懂，没有收下，以前存的都在")
TOO_MANY = ("cmi_too_many", "这次保存的条目太多，没有收下，以前存的都在")
BAD_LETTERS = ("cmi_letters", "这次保存里有存不下来的字符，没有收下，以前存的都在")
SUSPEND_TOO_LONG = (
    "suspend_data_too_long",
    "课件要存的进度超过 64000 个字，没有收下，以前存的都在。请让做课件的人减小进度数据",
)
LOCATION_TOO_LONG = ("location_too_long", "课件要存的位置太长，没有收下，以前存的都在")


def leaves(cmi: object) -> Leaves:
    """Every element by its path (core.lesson_status, interactions.0.id) as text; raises Problem.

    Lists and objects with numbered keys are the same: scorm-again writes the latter.
    """
    if not isinstance(cmi, dict) or not cmi:
        raise Problem(*NO_CMI)
    found: Leaves = {}
    for path, value in _walk(cmi, "", 0):
        if len(found) >= MOST:
            raise Problem(*TOO_MANY)
        found[path] = value
    if any("\0" in path or "\0" in value for path, value in found.items()):
        raise Problem(*BAD_LETTERS)
    if len(found.get("suspend_data", "")) > SUSPEND_DATA:
        raise Problem(*SUSPEND_TOO_LONG)
    if any(len(found.get(name, "")) > LOCATION for name in ("location", "core.lesson_location")):
        raise Problem(*LOCATION_TOO_LONG)
    return found


def _walk(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > DEEPEST:
        raise Problem(*NOT_TEXT)
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _walk(inner, f"{path}.{name}" if path else name, depth + 1)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _walk(inner, f"{path}.{place}", depth + 1)
    elif isinstance(value, bool):
        yield path, "true" if value else "false"
    elif isinstance(value, str):
        yield path, value
    elif isinstance(value, int | float):
        yield path, f"{value:g}" if isinstance(value, float) else str(value)
    elif value is not None:
        raise Problem(*NOT_TEXT)


def difference(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str | None]:
    """What a commit changed: new values by path, None for an element that is gone."""
    changed: dict[str, str | None] = {path: value for path, value in after.items() if before.get(path) != value}
    return changed | {path: None for path in before if path not in after}


def applied(before: Mapping[str, str], changed: Mapping[str, str | None]) -> Leaves:
    """The elements after a difference: what difference() took apart, put together again."""
    merged = {**before, **changed}
    return {path: value for path, value in merged.items() if value is not None}


def numbered(found: Mapping[str, str], collection: str) -> list[dict[str, str]]:
    """The records of a collection (interactions, objectives) in order, each by the rest of its paths."""
    records: dict[int, dict[str, str]] = {}
    for path, value in found.items():
        if path.startswith(collection + "."):
            number, _, rest = path[len(collection) + 1 :].partition(".")
            if number.isdecimal() and len(number) < 6 and rest:
                records.setdefault(int(number), {})[rest] = value
    return [records[number] for number in sorted(records)]


def reached(found: Mapping[str, str]) -> str:
    """How far a SCO has come that tells no place: questions that have an answer and objectives reached; "" where neither."""
    questions, goals = numbered(found, "interactions"), numbered(found, "objectives")
    answers = sum(1 for one in questions if one.get("student_response") or one.get("learner_response"))
    done = sum(1 for one in goals if _REACHED & {one.get(name) for name in _STATUSES})
    return f"answers {answers}, objectives {done}" if answers or done else ""
