"""Stretches that were played and did not count, each with its reason: what the lesson's map shows hollow."""

from collections.abc import Iterable
from dataclasses import dataclass

from lms.learning.rules.hours import Part
from lms.learning.rules.reasons import NO_LOSS, Reason
from lms.learning.rules.stretches import Stretches, minus, tidy

# shorter holes than this are the edges of beats, not something to watch again
WORTH_SAYING_MS = 1_000
# So many are kept, the longest: a map of more is no map.
MOST_KEPT = 500


@dataclass(frozen=True, slots=True)
class Miss:
    """A stretch that was played and did not count, and why the last time."""

    start_ms: int
    end_ms: int
    reason: Reason

    @property
    def ms(self) -> int:
        """How long it is."""
        return self.end_ms - self.start_ms


Misses = tuple[Miss, ...]


def after(misses: Misses, parts: Iterable[Part], covered: Stretches) -> Misses:
    """Bring the misses up to date with what an interval earned: a later reason takes the place of an earlier one."""
    for part in parts:
        if part.reason is not None and part.reason not in NO_LOSS and part.left:
            misses = _without(misses, part.left)
            misses += tuple(Miss(start, end, part.reason) for start, end in part.left)
    return _joined(_without(misses, covered))


def with_taken(misses: Misses, taken: Stretches, reason: Reason) -> Misses:
    """What was credited was taken back: it is missed now."""
    return _joined((*_without(misses, taken), *(Miss(start, end, reason) for start, end in taken)))


def worth_saying(misses: Misses) -> Misses:
    """Leave out the slivers."""
    return tuple(miss for miss in misses if miss.ms >= WORTH_SAYING_MS)


def _without(misses: Misses, held: Stretches) -> Misses:
    return tuple(
        Miss(start, end, miss.reason) for miss in misses for start, end in minus(((miss.start_ms, miss.end_ms),), held)
    )


def _joined(misses: Misses) -> Misses:
    by_reason: dict[Reason, list[tuple[int, int]]] = {}
    for miss in misses:
        by_reason.setdefault(miss.reason, []).append((miss.start_ms, miss.end_ms))
    joined = [Miss(a, b, reason) for reason, pairs in by_reason.items() for a, b in tidy(pairs)]
    if len(joined) > MOST_KEPT:
        joined = sorted(joined, key=lambda miss: -miss.ms)[:MOST_KEPT]
    return tuple(sorted(joined, key=lambda miss: miss.start_ms))
