"""Segments: unbroken runs of play, followed over beats; xAPI is told of each when it ends, not of each beat."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

# players report their place to within a frame or two, and a beat may fall between them
TOUCHING_MS = 1_500

Segment = tuple[int, int]


class Why(StrEnum):
    """What made the player send a beat, as it says itself."""

    START = "start"
    TICK = "tick"
    PAUSE = "pause"
    SEEK = "seek"
    HIDDEN = "hidden"
    ENDED = "ended"
    LEAVE = "leave"


ENDS = frozenset({Why.PAUSE, Why.SEEK, Why.HIDDEN, Why.ENDED, Why.LEAVE})


@dataclass(frozen=True, slots=True)
class Followed:
    """The segments that have ended, and the one that is still going on."""

    ended: tuple[Segment, ...]
    open: Segment | None


def follow(going_on: Segment | None, played: Iterable[tuple[tuple[Segment, ...], Why]]) -> Followed:
    """Follow the stretches of several beats, each with what made the player send it."""
    ended: list[Segment] = []
    for stretches, why in played:
        for start, end in stretches:
            if going_on and abs(start - going_on[1]) <= TOUCHING_MS:
                going_on = (going_on[0], max(going_on[1], end))
            else:
                ended += [going_on] if going_on else []
                going_on = (start, end)
        if why in ENDS and going_on:
            ended.append(going_on)
            going_on = None
    return Followed(tuple(ended), going_on)
