"""What a SCO finds when it asks: the elements that its run-time is filled with before it may begin, by path."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lms.learning.rules.scorm.attempts import AB_INITIO, Mode
from lms.learning.rules.scorm.times import interval, timespan
from lms.learning.rules.scorm.tracking import Standard, Terms

# What the server knows better than the last commit, or what belongs to one session alone.
_OWN_12: tuple[str, ...] = (
    "core.student_id", "core.student_name", "core.entry", "core.exit", "core.session_time", "core.total_time",
    "core.credit", "core.lesson_mode", "launch_data", "student_data.", "comments_from_lms",
)  # fmt: skip
_OWN_2004: tuple[str, ...] = (
    "learner_id", "learner_name", "entry", "exit", "session_time", "total_time", "credit", "mode", "launch_data",
    "scaled_passing_score", "completion_threshold", "max_time_allowed", "time_limit_action", "comments_from_lms",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Learner:
    """Who learns, as a package may know it: an id that says nothing, and the name of the account."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Sco:
    """What the manifest says of a SCO: its terms, and what it is told in so many words. An asset speaks with nobody."""

    standard: Standard
    terms: Terms
    launch_data: str = ""
    max_time_allowed: str = ""
    time_limit_action: str = ""
    objectives: tuple[str, ...] = ()
    asset: bool = False


def sco_of(standard: Standard, settings: Mapping[str, Any]) -> Sco:
    """Read the settings of a lesson (courses/scorm/reading.py says what stands there)."""
    return Sco(
        standard,
        Terms(_figure(settings.get("mastery_score")), _threshold(settings.get("completion_threshold"))),
        launch_data=str(settings.get("launch_data") or ""),
        max_time_allowed=str(settings.get("max_time_allowed") or ""),
        time_limit_action=str(settings.get("time_limit_action") or ""),
        objectives=tuple(one["id"] for one in settings.get("objectives") or () if one.get("id")),
        asset=settings.get("scorm_type") == "asset",
    )


def start_data(
    sco: Sco, learner: Learner, mode: Mode, entry: str, seconds: float, kept: Mapping[str, str]
) -> dict[str, str]:
    """Every element that the run-time is filled with, in an order in which it takes them; texts only, none of them empty.

    `kept` are the elements of the attempt so far, suspend_data with them; `seconds` its total time.
    """
    own = (
        _own_12(sco, learner, mode, entry, seconds)
        if sco.standard is Standard.SCORM_12
        else (_own_2004(sco, learner, mode, entry, seconds))
    )
    strange = _OWN_12 if sco.standard is Standard.SCORM_12 else _OWN_2004
    gone_on = {path: value for path, value in kept.items() if not path.startswith(strange)}
    if entry == AB_INITIO and not gone_on:
        gone_on = {f"objectives.{place}.id": id for place, id in enumerate(sco.objectives)}
    if gone_on.get("core.lesson_status") == "not attempted":
        # scorm-again takes a status that it was given for one that the SCO has set.
        del gone_on["core.lesson_status"]
    together = {path: value for path, value in own.items() if value != ""} | gone_on
    return dict(sorted(together.items(), key=lambda item: _order(item[0])))


def _own_12(sco: Sco, learner: Learner, mode: Mode, entry: str, seconds: float) -> dict[str, str]:
    return {
        "core.student_id": learner.id,
        "core.student_name": learner.name,
        "core.entry": entry,
        "core.credit": "credit" if mode.credit else "no-credit",
        "core.lesson_mode": mode.value,
        "core.total_time": timespan(seconds),
        "launch_data": sco.launch_data,
        "student_data.mastery_score": _text(sco.terms.mastery),
        "student_data.max_time_allowed": sco.max_time_allowed,
        "student_data.time_limit_action": sco.time_limit_action,
    }


def _own_2004(sco: Sco, learner: Learner, mode: Mode, entry: str, seconds: float) -> dict[str, str]:
    return {
        "learner_id": learner.id,
        "learner_name": learner.name,
        "entry": entry,
        "credit": "credit" if mode.credit else "no-credit",
        "mode": mode.value,
        "total_time": interval(seconds),
        "launch_data": sco.launch_data,
        "scaled_passing_score": _text(sco.terms.mastery),
        "completion_threshold": _text(sco.terms.completion_threshold),
        "max_time_allowed": sco.max_time_allowed,
        "time_limit_action": sco.time_limit_action,
    }


def _order(path: str) -> tuple[str, int, bool, str]:
    """Records of a collection by number, and their id first: nothing else of a record may be set before it."""
    collection, _, rest = path.partition(".")
    number, _, element = rest.partition(".")
    return (collection, int(number), element != "id", element) if number.isdecimal() else (collection, -1, False, rest)


def _threshold(given: Mapping[str, Any] | None) -> float | None:
    """The progress that completes; where it is not by measure, the manifest asks for none."""
    return _figure(given.get("min_progress_measure")) if given and given.get("completed_by_measure") else None


def _figure(given: object) -> float | None:
    return float(given) if isinstance(given, int | float) and not isinstance(given, bool) else None


def _text(figure: float | None) -> str:
    return "" if figure is None else f"{figure:g}"
