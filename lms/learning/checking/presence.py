"""Presence checks replayed: whether one was put when it had to be, what a miss takes back, what a late answer gives back."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from lms.learning.checking.facts import Answered, Check, Session, Span, Values
from lms.learning.checking.placing import ceiling_ms
from lms.learning.checking.pouring import Poured, merged
from lms.learning.checking.tape import Tape

Key = tuple[UUID, int, int, UUID | None, bool]
Ledger = tuple[dict[str, Tape], dict[str, dict[str, int]], dict[int, int]]
MOST_WRONG = 3
DONE = frozenset({"right", "cured", "dropped"})
SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Expected:
    """A row that the ledger must hold: of this session and beat, for one day, judged at a moment (microseconds).

    A `check` takes back what its miss has cost, or gives it back.
    """

    session: Session
    seq: int
    share: Poured
    values: Values
    at: int
    flag: str | None = None
    check: UUID | None = None

    @property
    def key(self) -> Key:
        """Session, number of the beat, day, check, and whether it gives back."""
        return self.session.id, self.seq, self.share.day, self.check, bool(self.check) and self.share.credited_ms > 0


@dataclass(frozen=True, slots=True)
class Fault:
    """A presence check that was not as the rule asks: at a moment, in a session."""

    session_id: UUID
    at: int
    was: str
    must: str


@dataclass
class Presence:
    """The standing of one person: what was earned since the last proof, the open check, the missed one."""

    faults: list[Fault] = field(default_factory=list)
    missed: Check | None = None
    _begun: bool = False
    _open: Check | None = None
    _since: list[Expected] = field(default_factory=list)
    _taken: list[Expected] = field(default_factory=list)
    _wrong: int = 0

    @property
    def waiting(self) -> Check | None:
        """The check that waits for an answer."""
        return self._open

    @property
    def unproved_ms(self) -> int:
        """What was credited since the last proof."""
        return sum(row.share.credited_ms for row in self._since)

    def begin(self) -> None:
        """A lesson is opened under a policy that asks: from the first one on, somebody is asked."""
        if not self._begun:
            self._begun = True
            self._since.clear()

    def earned(self, row: Expected) -> None:
        """Time was credited."""
        if row.share.credited_ms > 0:
            self._since.append(row)

    def heard(self, at: int) -> None:
        """Something of the person came: a check that is overdue by now must have been missed."""
        if self._open and self.missed is None and at > self._open.due_at:
            self._fault(self._open.session_id, at, "没有记成没答", "到时间没答")
            self.missed = self._open

    def put(self, check: Check | None, at: int, session: Session, values: Values, mine: bool) -> None:
        """Beats have been judged: was a check put, and was it time for one?"""
        if check is None:
            late = self.unproved_ms > (values["presence_most_s"] + values["gap_credit_s"]) * 1000
            if values["presence_mean_s"] and self._begun and mine and late and not self._open and not self.missed:
                self._fault(session.id, at, "没有问还在不在", "该问了")
            return
        if self.unproved_ms < values["presence_least_s"] * 1000:
            self._fault(session.id, at, "问得太早", f"满 {values['presence_least_s']} 秒再问")
        self._judge_times(check, values)
        self._open = check

    def settle(self, answered: Answered, next_check: Check | None, ledger: Ledger) -> Iterator[Expected]:
        """Answers of one moment, and the check that was put in place of a wrong one."""
        self._wrong += answered.outcomes.count("wrong")
        if "missed" in answered.outcomes:
            yield from self._miss(answered.at, ledger)
        elif self._wrong >= MOST_WRONG and self.missed is None:
            self._fault(self._open.session_id if self._open else UUID(int=0), answered.at, "答错三次没有记", "记成没答")
        if DONE & set(answered.outcomes):
            yield from self._prove(answered, ledger)
        elif next_check is not None:
            self._open = next_check

    def _miss(self, at: int, ledger: Ledger) -> Iterator[Expected]:
        check = self._open
        if check is None or self.missed or (at <= check.due_at and self._wrong < MOST_WRONG):
            session_id = check.session_id if check else UUID(int=0)
            self._fault(session_id, at, "记成没答", "还没到时间")
            return
        self.missed = check
        groups: dict[tuple[UUID, int, str | None], list[Expected]] = {}
        for row in self._since:
            groups.setdefault((row.session.id, row.share.day, row.share.place), []).append(row)
        self._taken = [_taken(rows, check.id, at) for rows in groups.values()]
        self._since.clear()
        for row in self._taken:
            _move(row, ledger)
            yield row

    def _prove(self, answered: Answered, ledger: Ledger) -> Iterator[Expected]:
        missed, must = self.missed, "right"
        if missed is not None:
            must = "cured" if answered.at <= missed.cure_until else "dropped"
        if must not in answered.outcomes:
            session_id = (missed or self._open).session_id if (missed or self._open) else UUID(int=0)  # type: ignore[union-attr]
            self._fault(session_id, answered.at, "、".join(answered.outcomes), must)
        if must == "cured":
            for row in self._taken:
                given = _given(row, answered.at, ledger)
                if given.share.credited_ms:
                    _move(given, ledger)
                    yield given
        self._open = self.missed = None
        self._since.clear()
        self._taken = []
        self._wrong = 0

    def _judge_times(self, check: Check, values: Values) -> None:
        allowed = {values[name] * SECOND for name in ("presence_answer_s", "presence_answer_slow_s")}
        if check.due_at - check.issued_at not in allowed:
            said = f"{(check.due_at - check.issued_at) // SECOND} 秒"
            self._fault(check.session_id, check.issued_at, said, "规则里的时间")

    def _fault(self, session_id: UUID, at: int, was: str, must: str) -> None:
        self.faults.append(Fault(session_id, at, was, must))


def _taken(rows: list[Expected], check_id: UUID, at: int) -> Expected:
    last, counted = rows[-1], merged(span for row in rows for span in row.share.counted)
    total = sum(row.share.credited_ms for row in rows)
    return _moved(last, -total, counted, check_id, at)


def _given(row: Expected, at: int, ledger: Ledger) -> Expected:
    """What comes back: no more than was taken, was not earned again, and fits under day, lesson and place."""
    tapes, vessels, days = ledger
    session, share, values = row.session, row.share, row.values
    room = values["daily_cap_class_hours"] * values["class_hour_seconds"] * 1000 - days.get(share.day, 0)
    if session.is_video:
        tape = tapes[session.content_hash]
        spans = _first(_free(tape, share.counted), max(0, min(room, session.earnable_ms - tape.total)))
        return _moved(row, sum(b - a for a, b in spans), merged(spans), row.check, at)
    places = vessels[session.content_hash]
    brim = ceiling_ms(session.earnable_ms, session.places, values) - places.get(share.place or "", 0)
    ms = max(0, min(-share.credited_ms, brim, session.earnable_ms - sum(places.values()), room))
    return _moved(row, ms, (), row.check, at)


def _free(tape: Tape, spans: Iterable[Span]) -> Iterator[Span]:
    for start, end in spans:
        yield from tape.free(start, end)


def _first(spans: Iterable[Span], most: int) -> list[Span]:
    found = []
    for start, end in list(spans):
        if most <= 0:
            break
        found.append((start, min(end, start + most)))
        most -= end - start
    return found


def _moved(row: Expected, ms: int, counted: tuple[Span, ...], check_id: UUID | None, at: int) -> Expected:
    now = at // 1000
    share = Poured(row.share.day, now, now, 0, 0, ms, "presence", counted, row.share.place)
    return Expected(row.session, row.seq, share, row.values, at, None, check_id)


def _move(row: Expected, ledger: Ledger) -> None:
    tapes, vessels, days = ledger
    days[row.share.day] = days.get(row.share.day, 0) + row.share.credited_ms
    tape = tapes[row.session.content_hash]
    for start, end in row.share.counted:
        (tape.take if row.share.credited_ms > 0 else tape.wipe)(start, end)
    if row.share.place is not None:
        places: Mapping[str, int] = vessels[row.session.content_hash]
        vessels[row.session.content_hash] = {**places, row.share.place: places[row.share.place] + row.share.credited_ms}
