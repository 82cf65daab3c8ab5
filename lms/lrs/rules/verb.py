"""Verbs (Data 2.4.3)."""

import msgspec
from msgspec import UNSET, UnsetType

from lms.lrs.rules.iri import check_iri
from lms.lrs.rules.language_maps import check_language_map


class Verb(msgspec.Struct, forbid_unknown_fields=True):
    """What was done."""

    id: str
    display: dict[str, str] | UnsetType = UNSET


def check_verb(verb: Verb, where: str) -> None:
    """An IRI, and words for people; raises Invalid."""
    check_iri(verb.id, f"{where}.id")
    if verb.display is not UNSET:
        check_language_map(verb.display, f"{where}.display")
