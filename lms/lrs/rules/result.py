"""Results and scores (Data 2.4.5)."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from lms.lrs.rules.durations import check_duration
from lms.lrs.rules.extensions import check_extensions
from lms.lrs.rules.refusal import Invalid


class Score(msgspec.Struct, forbid_unknown_fields=True):
    """How well it was done."""

    scaled: float | UnsetType = UNSET
    raw: float | UnsetType = UNSET
    min: float | UnsetType = UNSET
    max: float | UnsetType = UNSET


class Result(msgspec.Struct, forbid_unknown_fields=True):
    """What came of it."""

    score: Score | UnsetType = UNSET
    success: bool | UnsetType = UNSET
    completion: bool | UnsetType = UNSET
    response: str | UnsetType = UNSET
    duration: str | UnsetType = UNSET
    extensions: dict[str, Any] | UnsetType = UNSET


def check_result(result: Result, where: str) -> None:
    """A score that can be, a duration, extensions; raises Invalid."""
    if result.score is not UNSET:
        check_score(result.score, f"{where}.score")
    if result.duration is not UNSET:
        check_duration(result.duration, f"{where}.duration")
    if result.extensions is not UNSET:
        check_extensions(result.extensions, f"{where}.extensions")


def check_score(score: Score, where: str) -> None:
    """-1 ≤ scaled ≤ 1; min < max; raw between them; raises Invalid."""
    if score.scaled is not UNSET and not -1 <= score.scaled <= 1:
        raise Invalid(f"{where}.scaled", "must be from -1 to 1")
    if score.min is not UNSET and score.max is not UNSET and not score.min < score.max:
        raise Invalid(f"{where}.min", "must be less than max")
    if score.raw is not UNSET:
        if score.min is not UNSET and score.raw < score.min:
            raise Invalid(f"{where}.raw", "must not be less than min")
        if score.max is not UNSET and score.raw > score.max:
            raise Invalid(f"{where}.raw", "must not be more than max")
