"""From ledger records to the lines of the sheet: one person, one session, one lesson, one day."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lms.subsidies.rules.entries import Entry

Key = tuple[str, str, str, str]


@dataclass(slots=True)
class Line:
    """What one person did in one session of one lesson on one day; times are sealed text, durations milliseconds."""

    person_id: str
    session_id: str
    lesson_id: str
    day: str
    first_position: int
    started_at: str
    ended_at: str
    recorded_at: str
    devices: list[str] = field(default_factory=list)
    ips: list[str] = field(default_factory=list)
    stretches: list[tuple[int, int]] = field(default_factory=list)
    claimed_ms: int = 0
    credited_ms: int = 0
    excluded: dict[str, int] = field(default_factory=dict)
    corrections: list[str] = field(default_factory=list)
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    running_ms: int = 0

    @property
    def evidence(self) -> str:
        """SHA-256 in hex over the leaf hashes of the line's records, by rising position."""
        return self.digest.hexdigest()

    @property
    def year(self) -> str:
        """The calendar year that the line's time is claimed in."""
        return self.day[:4]

    def take(self, entry: Entry) -> None:
        """Add a record, which stands later in the tree than those before it."""
        self.started_at = min(self.started_at, entry.started_at)
        self.ended_at = max(self.ended_at, entry.ended_at)
        self.recorded_at = max(self.recorded_at, entry.created_at)
        _note(self.devices, entry.device)
        _note(self.ips, entry.ip)
        if entry.from_ms is not None and entry.to_ms is not None and entry.check_id is None:
            self.stretches.append((entry.from_ms, entry.to_ms))
        if entry.correction_no:
            _note(self.corrections, entry.correction_no)
        if entry.excluded_ms:
            reason = entry.reason or "unstated"
            self.excluded[reason] = self.excluded.get(reason, 0) + entry.excluded_ms
        self.claimed_ms += entry.claimed_ms
        self.credited_ms += entry.credited_ms
        self.digest.update(entry.leaf_hash)


def lines(entries: Iterable[Entry], people: Sequence[str]) -> list[Line]:
    """Return the lines of a sheet, person by person in the order given, then by day and time.

    Entries come by rising position. `running_ms` is what the person had earned in that calendar year, this line included.
    """
    found: dict[Key, Line] = {}
    for entry in entries:
        key = (entry.person_id, entry.session_id, entry.lesson_id, entry.day)
        if key not in found:
            found[key] = Line(*key, entry.position, entry.started_at, entry.ended_at, entry.created_at)
        found[key].take(entry)
    place = {person: nth for nth, person in enumerate(people)}
    ordered = sorted(found.values(), key=lambda li: (place[li.person_id], li.day, li.started_at, li.first_position))
    return list(_running(ordered))


def _running(ordered: Iterable[Line]) -> Iterator[Line]:
    earned: dict[tuple[str, str], int] = {}
    for line in ordered:
        whose = line.person_id, line.year
        line.running_ms = earned[whose] = earned.get(whose, 0) + line.credited_ms
        yield line


def played(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join stretches of the lesson that touch or overlap, in order."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def excluded_ms(line: Line) -> int:
    """What did not count in a line, all reasons together."""
    return sum(line.excluded.values())


def totals(of: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Add up sums by reason."""
    result: dict[str, int] = {}
    for sums in of:
        for reason, ms in sums.items():
            result[reason] = result.get(reason, 0) + ms
    return result


def _note(seen: list[str], value: str) -> None:
    if value not in seen:
        seen.append(value)
