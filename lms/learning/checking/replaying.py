"""A person's life of study, replayed event by event: who held the lease, what was asked, what it must have earned."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from lms.learning.checking.facts import Arrival, Claim, Session, Term, Values, date_of, day_of
from lms.learning.checking.pouring import Asked, Poured, merged, reckon
from lms.learning.checking.tape import Tape

MISSED_BEATS = 2
# Opening or closing a class and a beat of the same moment may be judged either way round.
AT_THE_EDGE = 10_000_000

Key = tuple[UUID, int, int]


@dataclass(frozen=True, slots=True)
class Expected:
    """A row that the ledger must hold: of this session and beat, for one day."""

    session: Session
    seq: int
    share: Poured
    values: Values

    @property
    def key(self) -> Key:
        """Session, number of the beat, day."""
        return self.session.id, self.seq, self.share.day


@dataclass(slots=True)
class _Open:
    """A session as it goes on."""

    facts: Session
    last_at: int
    last_seq: int = 0


@dataclass
class Life:
    """One person. Feed launches and arrivals in the order of their moments.

    `values_at` gives the thresholds for a session's programme and place at a moment; `doubted` says of a key what
    the ledger holds as reason, and is asked only where a class was opened or closed within seconds of the beat.
    """

    terms: Callable[[UUID], Term]
    values_at: Callable[[Session, int], Values]
    doubted: Callable[[UUID, int], str | None] = lambda _session, _seq: None
    tapes: dict[str, Tape] = field(default_factory=dict)
    days: dict[int, int] = field(default_factory=dict)
    _sessions: dict[UUID, _Open] = field(default_factory=dict)
    _holder: UUID | None = None
    _held_until: int = 0
    _counted_until: int | None = None

    def launched(self, session: Session) -> None:
        """A lesson is opened: the lease moves here."""
        self._sessions[session.id] = _Open(session, session.launched_at)
        self._tape(session)
        self._hold(session, session.launched_at)

    def came(self, arrival: Arrival) -> Iterator[Expected]:
        """Beats came; yield the rows they must have given."""
        going = self._sessions[arrival.session_id]
        overtaken = [claim for claim in arrival.claims if claim.seq <= going.last_seq]
        onward = [claim for claim in arrival.claims if claim.seq > going.last_seq]
        values = self.values_at(going.facts, arrival.at)
        mine = self._holder in (None, going.facts.id) or self._held_until <= arrival.at
        for claims in filter(None, (overtaken, onward)):
            forbidden = self._forbidden(going.facts, arrival.at, claims[-1].seq, mine)
            late = "out_of_order" if claims is overtaken else None
            yield from self._earn(going, arrival.at, claims, values, forbidden or late)
        if onward:
            self._go_on(going, arrival.at, onward[-1], mine)

    def _earn(
        self, going: _Open, at: int, claims: list[Claim], values: Values, forbidden: str | None
    ) -> Iterator[Expected]:
        started_at = max(going.last_at, self._counted_until or going.last_at)
        claimed = merged(span for claim in claims for span in claim.spans)
        until, facts = max(started_at, at), going.facts
        asked = Asked(
            started_at // 1000,
            until // 1000,
            claimed,
            facts.length_ms,
            facts.earnable_ms,
            forbidden,
            kept=len(claims) > 1,
        )
        shares = reckon(asked, self._tape(facts), self.days, values)
        if any(share.credited_ms for share in shares):
            self._counted_until = at
        if claimed or any(claim.why == "tick" for claim in claims):
            for share in shares:
                yield Expected(facts, claims[-1].seq, share, values)

    def _go_on(self, going: _Open, at: int, last: Claim, mine: bool) -> None:
        going.last_at, going.last_seq = at, last.seq
        if not mine:
            return
        if last.why == "leave":
            self._holder = None
        else:
            self._hold(going.facts, at)

    def _hold(self, session: Session, at: int) -> None:
        beat_s = self.values_at(session, at)["beat_interval_s"]
        self._holder, self._held_until = session.id, at + MISSED_BEATS * beat_s * 1_000_000

    def _forbidden(self, session: Session, at: int, seq: int, mine: bool) -> str | None:
        """What makes time count for nothing, the weightiest first."""
        if not self._is_open(session, at, seq):
            return "class_not_open"
        if not session.earnable_ms:
            return "not_approved"
        return None if mine else "concurrent_session"

    def _is_open(self, session: Session, at: int, seq: int) -> bool:
        term = self.terms(session.cohort_id)
        edges = [edge for edge in (term.opened_at, term.closed_at) if edge is not None]
        if any(abs(at - edge) <= AT_THE_EDGE for edge in edges):
            return self.doubted(session.id, seq) != "class_not_open"
        begun = term.opened_at is not None and term.opened_at <= at
        ended = term.closed_at is not None and term.closed_at <= at
        return begun and not ended and term.first <= date_of(day_of(at // 1000)) <= term.last

    def _tape(self, session: Session) -> Tape:
        return self.tapes.setdefault(session.content_hash, Tape())
