"""Activities and their definitions, interactions included (Data 2.4.4.1)."""

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from lms.lrs.rules.extensions import check_extensions
from lms.lrs.rules.iri import check_iri
from lms.lrs.rules.language_maps import check_language_map
from lms.lrs.rules.refusal import Invalid

InteractionType = Literal[
    "true-false",
    "choice",
    "fill-in",
    "long-fill-in",
    "matching",
    "performance",
    "sequencing",
    "likert",
    "numeric",
    "other",
]
COMPONENTS = {
    "choice": {"choices"},
    "sequencing": {"choices"},
    "likert": {"scale"},
    "matching": {"source", "target"},
    "performance": {"steps"},
}


class Component(msgspec.Struct, forbid_unknown_fields=True):
    """One of the things that can be chosen, matched, ordered or done."""

    id: str
    description: dict[str, str] | UnsetType = UNSET


class Definition(msgspec.Struct, forbid_unknown_fields=True):
    """What an activity is, in words and in its interaction."""

    name: dict[str, str] | UnsetType = UNSET
    description: dict[str, str] | UnsetType = UNSET
    type: str | UnsetType = UNSET
    moreInfo: str | UnsetType = UNSET
    interactionType: InteractionType | UnsetType = UNSET
    correctResponsesPattern: list[str] | UnsetType = UNSET
    choices: list[Component] | UnsetType = UNSET
    scale: list[Component] | UnsetType = UNSET
    source: list[Component] | UnsetType = UNSET
    target: list[Component] | UnsetType = UNSET
    steps: list[Component] | UnsetType = UNSET
    extensions: dict[str, Any] | UnsetType = UNSET


class Activity(msgspec.Struct, forbid_unknown_fields=True):
    """Something that was done or can be done."""

    id: str
    objectType: Literal["Activity"] | UnsetType = UNSET
    definition: Definition | UnsetType = UNSET


def check_activity(activity: Activity, where: str) -> None:
    """An IRI, and a definition that holds together; raises Invalid."""
    check_iri(activity.id, f"{where}.id")
    if activity.definition is not UNSET:
        check_definition(activity.definition, f"{where}.definition")


def check_definition(definition: Definition, where: str) -> None:
    """Words, type, address, interaction, extensions; raises Invalid."""
    if definition.name is not UNSET:
        check_language_map(definition.name, f"{where}.name")
    if definition.description is not UNSET:
        check_language_map(definition.description, f"{where}.description")
    if definition.type is not UNSET:
        check_iri(definition.type, f"{where}.type")
    if definition.moreInfo is not UNSET:
        check_iri(definition.moreInfo, f"{where}.moreInfo")
    if definition.extensions is not UNSET:
        check_extensions(definition.extensions, f"{where}.extensions")
    _check_interaction(definition, where)


def _check_interaction(definition: Definition, where: str) -> None:
    lists = {name: getattr(definition, name) for name in ("choices", "scale", "source", "target", "steps")}
    lists = {name: value for name, value in lists.items() if value is not UNSET}
    if definition.interactionType is UNSET:
        if lists or definition.correctResponsesPattern is not UNSET:
            raise Invalid(f"{where}.interactionType", "is required where answers or components are given")
        return
    for name, components in lists.items():
        if name not in COMPONENTS.get(definition.interactionType, ()):
            raise Invalid(f"{where}.{name}", f"does not belong to an interaction of type {definition.interactionType}")
        _check_components(components, f"{where}.{name}")


def _check_components(components: list[Component], where: str) -> None:
    if len({component.id for component in components}) != len(components):
        raise Invalid(where, "each component needs an id of its own")
    for place, component in enumerate(components):
        if component.description is not UNSET:
            check_language_map(component.description, f"{where}[{place}].description")
