"""What the ledger says beside what it must say: each difference with its place and both values."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from lms.learning.checking import standing
from lms.learning.checking.facts import (
    Answered,
    Arrival,
    Corrected,
    RawBeat,
    Session,
    Values,
    arrival,
    date_of,
    day_of,
    us,
)
from lms.learning.checking.policies import Book, hash_of
from lms.learning.checking.presence import Expected
from lms.learning.checking.raw import Broken
from lms.learning.checking.reading import Material, Row
from lms.learning.checking.replaying import Life

SINCE_0022 = "place_ceiling_percent"
CAME_WITH_0022 = frozenset({"place", "counted", "flag"})
WORDS = {
    "row": "这一行",
    "started_at": "开始时间",
    "ended_at": "结束时间",
    "observed_ms": "服务器看到的时间",
    "claimed_ms": "设备报的时间",
    "credited_ms": "计入的时间",
    "excluded_ms": "没计入的时间",
    "reason": "没计入的原因",
    "from_ms": "计入的起点",
    "to_ms": "计入的终点",
    "lesson_id": "课",
    "cohort_id": "班级",
    "registration_id": "报名",
    "content_hash": "内容",
    "policy_id": "规则",
    "coverage": "计过的段落",
    "completion": "学完的记录",
    "session": "这次学习停在哪里",
    "lease": "当天累计和“还在学习吗”的状态",
    "raw": "封存过的原始记录",
    "correction": "更正补上的段落",
    "beat": "原始记录",
    "counted": "计入的段落",
    "place": "学到的位置",
    "flag": "记下的异常",
    "presence": "“还在学习吗”",
}
MISSING = "没有"


@dataclass(frozen=True, slots=True)
class Difference:
    """Something the ledger says otherwise than the raw records: where, and both values as text."""

    cohort_id: UUID
    session_id: UUID | None
    seq: int
    day: str
    field: str
    recorded: str
    recomputed: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the check of one person came to."""

    beats: int
    rows: int
    differences: tuple[Difference, ...]


def check(material: Material, book: Book) -> Outcome:
    """Replay a person and compare; what cannot be read is a difference, never a crash."""
    found: list[Difference] = []
    recorded = {row.key: row for row in material.rows}
    values_at = _Values(material, book, found)
    checks = {one.issued_at: one for one in material.checks}
    doubt = _Doubt(material.rows)
    life = Life(material.terms.__getitem__, values_at, material.turns, doubt, material.proofs, checks)
    for expected in _replay(material, life, found):
        row = recorded.pop(expected.key, None)
        found += [_missing(expected)] if row is None else _compare(row, expected, unsaid=_unsaid(material, row))
    found += [_spare(row) for row in recorded.values()]
    found += _astray(material, life)
    found += _faults(material, life)
    return Outcome(len(material.beats), len(material.rows), tuple(found))


