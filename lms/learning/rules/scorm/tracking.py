"""What an attempt at a SCO has come to: completion, success, score, place and time, by the rules of both standards."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from lms.learning.rules.scorm.times import seconds_of


class Standard(StrEnum):
    """Which run-time a SCO speaks; the editions of 2004 share one."""

    SCORM_12 = "scorm12"
    SCORM_2004 = "scorm2004"


class Completion(StrEnum):
    """How far a SCO says it was learnt."""

    NOT_ATTEMPTED = "not attempted"
    INCOMPLETE = "incomplete"
    COMPLETED = "completed"
    UNKNOWN = "unknown"


class Success(StrEnum):
    """Whether a SCO says it was mastered."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Score:
    """A score as the SCO gave it; no part is ever derived from another here."""

    scaled: float | None = None
    raw: float | None = None
    min: float | None = None
    max: float | None = None

    @property
    def share(self) -> float | None:
        """The score for our own reports, from 0 to 1: scaled where it was given, else raw between min (0) and max (100)."""
        if self.scaled is not None:
            return _within(self.scaled)
        low, high = self.min or 0.0, 100.0 if self.max is None else self.max
        if self.raw is None or high <= low:
            return None
        return _within((self.raw - low) / (high - low))


@dataclass(frozen=True, slots=True)
class Terms:
    """What the manifest asks: the mastery score (1.2: raw; 2004: scaled) and the progress that completes (2004)."""

    mastery: float | None = None
    completion_threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """What an attempt has come to. `claimed_seconds` is the SCO's own total; `exit` is how it said it was left."""

    completion: Completion = Completion.NOT_ATTEMPTED
    success: Success = Success.UNKNOWN
    score: Score = Score()
    progress: float | None = None
    location: str = ""
    suspend_data: str = ""
    exit: str = ""
    claimed_seconds: float | None = None

    @property
    def done(self) -> bool:
        """Whether the SCO was gone through: in SCORM 1.2 passed and failed both mean that it was, and stand as completed."""
        return self.completion is Completion.COMPLETED or self.success is Success.PASSED

    @property
    def place(self) -> str:
        """Where in the SCO somebody is, as far as it tells: its location, else its progress; empty where it tells neither."""
        return self.location or (f"progress {self.progress:g}" if self.progress is not None else "")


# SCORM 1.2 RTE 3.4.4: one word says both. `browsed` was looked at without credit.
_LESSON_STATUS = {
    "passed": (Completion.COMPLETED, Success.PASSED),
    "failed": (Completion.COMPLETED, Success.FAILED),
    "completed": (Completion.COMPLETED, Success.UNKNOWN),
    "incomplete": (Completion.INCOMPLETE, Success.UNKNOWN),
    "browsed": (Completion.INCOMPLETE, Success.UNKNOWN),
}
SUSPEND = "suspend"
_Word = TypeVar("_Word", bound=StrEnum)


def track(standard: Standard, found: Mapping[str, str], terms: Terms, terminated: bool, credit: bool = True) -> Track:
    """Read an attempt out of the elements of a commit; `terminated` where the SCO has said that it is finished."""
    if standard is Standard.SCORM_12:
        return _of_12(found, terms, terminated, credit)
    return _of_2004(found, terms, terminated, credit)


def _of_12(found: Mapping[str, str], terms: Terms, terminated: bool, credit: bool) -> Track:
    """lesson_status in two parts. Finished without a word: completed, unless it was only suspended. Finished for credit
    with a raw score where the manifest asks for mastery: that decides (RTE 3.4.4, lesson_status).
    """
    score = _score(found, "core.score")
    completion, success = _LESSON_STATUS.get(
        found.get("core.lesson_status", ""), (Completion.NOT_ATTEMPTED, Success.UNKNOWN)
    )
    leaving = found.get("core.exit", "")
    if terminated and completion is Completion.NOT_ATTEMPTED:
        completion = Completion.INCOMPLETE if leaving == SUSPEND else Completion.COMPLETED
    judged = terminated and credit and completion is Completion.COMPLETED
    if judged and terms.mastery is not None and score.raw is not None:
        success = Success.PASSED if score.raw >= terms.mastery else Success.FAILED
    return Track(
        completion,
        success,
        score,
        location=found.get("core.lesson_location", ""),
        suspend_data=found.get("suspend_data", ""),
        exit=leaving,
        claimed_seconds=seconds_of(found.get("core.total_time", "")),
    )


def _of_2004(found: Mapping[str, str], terms: Terms, terminated: bool, credit: bool) -> Track:
    """The two statuses, each overruled by what the manifest asks where the SCO gave the measure (RTE 4.2.4, 4.2.22).
    Finished without a word on completion: completed, as the end of an attempt has it (SN TB.2.3), unless suspended.
    """
    read = Track(
        _one_of(Completion, found.get("completion_status"), Completion.UNKNOWN),
        _one_of(Success, found.get("success_status"), Success.UNKNOWN),
        _score(found, "score"),
        _number(found.get("progress_measure")),
        found.get("location", ""),
        found.get("suspend_data", ""),
        found.get("exit", ""),
        seconds_of(found.get("total_time", "")),
    )
    completion, success = read.completion, read.success
    if credit and terms.completion_threshold is not None and read.progress is not None:
        reached = read.progress >= terms.completion_threshold
        completion = Completion.COMPLETED if reached else Completion.INCOMPLETE
    if credit and terms.mastery is not None and read.score.scaled is not None:
        success = Success.PASSED if read.score.scaled >= terms.mastery else Success.FAILED
    if terminated and completion is Completion.UNKNOWN and read.exit != SUSPEND:
        completion = Completion.COMPLETED
    return replace(read, completion=completion, success=success)


def _score(found: Mapping[str, str], at: str) -> Score:
    scaled = _number(found.get(f"{at}.scaled"))
    inside = scaled if scaled is not None and -1 <= scaled <= 1 else None
    return Score(inside, *(_number(found.get(f"{at}.{name}")) for name in ("raw", "min", "max")))


def _number(text: str | None) -> float | None:
    """A finite number that a column can hold; None for anything else."""
    if not text or len(text) > 40:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) <= 1e9 else None


def _one_of(words: type[_Word], text: str | None, otherwise: _Word) -> _Word:
    return words(text) if text in set(words) else otherwise


def _within(share: float) -> float:
    return min(1.0, max(0.0, share))
