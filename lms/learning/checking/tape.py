"""A tape: which milliseconds of a lesson are taken. One sorted row of edges; between an odd and an even edge it is taken."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

Span = tuple[int, int]


class Tape:
    """Starts blank, or with spans that may overlap and come in any order."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._edges: list[int] = []
        for start, end in spans:
            self.take(start, end)

    def take(self, start: int, end: int) -> None:
        """Mark the milliseconds from start up to, not including, end."""
        if end <= start:
            return
        left, right = bisect_left(self._edges, start), bisect_right(self._edges, end)
        outside_left, outside_right = left % 2 == 0, right % 2 == 0
        self._edges[left:right] = [start] * outside_left + [end] * outside_right

    def wipe(self, start: int, end: int) -> None:
        """Unmark the milliseconds from start up to, not including, end."""
        if end <= start:
            return
        left, right = bisect_left(self._edges, start), bisect_right(self._edges, end)
        inside_left, inside_right = left % 2 == 1, right % 2 == 1
        self._edges[left:right] = [start] * inside_left + [end] * inside_right

    def free(self, start: int, end: int) -> Iterator[Span]:
        """Yield what is not taken between start and end, in order."""
        at = bisect_right(self._edges, start)
        while start < end:
            edge = min(self._edges[at], end) if at < len(self._edges) else end
            if at % 2 == 0 and start < edge:
                yield start, edge
            start, at = edge, at + 1

    @property
    def spans(self) -> tuple[Span, ...]:
        """What is taken, in order."""
        return tuple(zip(self._edges[::2], self._edges[1::2], strict=True))

    @property
    def total(self) -> int:
        """How many milliseconds are taken."""
        return sum(self._edges[1::2]) - sum(self._edges[::2])
