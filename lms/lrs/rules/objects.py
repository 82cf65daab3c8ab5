"""What a statement is about (Data 2.4.4): an activity, an agent or group, another statement, or a sub-statement."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from lms.lrs.rules.activity import Activity, check_activity
from lms.lrs.rules.actor import Actor, check_actor
from lms.lrs.rules.attachments import Attachment, check_attachment
from lms.lrs.rules.context import Context, StatementRef, check_context
from lms.lrs.rules.refusal import Invalid, from_shape
from lms.lrs.rules.result import Result, check_result
from lms.lrs.rules.timestamps import parse_timestamp
from lms.lrs.rules.uuids import check_uuid
from lms.lrs.rules.verb import Verb, check_verb
from lms.lrs.rules.versions import Version


class SubStatement(msgspec.Struct, forbid_unknown_fields=True):
    """A statement inside a statement: something planned or foreseen (Data 2.4.4.3)."""

    objectType: Literal["SubStatement"]
    actor: Actor
    verb: Verb
    object: msgspec.Raw
    result: Result | UnsetType = UNSET
    context: Context | UnsetType = UNSET
    timestamp: str | UnsetType = UNSET
    attachments: list[Attachment] | UnsetType = UNSET

    @property
    def target(self) -> "Target":
        """What the sub-statement itself is about."""
        return read_object(self.object, "object.object", nested=True)


Target = Activity | Actor | StatementRef | SubStatement


class _Peek(msgspec.Struct):
    objectType: str | UnsetType = UNSET


_PEEK = msgspec.json.Decoder(_Peek)
_SHAPES: dict[str | UnsetType, msgspec.json.Decoder[Target]] = {
    UNSET: msgspec.json.Decoder(Activity),
    "Activity": msgspec.json.Decoder(Activity),
    "Agent": msgspec.json.Decoder(Actor),
    "Group": msgspec.json.Decoder(Actor),
    "StatementRef": msgspec.json.Decoder(StatementRef),
    "SubStatement": msgspec.json.Decoder(SubStatement),
}


def read_object(raw: msgspec.Raw, where: str, *, nested: bool = False) -> Target:
    """The object in the shape that its objectType names; raises Invalid."""
    try:
        kind = _PEEK.decode(raw).objectType
        if kind not in _SHAPES or (nested and kind == "SubStatement"):
            raise Invalid(
                f"{where}.objectType", "must be Activity, Agent, Group, StatementRef or (not nested) SubStatement"
            )
        return _SHAPES[kind].decode(raw)
    except msgspec.MsgspecError as problem:
        raise from_shape(problem, where) from problem
    except UnicodeDecodeError as problem:
        raise Invalid(where, "is not UTF-8") from problem


def check_object(target: Target, where: str, version: Version) -> None:
    """Whatever it is, by its own rules; raises Invalid."""
    if isinstance(target, Activity):
        check_activity(target, where)
    elif isinstance(target, Actor):
        check_actor(target, where)
    elif isinstance(target, StatementRef):
        check_uuid(target.id, f"{where}.id")
    else:
        _check_sub_statement(target, where, version)


def check_event(event: "SubStatement | Event", target: Target, where: str, version: Version) -> None:
    """What statements and sub-statements have in common; `where` ends in a dot or is empty; raises Invalid."""
    check_actor(event.actor, f"{where}actor")
    check_verb(event.verb, f"{where}verb")
    if event.result is not UNSET:
        check_result(event.result, f"{where}result")
    if event.context is not UNSET:
        about_activity = isinstance(target, Activity)
        check_context(event.context, f"{where}context", about_activity=about_activity, version=version)
    if event.timestamp is not UNSET:
        parse_timestamp(event.timestamp, f"{where}timestamp", version)
    for place, attachment in enumerate(event.attachments or ()):
        check_attachment(attachment, f"{where}attachments[{place}]")


def _check_sub_statement(sub: SubStatement, where: str, version: Version) -> None:
    target = read_object(sub.object, f"{where}.object", nested=True)
    check_object(target, f"{where}.object", version)
    check_event(sub, target, f"{where}.", version)


class Event(msgspec.Struct, forbid_unknown_fields=True):
    """A statement's own properties (Data 2.4), before what the store adds to them."""

    actor: Actor
    verb: Verb
    object: msgspec.Raw
    id: str | UnsetType = UNSET
    result: Result | UnsetType = UNSET
    context: Context | UnsetType = UNSET
    timestamp: str | UnsetType = UNSET
    stored: str | UnsetType = UNSET
    authority: Actor | UnsetType = UNSET
    version: str | UnsetType = UNSET
    attachments: list[Attachment] | UnsetType = UNSET