def broken(material: Material, found: Iterable[Broken]) -> Iterator[Difference]:
    """Seals over the raw records of a person that no longer fit, as differences."""
    cohorts = [one.cohort_id for one in material.sessions.values()] + [row.cohort_id for row in material.rows]
    cohorts = cohorts or [UUID(int=0)]
    for one in found:
        day = date_of(day_of(us(one.until) // 1000)).isoformat()
        yield Difference(cohorts[0], None, 0, day, "raw", one.sealed, one.found)


def _faults(material: Material, life: Life) -> Iterator[Difference]:
    for fault in life.presence.faults:
        session = material.sessions.get(fault.session_id) or next(iter(material.sessions.values()))
        yield _at(session, 0, fault.at, "presence", fault.was, fault.must)


def _replay(material: Material, life: Life, found: list[Difference]) -> Iterator[Expected]:
    """Everything in the order of its moments."""
    for event in _in_order(material, found):
        try:
            if isinstance(event, Session):
                life.launched(event)
            elif isinstance(event, Corrected):
                life.corrected(event)
            elif isinstance(event, Answered):
                yield from life.answered(event)
            else:
                yield from life.came(event)
        except KeyError as absent:
            found.append(_unreadable(material, event, f"没有依据：{absent.args[0]!s:.60}"))


Event = Session | Arrival | Answered | Corrected


def _in_order(material: Material, found: list[Difference]) -> Iterator[Event]:
    """What a check came to stands before the beats of the same moment, which found it overdue."""
    sessions = ((session.launched_at, 1, session) for session in material.sessions.values())
    streams: tuple[Iterable[tuple[int, int, Event]], ...] = (
        sorted(sessions, key=lambda each: each[0]),
        ((answered.at, 0, answered) for answered in material.answers),
        ((corrected.at, 2, corrected) for corrected in material.corrections),
        _arrivals(material, found),
    )
    for _, _, event in heapq.merge(*streams, key=lambda each: each[:2]):
        yield event


def _arrivals(material: Material, found: list[Difference]) -> Iterator[tuple[int, int, Arrival]]:
    for session_id, at, beats in _together(material.beats):
        try:
            yield at, 3, arrival(session_id, at, beats)
        except ValueError:
            found.append(_at(material.sessions[session_id], beats[-1].seq, at, "beat", "读不懂", "能读懂"))


def _together(beats: Iterable[RawBeat]) -> Iterator[tuple[UUID, int, list[RawBeat]]]:
    group: list[RawBeat] = []
    for beat in beats:
        if group and (beat.session_id, beat.received_at) != (group[0].session_id, group[0].received_at):
            yield group[0].session_id, group[0].received_at, group
            group = []
        group.append(beat)
    if group:
        yield group[0].session_id, group[0].received_at, group


class _Values:
    """The thresholds of a moment: those that the ledger names, where the dated rows bear them out; else the rows' own."""

    def __init__(self, material: Material, book: Book, found: list[Difference]) -> None:
        self._material, self._book, self._found = material, book, found
        self._named = {(row.session_id, row.created_at): row for row in material.rows}
        self._judged: dict[tuple[object, ...], bool] = {}

    def __call__(self, session: Session, at: int) -> Values:
        row, day = self._named.get((session.id, at)), day_of(at // 1000)
        if row is not None and self._borne_out(row, session, day):
            return self._material.policies[row.policy_id].values
        return self._book.in_force(session.programme_code, session.region_code, date_of(day))

    def _borne_out(self, row: Row, session: Session, day: int) -> bool:
        asked = row.policy_id, row.policy_hash, session.programme_code, session.region_code, day
        if asked not in self._judged:
            kept = self._material.policies.get(row.policy_id)
            fits = kept is not None and hash_of(kept.rows) == kept.hash == row.policy_hash
            where = session.programme_code, session.region_code, date_of(day)
            self._judged[asked] = bool(fits and kept and self._book.ever_in_force(dict(kept.values), *where))
            if not self._judged[asked]:
                self._found.append(
                    _at(session, row.seq, at=row.created_at, name="policy_id", was=row.policy_id, must="")
                )
        return self._judged[asked]


class _Doubt:
    """The reason that the ledger gives for a beat, for judgements that could go either way."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._reasons = {(row.session_id, row.seq): row.reason for row in rows}

    def __call__(self, session_id: UUID, seq: int) -> str | None:
        return self._reasons.get((session_id, seq))


def _unsaid(material: Material, row: Row) -> frozenset[str]:
    """The columns that a row cannot have: those that came with 0022, for rows of a policy from before it.

    Such a policy knows no ceiling of places. Taking a flag away from a later row breaks its leaf.
    """
    kept = material.policies.get(row.policy_id)
    early = kept is not None and all(one["key"] != SINCE_0022 for one in kept.rows)
    return CAME_WITH_0022 if early else frozenset()


def _compare(row: Row, expected: Expected, unsaid: frozenset[str]) -> Iterator[Difference]:
    share, session = expected.share, expected.session
    several = len(share.counted) > 1 or (expected.check is not None and share.counted)
    must = {
        "started_at": share.started_at,
        "ended_at": share.ended_at,
        "observed_ms": share.observed_ms,
        "claimed_ms": share.claimed_ms,
        "credited_ms": share.credited_ms,
        "excluded_ms": share.excluded_ms,
        "reason": share.reason,
        "from_ms": share.counted[0][0] if share.counted else None,
        "to_ms": share.counted[-1][1] if share.counted else None,
        "counted": [list(span) for span in share.counted] if several else None,
        "place": share.place,
        "flag": expected.flag,
        "lesson_id": session.lesson_id,
        "cohort_id": session.cohort_id,
        "registration_id": session.registration_id,
        "content_hash": session.content_hash,
    }
    for name, value in must.items():
        if name not in unsaid and getattr(row, name) != value:
            yield _of_row(row, name, _text(getattr(row, name)), _text(value))


def _astray(material: Material, life: Life) -> Iterator[Difference]:
    for one in standing.astray(material, life):
        yield _at(one.session, 0, one.at, one.name, _text(one.was), _text(one.must))


def _missing(expected: Expected) -> Difference:
    share = expected.share
    return _at(
        expected.session, expected.seq, share.ended_at * 1000, "row", MISSING, f"计入 {share.credited_ms / 1000:g} 秒"
    )


def _spare(row: Row) -> Difference:
    return _of_row(row, "row", f"计入 {row.credited_ms / 1000:g} 秒", MISSING)


def _of_row(row: Row, name: str, was: str, must: str) -> Difference:
    return Difference(row.cohort_id, row.session_id, row.seq, date_of(row.day).isoformat(), name, was, must)


def _at(session: Session, seq: int, at: int, name: str, was: str, must: str) -> Difference:
    return Difference(session.cohort_id, session.id, seq, date_of(day_of(at // 1000)).isoformat(), name, was, must)


def _unreadable(material: Material, event: Event, said: str) -> Difference:
    if isinstance(event, Session):
        return _at(event, 0, event.launched_at, "row", said, "")
    if isinstance(event, Arrival):
        return _at(material.sessions[event.session_id], event.claims[-1].seq, event.at, "row", said, "")
    return _at(next(iter(material.sessions.values())), 0, event.at, "row", said, "")


def _text(value: object) -> str:
    return "无" if value is None else str(value)
