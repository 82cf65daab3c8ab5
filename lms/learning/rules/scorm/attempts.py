"""When a SCO is opened: which attempt goes on or begins, and what the SCO is told of it."""

from dataclasses import dataclass
from enum import StrEnum

from lms.learning.rules.scorm.tracking import SUSPEND, Standard, Track


class Mode(StrEnum):
    """How a SCO is opened; only a normal opening is for credit."""

    NORMAL = "normal"
    REVIEW = "review"
    BROWSE = "browse"

    @classmethod
    def of_launch(cls, mode: str) -> "Mode":
        """The mode of a launch (Normal, Browse, Review)."""
        return cls(mode.lower())

    @property
    def credit(self) -> bool:
        """Whether what comes of it counts."""
        return self is Mode.NORMAL


@dataclass(frozen=True, slots=True)
class Last:
    """The last attempt: its number, what it came to, whether the SCO finished properly and whether anything was kept."""

    number: int
    track: Track
    terminated: bool
    begun: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """What an opening does: the attempt's number, whether it is a new one, and `cmi.entry`."""

    number: int
    fresh: bool
    entry: str


AB_INITIO, RESUME, OTHER = "ab-initio", "resume", ""
# Said by a SCO that is through with the attempt. An empty exit is what a package that forgets to say so leaves: 1.2 knows
# no other word for the normal way out, and nobody loses their place for it while they are not done.
_NORMAL = frozenset({"normal", "logout", "time-out"})


def opening(standard: Standard, last: Last | None, mode: Mode) -> Opening:
    """Decide which attempt an opening is.

    Suspended or cut off: the same goes on. Finished: a new one, where the SCO was gone through or (2004) said that the
    attempt is over; else the same with its data. Without credit nothing new ever begins once there is something to look at.
    """
    if last is None:
        return Opening(1, True, AB_INITIO)
    if not last.begun:
        return Opening(last.number, False, AB_INITIO)
    if mode.credit and _over(standard, last):
        return Opening(last.number + 1, True, AB_INITIO)
    return Opening(last.number, False, RESUME if _goes_on(last) else OTHER)


def _over(standard: Standard, last: Last) -> bool:
    if not last.terminated or last.track.exit == SUSPEND:
        return False
    return last.track.done or (standard is Standard.SCORM_2004 and last.track.exit in _NORMAL)


def _goes_on(last: Last) -> bool:
    """A SCO that never finished was cut off: it goes on from what it had saved, as if it had been suspended."""
    return last.track.exit == SUSPEND or not last.terminated
