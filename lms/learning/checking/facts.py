"""What a replay is made from: raw facts as the tables hold them.

Moments that order events are microseconds since 1970, UTC (`us`); the rule reckons in whole milliseconds, cut (`ms`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SHANGHAI_MS = 8 * 3_600_000
DAY_MS = 24 * 3_600_000

Span = tuple[int, int]
Values = Mapping[str, int]


def us(moment: datetime) -> int:
    """A moment as microseconds since 1970."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def ms(moment: datetime) -> int:
    """A moment as whole milliseconds since 1970, cut."""
    return us(moment) // 1000


def day_of(at: int) -> int:
    """The number of the Shanghai day that a millisecond since 1970 lies in; 0 is 1 January 1970."""
    return (at + SHANGHAI_MS) // DAY_MS


def date_of(day: int) -> date:
    """The date of a numbered day."""
    return date(1970, 1, 1) + timedelta(days=day)


def day_begins(day: int) -> int:
    """The first millisecond of a numbered Shanghai day."""
    return day * DAY_MS - SHANGHAI_MS


@dataclass(frozen=True, slots=True)
class Term:
    """When people could learn in a class: opened and closed by somebody (microseconds; None: never), first and last day."""

    opened_at: int | None
    closed_at: int | None
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Turn:
    """A version of a package was stopped, or goes on: at a moment in microseconds."""

    at: int
    stopped: bool


@dataclass(frozen=True, slots=True)
class Session:
    """One opening of a lesson, with what the server knew of the lesson then; `launched_at` in microseconds."""

    id: UUID
    registration_id: UUID
    cohort_id: UUID
    version_id: UUID
    lesson_id: UUID
    content_hash: str
    programme_code: str
    region_code: str
    length_ms: int
    approved_ms: int | None
    kind: str
    places: int
    launched_at: int

    @property
    def is_video(self) -> bool:
        """Whether the lesson has a timeline."""
        return self.kind == "video"

    @property
    def earnable_ms(self) -> int:
        """The most that the lesson gives one person, ever."""
        approved = self.approved_ms or 0
        return min(self.length_ms, approved) if self.is_video else approved


@dataclass(frozen=True, slots=True)
class RawBeat:
    """A beat as it lies in the table; `received_at` in microseconds."""

    session_id: UUID
    seq: int
    received_at: int
    body: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What one beat says: which spans were played, why it was sent, where the page stands (None: not said).

    A number below nought is a sign of life that the server saw by itself.
    """

    seq: int
    spans: tuple[Span, ...]
    why: str
    place: str | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """Beats of one session that came at one moment, in microseconds."""

    session_id: UUID
    at: int
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A presence check: put, due, and until when a late answer gives time back."""

    id: UUID
    session_id: UUID
    issued_at: int
    due_at: int
    cure_until: int


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of presence checks at one moment: the outcomes that were kept."""

    at: int
    outcomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction by two people moved `ms` of a day; time that it added is taken of the content: spans, or at a place.

    `place` is None in a lesson with a timeline.
    """

    at: int
    content_hash: str
    spans: tuple[Span, ...]
    place: str | None
    day: int
    ms: int


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody proved who they are, this well."""

    at: int
    level: int


@dataclass(frozen=True, slots=True)
class Lease:
    """What the platform believes of a person between two beats: sums of the day and since a proof, when it last counted, the checks."""

    day: date
    day_ms: int
    unproved_ms: int
    counted_until: int | None
    check_id: UUID | None
    missed_id: UUID | None


@dataclass(frozen=True, slots=True)
class Completion:
    """A lesson that stands as learnt: when, of which content, and how much of it was needed (milliseconds)."""

    registration_id: UUID
    lesson_id: UUID
    at: int
    content_hash: str
    needs_ms: int
    undone: bool


def arrival(session_id: UUID, at: int, beats: Sequence[RawBeat]) -> Arrival:
    """Read the bodies of beats that came together; ValueError where one is no beat."""
    return Arrival(session_id, at, tuple(_claim(beat) for beat in sorted(beats, key=lambda beat: beat.seq)))


def _claim(beat: RawBeat) -> Claim:
    said = json.loads(beat.body)
    try:
        if beat.seq < 0:
            return Claim(beat.seq, (), "tick", said["place"] or None)
        spans = tuple((int(start), int(end)) for start, end in said.get("stretches", ()))
        return Claim(beat.seq, spans, str(said["why"]), said.get("place"), bool(said.get("hidden")))
    except (AttributeError, KeyError, TypeError) as problem:
        raise ValueError("no beat") from problem
