"""A person's life of study, replayed event by event: who held the lease, what was asked, what it must have earned."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from lms.learning.checking import placing
from lms.learning.checking.facts import (
    Answered,
    Arrival,
    Check,
    Claim,
    Corrected,
    Proof,
    Session,
    Span,
    Term,
    Turn,
    Values,
    date_of,
    day_of,
)  # fmt: skip
from lms.learning.checking.pouring import Asked, Poured, hasty, merged, reckon
from lms.learning.checking.presence import Expected, Presence
from lms.learning.checking.tape import Tape

MISSED_BEATS = 2
MINUTE = 60_000_000
# Opening or closing a class and a beat of the same moment may be judged either way round.
AT_THE_EDGE = 10_000_000


@dataclass(slots=True)
class _Open:
    """A session as it goes on; `place` is where the page stands since `place_at`, `hidden` whether it is out of sight."""

    facts: Session
    last_at: int
    last_seq: int = 0
    place: str = ""
    place_at: int = 0
    hidden: bool = False


@dataclass
class Life:
    """One person. Feed what happened in the order of its moments.

    `values_at` gives the thresholds for a session's programme and place at a moment; `doubted` says of a beat what the
    ledger holds as reason, and is asked only where a class or version was opened or closed within seconds of it.
    """

    terms: Callable[[UUID], Term]
    values_at: Callable[[Session, int], Values]
    turns: Mapping[UUID, Sequence[Turn]] = field(default_factory=dict)
    doubted: Callable[[UUID, int], str | None] = lambda _session, _seq: None
    proofs: Sequence[Proof] = ()
    checks: Mapping[int, Check] = field(default_factory=dict)
    tapes: dict[str, Tape] = field(default_factory=dict)
    vessels: dict[str, dict[str, int]] = field(default_factory=dict)
    days: dict[int, int] = field(default_factory=dict)
    presence: Presence = field(default_factory=Presence)
    counted_until: int | None = None
    _sessions: dict[UUID, _Open] = field(default_factory=dict)
    _holder: UUID | None = None
    _held_until: int = 0

    def launched(self, session: Session) -> None:
        """A lesson is opened: the lease moves here."""
        self.presence.heard(session.launched_at)
        self._sessions[session.id] = _Open(session, session.launched_at, place_at=session.launched_at)
        self._tape(session.content_hash)
        if self.values_at(session, session.launched_at)["presence_mean_s"]:
            self.presence.begin()
        self._hold(session, session.launched_at)

    def came(self, arrival: Arrival) -> Iterator[Expected]:
        """Beats came; yield the rows they must have given."""
        self.presence.heard(arrival.at)
        going = self._sessions[arrival.session_id]
        overtaken = [claim for claim in arrival.claims if 0 < claim.seq <= going.last_seq]
        onward = [claim for claim in arrival.claims if not 0 < claim.seq <= going.last_seq]
        values = self.values_at(going.facts, arrival.at)
        mine = self._holder in (None, going.facts.id) or self._held_until <= arrival.at
        for claims in filter(None, (overtaken, onward)):
            forbidden = self._forbidden(going.facts, arrival.at, claims[-1].seq, mine, values)
            late = "out_of_order" if claims is overtaken else None
            yield from self._earn(going, arrival.at, claims, values, forbidden or late)
        if onward:
            self._go_on(going, arrival.at, onward, mine)
        self.presence.put(self.checks.get(arrival.at), arrival.at, going.facts, values, mine)

    def answered(self, answered: Answered) -> Iterator[Expected]:
        """Presence checks were answered or missed; yield what was taken back or given back."""
        ledger = self.tapes, self.vessels, self.days
        yield from self.presence.settle(answered, self.checks.get(answered.at), ledger)

    def corrected(self, corrected: Corrected) -> None:
        """Two people moved time of a day; what they added is never earned a second time."""
        self.days[corrected.day] = self.days.get(corrected.day, 0) + corrected.ms
        for start, end in corrected.spans:
            self._tape(corrected.content_hash).take(start, end)
        if corrected.place is not None and corrected.ms > 0:
            vessels = self.vessels.setdefault(corrected.content_hash, {})
            vessels[corrected.place] = vessels.get(corrected.place, 0) + corrected.ms

    def stands(self, session_id: UUID) -> tuple[int, int, str, bool, int]:
        """Where a session stands: its last sign of life, its last number, its page's place, hidden or not, since when."""
        going = self._sessions[session_id]
        return going.last_at, going.last_seq, going.place, going.hidden, going.place_at

    def holds(self, content_hash: str) -> int:
        """What a content holds for the person, in milliseconds."""
        tape = self.tapes.get(content_hash)
        return (tape.total if tape else 0) + sum(self.vessels.get(content_hash, {}).values())

    def _earn(
        self, going: _Open, at: int, claims: list[Claim], values: Values, forbidden: str | None
    ) -> Iterator[Expected]:
        begin = max(going.last_at, self.counted_until or going.last_at)
        span = begin // 1000, max(begin, at) // 1000
        watched = self._watch if going.facts.is_video else self._stay
        shares, flag = watched(going, claims, span, values, forbidden)
        if any(share.credited_ms for share in shares):
            self.counted_until = at
        for share in shares:
            row = Expected(going.facts, claims[-1].seq, share, values, at, flag)
            self.presence.earned(row)
            yield row

    def _watch(
        self, going: _Open, claims: list[Claim], span: Span, values: Values, forbidden: str | None
    ) -> tuple[list[Poured], str | None]:
        facts, tape = going.facts, self._tape(going.facts.content_hash)
        claimed = merged(each for claim in claims for each in claim.spans)
        asked = Asked(*span, claimed, facts.length_ms, facts.earnable_ms, forbidden, kept=len(claims) > 1)
        flag = "too_fast" if hasty(asked, tape, values) else None
        shares = reckon(asked, tape, self.days, values)
        said = claimed or any(claim.why == "tick" for claim in claims)
        return (shares if said else []), flag

    def _stay(
        self, going: _Open, claims: list[Claim], span: Span, values: Values, forbidden: str | None
    ) -> tuple[list[Poured], str | None]:
        facts = going.facts
        vessels = self.vessels.setdefault(facts.content_hash, {})
        many = placing.too_many(vessels, facts.places)
        told = _told(claims)
        name = None if told is None else placing.called(told, vessels)
        # until a place is named, the time belongs to the first that is
        place = going.place or name or ""
        since, kept = going.place_at // 1000, len(claims) > 1
        stayed = placing.Stayed(*span, place, since, going.hidden, kept, facts.earnable_ms, facts.places, forbidden)
        shares = placing.reckon(stayed, vessels, self.days, values)
        if name is not None:
            vessels.setdefault(name, 0)
        more = placing.too_many(vessels, facts.places) and not many
        return [share for share in shares if share.observed_ms], "places_exceed_manifest" if more else None

    def _go_on(self, going: _Open, at: int, claims: Sequence[Claim], mine: bool) -> None:
        last = claims[-1]
        going.last_at, going.last_seq = at, max(going.last_seq, last.seq)
        if last.seq > 0 and not going.facts.is_video:
            going.hidden = last.hidden
        self._move(going, at, _told(claims))
        if not mine:
            return
        if last.why == "leave":
            self._holder = None
        else:
            self._hold(going.facts, at)

    def _move(self, going: _Open, at: int, told: str | None) -> None:
        if going.facts.is_video or told is None:
            return
        place = placing.called(told, self.vessels.get(going.facts.content_hash, {}))
        if place != going.place:
            going.place_at = at if going.place else going.place_at
            going.place = place

    def _hold(self, session: Session, at: int) -> None:
        beat_s = self.values_at(session, at)["beat_interval_s"]
        self._holder, self._held_until = session.id, at + MISSED_BEATS * beat_s * 1_000_000

    def _forbidden(self, session: Session, at: int, seq: int, mine: bool, values: Values) -> str | None:
        """What makes time count for nothing, the weightiest first."""
        if not self._is_open(session, at, seq):
            return "class_not_open"
        if not session.earnable_ms:
            return "not_approved" if session.approved_ms is None else "no_time"
        if not mine:
            return "concurrent_session"
        if not self._identified(at, values):
            return "identity"
        return "presence" if self.presence.missed else None

    def _identified(self, at: int, values: Values) -> bool:
        level, since = values["identity_level"], at - values["identity_valid_minutes"] * MINUTE
        return not level or any(proof.level >= level and since < proof.at <= at for proof in self.proofs)

    def _is_open(self, session: Session, at: int, seq: int) -> bool:
        term = self.terms(session.cohort_id)
        turns = self.turns.get(session.version_id, ())
        edges = [edge for edge in (term.opened_at, term.closed_at, *(turn.at for turn in turns)) if edge is not None]
        if any(abs(at - edge) <= AT_THE_EDGE for edge in edges):
            return self.doubted(session.id, seq) != "class_not_open"
        begun = term.opened_at is not None and term.opened_at <= at
        ended = term.closed_at is not None and term.closed_at <= at
        stopped = next((turn.stopped for turn in reversed(turns) if turn.at <= at), False)
        return begun and not ended and not stopped and term.first <= date_of(day_of(at // 1000)) <= term.last

    def _tape(self, content_hash: str) -> Tape:
        return self.tapes.setdefault(content_hash, Tape())


def _told(claims: Sequence[Claim]) -> str | None:
    """Where the page stands by the last beat that says it."""
    return next((claim.place for claim in reversed(claims) if claim.place is not None), None)
