"""Which places pilot learning at a distance, where a plan only encourages cities to try it (plan seven, L378)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Switch:
    """From a day on, a place (a prefix of region codes) pilots it, or no longer does."""

    region_code: str
    since: date
    opens: bool
    source: str


def open_on(switches: Iterable[Switch], region_code: str, on: date) -> bool:
    """Whether it is open there that day: the closest place decides, then the newest switch; nobody said so: closed."""
    holding = [s for s in switches if region_code.startswith(s.region_code) and s.since <= on]
    last = max(holding, key=lambda s: (len(s.region_code), s.since), default=None)
    return last is not None and last.opens
