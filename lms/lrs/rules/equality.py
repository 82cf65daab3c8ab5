"""When two statements of one id are the same statement (Data 2.3.1)."""

from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from lms.lrs.rules.activity import Activity
from lms.lrs.rules.durations import to_hundredths
from lms.lrs.rules.objects import SubStatement
from lms.lrs.rules.statement import Statement
from lms.lrs.rules.timestamps import parse_timestamp


class _Content(msgspec.Struct):
    """What a client says, without what the store assigns."""

    actor: Any
    verb: Any
    object: Any
    result: Any = UNSET
    context: Any = UNSET
    timestamp: str | UnsetType = UNSET


def content_hash(statement: Statement) -> UUID:
    """128 bits of SHA-256 over what the client said, whatever the order of its properties or its white space.

    Equal hashes mean the same statement. Different ones must still be compared by `same`: words of a verb, definitions of
    activities and the order of a group's members are not part of a statement.
    """
    event = statement.event
    content = _Content(event.actor, event.verb, statement.target, event.result, event.context, event.timestamp)
    return UUID(bytes=sha256(msgspec.json.encode(content, order="deterministic")).digest()[:16])


def same(one: Statement, other: Statement) -> bool:
    """Whether two statements say the same, by the exceptions of Data 2.3.1."""
    return comparable(one, timestamps=_both_dated(one, other)) == comparable(other, timestamps=_both_dated(one, other))


def comparable(statement: Statement, *, timestamps: bool = True) -> dict[str, Any]:
    """Plain data that is equal for equal statements."""
    event = statement.event
    content = _plain(event.actor, event.verb, statement.target, event.result, event.context)
    if timestamps and event.timestamp is not UNSET:
        content["timestamp"] = parse_timestamp(event.timestamp, "timestamp")
    return content


def _both_dated(one: Statement, other: Statement) -> bool:
    return one.event.timestamp is not UNSET and other.event.timestamp is not UNSET


def _plain(actor: Any, verb: Any, target: Any, result: Any, context: Any) -> dict[str, Any]:
    content = {"actor": _settled(actor), "verb": verb.id, "object": _target(target)}
    if result is not UNSET:
        content["result"] = _settled(result)
        if result.duration is not UNSET:
            content["result"]["duration"] = to_hundredths(result.duration)
    if context is not UNSET:
        content["context"] = _settled(context)
    return content


def _target(target: Any) -> Any:
    if isinstance(target, Activity):
        return target.id
    if isinstance(target, SubStatement):
        return _plain(target.actor, target.verb, target.target, target.result, target.context)
    return _settled(target)


def _settled(struct: Any) -> Any:
    """Plain data without definitions, with members in one order, single context activities as lists, UUIDs in one case."""
    return _walk(msgspec.json.decode(msgspec.json.encode(struct)), "")


def _walk(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        walked = {
            key: inner if key == "extensions" else _walk(inner, key)
            for key, inner in value.items()
            if key not in {"definition", "objectType"}
        }
        if name == "contextActivities":
            return {kind: found if isinstance(found, list) else [found] for kind, found in walked.items()}
        return walked
    if isinstance(value, list):
        walked_list = [_walk(inner, "") for inner in value]
        return sorted(walked_list, key=msgspec.json.encode) if name == "member" else walked_list
    is_uuid = name in {"registration", "id"} and isinstance(value, str) and len(value) == 36 and ":" not in value
    return value.lower() if is_uuid else value
