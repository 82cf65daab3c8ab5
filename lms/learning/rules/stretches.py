"""Stretches of a lesson's timeline: sorted, disjoint pairs of milliseconds (from, to).

A stretch holds its start and not its end, so two stretches that touch are one. Every function takes and gives
tidy stretches; `tidy` is the one door for pairs that came from elsewhere.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from operator import itemgetter

Stretches = tuple[tuple[int, int], ...]

NOTHING: Stretches = ()


def tidy(pairs: Iterable[Iterable[int]]) -> Stretches:
    """Sort pairs of milliseconds, drop the empty and backward ones, and join those that touch."""
    found = [(start, end) for start, end in pairs if end > start]
    if len(found) < 2:
        return tuple(found)
    tidied: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if tidied and start <= tidied[-1][1]:
            tidied[-1] = (tidied[-1][0], max(end, tidied[-1][1]))
        else:
            tidied.append((start, end))
    return tuple(tidied)


def length(stretches: Stretches) -> int:
    """Say how many milliseconds the stretches hold."""
    return sum(end - start for start, end in stretches)


def union(one: Stretches, other: Stretches) -> Stretches:
    """Join two sets of stretches; what both hold is held once."""
    return tidy((*one, *other))


def inside(stretches: Stretches, start: int, end: int) -> Stretches:
    """Keep only what lies between start and end."""
    return tidy((max(a, start), min(b, end)) for a, b in stretches)


def minus(stretches: Stretches, without: Stretches) -> Stretches:
    """Keep only what the second set does not hold."""
    return tidy(piece for stretch in stretches for piece in _cut(stretch, without))


def _cut(stretch: tuple[int, int], without: Stretches) -> Iterator[tuple[int, int]]:
    start, end = stretch
    at = bisect_right(without, start, key=itemgetter(1))
    while at < len(without) and without[at][0] < end:
        yield start, without[at][0]
        start, at = without[at][1], at + 1
    yield start, end


def split(stretches: Stretches, at_ms: int) -> tuple[Stretches, Stretches]:
    """Part stretches in two: the first at_ms milliseconds of them, counted from their start, and the rest."""
    first: list[tuple[int, int]] = []
    rest: list[tuple[int, int]] = []
    left = max(0, at_ms)
    for start, end in stretches:
        middle = min(end, start + left)
        first.append((start, middle))
        rest.append((middle, end))
        left -= middle - start
    return tidy(first), tidy(rest)


def take(stretches: Stretches, at_most_ms: int) -> Stretches:
    """Keep the first at_most_ms milliseconds of the stretches."""
    return split(stretches, at_most_ms)[0]


def reach(stretches: Stretches) -> tuple[int, int] | None:
    """Say where the stretches begin and end, or None when they hold nothing."""
    return (stretches[0][0], stretches[-1][1]) if stretches else None
