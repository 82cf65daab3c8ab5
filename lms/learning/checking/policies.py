"""Which dated rows held on a day, found again from the rows themselves."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Dated:
    """A row of the table of policies; `id` tells what was there before it."""

    id: int
    key: str
    value: int
    jurisdiction: str
    programme_code: str | None
    effective_from: date
    source: str
    confidence: str

    def holds(self, programme: str, region: str, on: date) -> bool:
        """Whether the row is about this programme, place and day."""
        ours = self.programme_code is None or self.programme_code == programme
        return ours and region.startswith(self.jurisdiction) and self.effective_from <= on

    @property
    def closeness(self) -> tuple[int, int, date]:
        """The larger wins: a programme's own row, then the smaller place, then the later date."""
        return (self.programme_code is not None, len(self.jurisdiction), self.effective_from)


# Where no row holds for one of these, it asks for nothing: they came later than the rest.
UNASKED = {
    "place_ceiling_percent": 200,
    "place_ceiling_most_s": 300,
    "places_if_unknown": 10,
    "presence_mean_s": 0,
    "presence_least_s": 0,
    "presence_most_s": 0,
    "presence_answer_s": 60,
    "presence_answer_slow_s": 120,
    "presence_cure_hours": 24,
    "identity_level": 0,
    "identity_valid_minutes": 0,
}


class Book:
    """All rows there are."""

    def __init__(self, rows: Iterable[Dated]) -> None:
        self._rows = sorted(rows, key=lambda row: row.id)
        self._known: dict[tuple[str, str, date], list[dict[str, int]]] = {}

    def in_force(self, programme: str, region: str, on: date) -> dict[str, int]:
        """The values of a day by all rows known today; empty where none holds."""
        return UNASKED | self._stages(programme, region, on)[-1]

    def ever_in_force(self, values: dict[str, int], programme: str, region: str, on: date) -> bool:
        """Whether these values, or more, are what the rows gave on that day at some time: rows are added, never changed."""
        return any(_same(UNASKED | stage, values) for stage in self._stages(programme, region, on))

    def _stages(self, programme: str, region: str, on: date) -> list[dict[str, int]]:
        asked = programme, region, on
        if asked not in self._known:
            holding = [row for row in self._rows if row.holds(*asked)]
            self._known[asked] = [{}, *_grown(holding)]
        return self._known[asked]


def _grown(rows: Sequence[Dated]) -> Iterator[dict[str, int]]:
    chosen: dict[str, Dated] = {}
    for row in rows:
        before = chosen.get(row.key)
        if before is None or row.closeness > before.closeness:
            chosen[row.key] = row
        yield {key: each.value for key, each in chosen.items()}


def _same(stage: dict[str, int], values: dict[str, int]) -> bool:
    return all(stage.get(key) == value for key, value in values.items())


def hash_of(rows: Sequence[dict[str, object]]) -> str:
    """The name of a kept policy: SHA-256 in hex over its rows, as the ledger and the bundles say it."""
    return hashlib.sha256(json.dumps(list(rows), sort_keys=True, ensure_ascii=False).encode()).hexdigest()
