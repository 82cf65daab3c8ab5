"""The picture of time in percents: cells of class hours, columns of days, the map of a lesson. For SVG attributes."""

from collections.abc import Sequence
from dataclasses import dataclass

from lms.learning.rules.misses import Miss
from lms.learning.rules.stretches import Stretches

# of each cell's share of the strip, what is left free between two cells
GAP = 0.072


@dataclass(frozen=True, slots=True)
class Cell:
    """One class hour of a strip: where it begins, how wide it is, and how much of that is credited."""

    x: float
    width: float
    filled: float


def strip(credited_ms: int, cell_ms: int, cells: int) -> list[Cell]:
    """A day as cells, one a class hour, never more than the day can earn."""
    share = 100 / cells
    width = share * (1 - GAP)
    filled = [min(1.0, max(0.0, (credited_ms - n * cell_ms) / cell_ms)) for n in range(cells)]
    return [Cell(round(n * share, 2), round(width, 2), round(width * part, 2)) for n, part in enumerate(filled)]


@dataclass(frozen=True, slots=True)
class Column:
    """A day of a week: heights and tops of what counts, of what waits to be looked at, and of what was lost above them."""

    credited_y: float
    credited_height: float
    held_y: float
    held_height: float
    lost_y: float
    lost_height: float


def column(credited_ms: int, lost_ms: int, whole_ms: int, held_ms: int = 0) -> Column:
    """A day's column on a scale of whole_ms; `held_ms` is the part of what was credited that waits."""
    credited = min(100.0, 100 * (credited_ms - held_ms) / whole_ms)
    held = min(100.0 - credited, 100 * held_ms / whole_ms)
    lost = min(100.0 - credited - held, 100 * lost_ms / whole_ms)
    tops = [round(100 - sum(parts), 2) for parts in ((credited,), (credited, held), (credited, held, lost))]
    return Column(tops[0], round(credited, 2), tops[1], round(held, 2), tops[2], round(lost, 2))


def cells_of_week(days: Sequence[int], cell_ms: int, cap: int) -> int:
    """How many cells a week's columns need: as the fullest day, at least four, never more than the cap."""
    return min(cap, max(4, -(-max(days, default=0) // cell_ms)))


def timeline(covered: Stretches, misses: Sequence[Miss], length_ms: int) -> list[tuple[str, float, float]]:
    """A lesson's map: (class, from, width); c counted, x not counted."""
    pieces = [("c", start, end) for start, end in covered]
    pieces += [("x", miss.start_ms, miss.end_ms) for miss in misses]
    return [(kind, 100 * start / length_ms, 100 * (end - start) / length_ms) for kind, start, end in pieces]
