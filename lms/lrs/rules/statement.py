"""Statements (Data 2.2, 2.4): reading what came, checking it, and adding what the standard has the store add."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import msgspec
from msgspec import UNSET

from lms.lrs.rules.actor import check_authority
from lms.lrs.rules.attachments import Attachment
from lms.lrs.rules.context import KINDS, StatementRef
from lms.lrs.rules.objects import Event, SubStatement, Target, check_event, check_object, read_object
from lms.lrs.rules.refusal import Invalid, from_shape
from lms.lrs.rules.timestamps import parse_timestamp
from lms.lrs.rules.uuids import check_uuid
from lms.lrs.rules.versions import Version, check_statement_version
from lms.lrs.rules.voiding import is_voiding

_ONE = msgspec.json.Decoder(Event)
_MANY = msgspec.json.Decoder(list[msgspec.Raw])
_PROPERTIES = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ASSIGNED = ("stored", "authority")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that keeps every rule: its id, its parts, and the very text that came."""

    id: UUID
    event: Event
    target: Target
    text: str
    version: Version

    @property
    def refers_to(self) -> UUID | None:
        """The statement that this one is about, where it is about one."""
        return UUID(self.target.id) if isinstance(self.target, StatementRef) else None

    @property
    def voids(self) -> UUID | None:
        """The statement that this one voids, where it is a voiding statement."""
        return self.refers_to if is_voiding(self.event.verb.id) else None

    @property
    def attachments(self) -> list[Attachment]:
        """The attachments of the statement and of its sub-statement."""
        own = list(self.event.attachments or ())
        return own + list(self.target.attachments or ()) if isinstance(self.target, SubStatement) else own


def read_statements(body: bytes, version: Version) -> list[Statement]:
    """The statements of a request: one object or an array of them.

    Raises Invalid with the place in the array; two of one id in a request are refused.
    """
    if body.lstrip(b" \t\r\n")[:1] != b"[":
        return [read_statement(body, version)]
    try:
        raws = _MANY.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise Invalid("", f"the request is not JSON: {problem}") from problem
    found = []
    for place, raw in enumerate(raws):
        try:
            found.append(read_statement(bytes(raw), version))
        except Invalid as bad:
            raise Invalid(f"[{place}].{bad.path}" if bad.path else f"[{place}]", bad.why) from bad
    if len({statement.id for statement in found}) != len(found):
        raise Invalid("id", "two statements of one request have the same id")
    return found


def read_statement(text: bytes, version: Version) -> Statement:
    """One statement, checked whole; raises Invalid."""
    try:
        event, words = _ONE.decode(text), text.decode()
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise _malformed(problem) from problem
    try:
        target = read_object(event.object, "object")
        check_statement(event, target, version)
    except RecursionError as problem:
        raise Invalid("object", "is nested too deeply") from problem
    return Statement(UUID(event.id) if event.id is not UNSET else uuid4(), event, target, words, version)


def check_statement(event: Event, target: Target, version: Version) -> None:
    """Every property by its own rules; raises Invalid."""
    if event.id is not UNSET:
        check_uuid(event.id, "id")
    check_object(target, "object", version)
    check_event(event, target, "", version)
    if event.stored is not UNSET:
        parse_timestamp(event.stored, "stored", version)
    if event.authority is not UNSET:
        check_authority(event.authority, "authority")
    if event.version is not UNSET:
        check_statement_version(event.version, version, "version")
    if is_voiding(event.verb.id) and not isinstance(target, StatementRef):
        raise Invalid("object.objectType", "a voiding statement is about a StatementRef")


def complete(statement: Statement, stored: str, authority: str) -> str:
    """The text that is kept: what came, with id, stored, timestamp, authority and version as the standard has them.

    `authority` is JSON. `stored` and `authority` replace what came; single context activities become lists (Data 2.4.6.2).
    """
    event = statement.event
    added = f'"stored":"{stored}","authority":{authority}'
    if event.id is UNSET:
        added += f',"id":"{statement.id}"'
    if event.timestamp is UNSET:
        added += f',"timestamp":"{stored}"'
    if event.version is UNSET:
        added += f',"version":"{statement.version.of_statement}"'
    return _opened(statement) + added + "}"


def _opened(statement: Statement) -> str:
    """The text without its closing brace, ready for more properties; rebuilt only where something must go or change."""
    event, target = statement.event, statement.target
    replaced = event.stored is not UNSET or event.authority is not UNSET
    single = _has_single(event) or (isinstance(target, SubStatement) and _has_single(target))
    if not replaced and not single:
        return statement.text.strip(" \t\r\n")[:-1] + ","
    properties = _PROPERTIES.decode(statement.text)
    for name in _ASSIGNED:
        properties.pop(name, None)
    if single:
        _listed(properties)
        if isinstance(target, SubStatement):
            inner = _PROPERTIES.decode(properties["object"])
            _listed(inner)
            properties["object"] = msgspec.Raw(msgspec.json.encode(inner))
    return msgspec.json.encode(properties)[:-1].decode() + ","


def _has_single(event: Event | SubStatement) -> bool:
    if event.context is UNSET or event.context.contextActivities is UNSET:
        return False
    around = event.context.contextActivities
    return any(getattr(around, kind) is not UNSET and not isinstance(getattr(around, kind), list) for kind in KINDS)


def _listed(properties: dict[str, msgspec.Raw]) -> None:
    """Put single context activities into lists, in place, without touching their text."""
    if "context" not in properties:
        return
    context: dict[str, Any] = _PROPERTIES.decode(properties["context"])
    if "contextActivities" in context:
        around = _PROPERTIES.decode(context["contextActivities"])
        context["contextActivities"] = {
            kind: raw if bytes(raw).lstrip()[:1] == b"[" else [raw] for kind, raw in around.items()
        }
    properties["context"] = msgspec.Raw(msgspec.json.encode(context))


def _malformed(problem: Exception) -> Invalid:
    if isinstance(problem, msgspec.ValidationError):
        return from_shape(problem)
    if isinstance(problem, RecursionError):
        return Invalid("", "is nested too deeply")
    return Invalid("", f"the request is not JSON: {problem}")


def reread(text: str) -> Statement:
    """A statement that the store has kept, taken apart again; it was checked when it came."""
    event = _ONE.decode(text)
    return Statement(UUID(str(event.id)), event, read_object(event.object, "object"), text, Version.V2_0_0)
