"""The order of commits, and how much of the time that they claim can be."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Where a commit stands in its attempt: the opening of the SCO (`run`, numbered by the server) and its number there."""

    run: int
    sequence: int


def is_stale(mark: Mark, newest: Mark) -> bool:
    """Whether a commit may not be kept: the same or a newer one is, or the SCO was opened again since."""
    return mark.run != newest.run or mark.sequence <= newest.sequence


def may_follow(kept: Mark, newest: Mark) -> bool:
    """Whether a commit that a phone kept may still go in: nothing newer came, from this phone or another."""
    return kept.run == newest.run and kept.sequence > newest.sequence


def possible_seconds(claimed: float | None, before: float, started_at: datetime, now: datetime) -> float:
    """The total time of an attempt: what the SCO claims, and never more than was there before plus what the server's clock
    saw since this opening. It replaces what was kept; a SCO that says nothing leaves it.
    """
    if claimed is None:
        return before
    return round(min(claimed, before + max(0.0, (now - started_at).total_seconds())), 2)
