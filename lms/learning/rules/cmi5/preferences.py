"""The learner preferences that an AU may write (cmi5 11)."""

import msgspec

from lms.learning.rules.cmi5.refusal import Forbidden
from lms.lrs.rules.language_maps import check_language
from lms.lrs.rules.refusal import Invalid

PROFILE = "cmi5LearnerPreferences"
_WHERE = "11.0.0.0-5"


def check_preferences(body: bytes, content_type: str) -> None:
    """A JSON object with languagePreference and audioPreference; raises Forbidden."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Forbidden(_WHERE, "learner preferences are application/json")
    try:
        found = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise Forbidden(_WHERE, "learner preferences are JSON") from problem
    if not isinstance(found, dict) or not {"languagePreference", "audioPreference"} <= found.keys():
        raise Forbidden(_WHERE, "learner preferences are an object with languagePreference and audioPreference")
    if found["audioPreference"] not in ("on", "off"):
        raise Forbidden(_WHERE, "audioPreference is on or off")
    _check_languages(found["languagePreference"])


def _check_languages(given: object) -> None:
    try:
        if not isinstance(given, str):
            raise Invalid("languagePreference", "is a text")
        for tag in given.split(","):
            check_language(tag.strip(), "languagePreference")
    except Invalid as bad:
        raise Forbidden("11.1.0.0-1", "languagePreference is a comma-separated list of RFC 5646 tags") from bad
