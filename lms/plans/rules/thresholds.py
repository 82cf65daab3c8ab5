"""Which dated threshold holds for a programme, a place and a day. Plain data in, plain data out."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import MISSING, asdict, dataclass, fields
from datetime import date
from functools import cached_property
from typing import Any


class NoPolicy(Exception):
    """No rule is in force for this key, place and day: then nothing can be credited, and the page says so."""


@dataclass(frozen=True)
class Threshold:
    """One dated row: a key, its value, where and for whom it holds, who says so."""

    key: str
    value: int
    jurisdiction: str
    programme_code: str | None
    effective_from: date
    source: str
    confidence: str


@dataclass(frozen=True)
class HourPolicy:
    """The thresholds in force for learning hours on one day; seconds, minutes, percent and class hours as named.

    Those with a value here came later: where no row is in force they ask nothing. presence_mean_s, _least_s and _most_s
    are of credited time between two checks (0: none are put); identity_level 0 asks for no proof.
    """

    class_hour_seconds: int
    daily_cap_class_hours: int
    first_view_max_rate_percent: int
    beat_interval_s: int
    longest_gap_s: int
    gap_credit_s: int
    void_too_fast: int
    lesson_complete_percent: int
    quiz_pass_percent: int
    place_ceiling_percent: int = 200
    place_ceiling_most_s: int = 300
    places_if_unknown: int = 10
    first_view_seek_lock: int = 0
    presence_mean_s: int = 0
    presence_least_s: int = 0
    presence_most_s: int = 0
    presence_answer_s: int = 60
    presence_answer_slow_s: int = 120
    presence_cure_hours: int = 24
    identity_level: int = 0
    identity_valid_minutes: int = 0
    rows: tuple[Threshold, ...] = ()

    @cached_property
    def hash(self) -> str:
        """SHA-256 in hex over the rows that make it up: names the policy for ever."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    def as_json(self) -> list[dict[str, object]]:
        """The rows as plain data, in the order of the keys."""
        return [{**asdict(row), "effective_from": row.effective_from.isoformat()} for row in self.rows]

    @classmethod
    def from_json(cls, data: list[dict[str, Any]]) -> "HourPolicy":
        """The policy that as_json() wrote down."""
        rows = tuple(Threshold(**{**row, "effective_from": date.fromisoformat(row["effective_from"])}) for row in data)
        return cls(**{row.key: row.value for row in rows}, rows=rows)

    @property
    def id(self) -> str:
        """The first 16 digits of the hash: short enough for a column, long enough to be the one."""
        return self.hash[:16]

    @property
    def daily_cap_ms(self) -> int:
        """The most that one day can earn."""
        return self.daily_cap_class_hours * self.class_hour_seconds * 1000


KEYS = tuple(name for name in HourPolicy.__dataclass_fields__ if name != "rows")
# Keys that earlier days did without.
LATER = frozenset(one.name for one in fields(HourPolicy) if one.default is not MISSING)


def hour_policy(rows: Iterable[Threshold], programme_code: str, region_code: str, on: date) -> HourPolicy:
    """Assemble the policy of a day: per key the closest row (programme before place before date); raises NoPolicy."""
    known = tuple(rows)
    held = {row.key for row in known if _holds(row, programme_code, region_code, on)}
    keys = (key for key in KEYS if key in held or key not in LATER)
    chosen = tuple(_closest(known, key, programme_code, region_code, on) for key in keys)
    return HourPolicy(**{row.key: row.value for row in chosen}, rows=chosen)


def values(
    rows: Iterable[Threshold], keys: Iterable[str], programme_code: str, region_code: str, on: date
) -> dict[str, int]:
    """The value in force for each key: the closest row (programme before place before date); raises NoPolicy."""
    known = tuple(rows)
    return {key: _closest(known, key, programme_code, region_code, on).value for key in keys}


def _closest(rows: Iterable[Threshold], key: str, programme_code: str, region_code: str, on: date) -> Threshold:
    holding = [row for row in rows if row.key == key and _holds(row, programme_code, region_code, on)]
    if not holding:
        raise NoPolicy(f"{key}: {programme_code}, {region_code}, {on}")
    return max(holding, key=lambda r: (r.programme_code is not None, len(r.jurisdiction), r.effective_from))


def _holds(row: Threshold, programme_code: str, region_code: str, on: date) -> bool:
    for_it = row.programme_code in (None, programme_code)
    return for_it and region_code.startswith(row.jurisdiction) and row.effective_from <= on
