"""Contexts (Data 2.4.6), with the context agents and groups that 2.0 added."""

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from lms.lrs.rules.activity import Activity, check_activity
from lms.lrs.rules.actor import Actor, check_actor, check_agent, check_group
from lms.lrs.rules.extensions import check_extensions
from lms.lrs.rules.iri import check_iri
from lms.lrs.rules.language_maps import check_language
from lms.lrs.rules.refusal import Invalid
from lms.lrs.rules.uuids import check_uuid
from lms.lrs.rules.versions import Version

KINDS = ("parent", "grouping", "category", "other")


class StatementRef(msgspec.Struct, forbid_unknown_fields=True):
    """A pointer to another statement (Data 2.4.4.3)."""

    objectType: Literal["StatementRef"]
    id: str


class ContextActivities(msgspec.Struct, forbid_unknown_fields=True):
    """Activities around the object; each kind is one activity or a list of them."""

    parent: Activity | list[Activity] | UnsetType = UNSET
    grouping: Activity | list[Activity] | UnsetType = UNSET
    category: Activity | list[Activity] | UnsetType = UNSET
    other: Activity | list[Activity] | UnsetType = UNSET

    def by_kind(self) -> list[tuple[str, list[Activity]]]:
        """Each kind that is there with its activities as a list."""
        found = []
        for kind in KINDS:
            value = getattr(self, kind)
            if value is not UNSET:
                found.append((kind, value if isinstance(value, list) else [value]))
        return found


class ContextAgent(msgspec.Struct, forbid_unknown_fields=True):
    """Somebody around the statement, and as what (2.0)."""

    objectType: Literal["contextAgent"]
    agent: Actor
    relevantTypes: list[str] | UnsetType = UNSET


class ContextGroup(msgspec.Struct, forbid_unknown_fields=True):
    """A group around the statement, and as what (2.0)."""

    objectType: Literal["contextGroup"]
    group: Actor
    relevantTypes: list[str] | UnsetType = UNSET


class Context(msgspec.Struct, forbid_unknown_fields=True):
    """In what circumstances it was done."""

    registration: str | UnsetType = UNSET
    instructor: Actor | UnsetType = UNSET
    team: Actor | UnsetType = UNSET
    contextActivities: ContextActivities | UnsetType = UNSET
    contextAgents: list[ContextAgent] | UnsetType = UNSET
    contextGroups: list[ContextGroup] | UnsetType = UNSET
    revision: str | UnsetType = UNSET
    platform: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
    statement: StatementRef | UnsetType = UNSET
    extensions: dict[str, Any] | UnsetType = UNSET


def check_context(context: Context, where: str, *, about_activity: bool, version: Version) -> None:
    """All of it; `about_activity` says whether the object is an activity, the only kind with a revision; raises Invalid."""
    if context.registration is not UNSET:
        check_uuid(context.registration, f"{where}.registration")
    if context.statement is not UNSET:
        check_uuid(context.statement.id, f"{where}.statement.id")
    if context.language is not UNSET:
        check_language(context.language, f"{where}.language")
    if context.contextActivities is not UNSET:
        for kind, activities in context.contextActivities.by_kind():
            for place, activity in enumerate(activities):
                check_activity(activity, f"{where}.contextActivities.{kind}[{place}]")
    if context.extensions is not UNSET:
        check_extensions(context.extensions, f"{where}.extensions")
    _check_people(context, where, version)
    if not about_activity:
        for name in ("revision", "platform"):
            if getattr(context, name) is not UNSET:
                raise Invalid(f"{where}.{name}", "is only used where the object is an Activity")


def _check_people(context: Context, where: str, version: Version) -> None:
    if context.instructor is not UNSET:
        check_actor(context.instructor, f"{where}.instructor")
    if context.team is not UNSET:
        check_group(context.team, f"{where}.team")
    for name in ("contextAgents", "contextGroups"):
        if getattr(context, name) is not UNSET and version is Version.V1_0_3:
            raise Invalid(f"{where}.{name}", "is not part of version 1.0.3")
    for place, entry in enumerate(context.contextAgents or ()):
        check_agent(entry.agent, f"{where}.contextAgents[{place}].agent")
        _check_types(entry.relevantTypes, f"{where}.contextAgents[{place}].relevantTypes")
    for place, group in enumerate(context.contextGroups or ()):
        check_group(group.group, f"{where}.contextGroups[{place}].group")
        _check_types(group.relevantTypes, f"{where}.contextGroups[{place}].relevantTypes")


def _check_types(types: list[str] | UnsetType, where: str) -> None:
    if types is UNSET:
        return
    if not types:
        raise Invalid(where, "must name at least one type, or be left out")
    for place, text in enumerate(types):
        check_iri(text, f"{where}[{place}]")
