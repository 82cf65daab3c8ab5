"""Where an AU says its learner is: the one thing that hours hear from it besides that it is alive (hours.md §2 rule 4)."""

from collections.abc import Sequence

from lms.learning.rules.cmi5.terms import Json
from lms.lrs.rules.vocabulary import Extension

LONGEST = 200


def place_of(statements: Sequence[Json], activity_id: str) -> str:
    """The last place that statements name: a part of the activity, or how far one has come; "" where they name none."""
    found = [place for statement in statements if (place := _place(statement, activity_id))]
    return found[-1][:LONGEST] if found else ""


def _place(statement: Json, activity_id: str) -> str:
    progress = ((statement.get("result") or {}).get("extensions") or {}).get(Extension.CMI5_PROGRESS.value)
    if isinstance(progress, int) and not isinstance(progress, bool) and 0 <= progress <= 100:
        return f"progress {progress}"
    about = str(statement["object"].get("id", ""))
    return about if about and about != activity_id else ""
