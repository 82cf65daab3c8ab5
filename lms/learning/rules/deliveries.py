"""Deliveries: the beats that a phone sends at once, and what they claim together. Plain data."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from lms.learning.rules.segments import Why
from lms.learning.rules.stretches import NOTHING, Stretches, tidy, union

# Two of the fullest deliveries that a phone sends may have been refused before this one.
FURTHEST = 2_000


@dataclass(frozen=True, slots=True)
class Sent:
    """One beat as a phone sent it: its number in the session, what was played since the last, where it stands and why.

    `body` is the text as it came. `place` names a page, a slide or what a package reports (None: nothing was said),
    `hidden` that it is out of sight. Everything here is a claim.
    """

    id: UUID
    seq: int
    stretches: Stretches
    position_ms: int
    why: Why
    body: str
    place: str | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """Beats that came together, in order: one interval of the server's clock."""

    beats: tuple[Sent, ...]

    @property
    def claimed(self) -> Stretches:
        """All that the beats say was played."""
        return tidy(stretch for beat in self.beats for stretch in beat.stretches)

    @property
    def kept(self) -> bool:
        """Whether the phone had kept beats back: the line was broken."""
        return len(self.beats) > 1

    @property
    def seq(self) -> int:
        """The number that the delivery goes by in the ledger: its last beat's."""
        return self.beats[-1].seq

    @property
    def place(self) -> str | None:
        """The last place that was named; None where none was."""
        return next((beat.place for beat in reversed(self.beats) if beat.place is not None), None)

    @property
    def stands_still(self) -> bool:
        """Whether the player said that it was playing, and nothing moved."""
        return not self.claimed and any(beat.why is Why.TICK for beat in self.beats)

    @property
    def worth_a_row(self) -> bool:
        """Whether the ledger has something to say of it: an empty beat at the start or a pause earns and loses nothing."""
        return self.claimed != NOTHING or self.stands_still


def sort_out(beats: Sequence[Sent], last_seq: int) -> tuple[Delivery | None, Delivery | None]:
    """Part beats into those that later ones have overtaken and those that go on from the last, each in order."""
    ordered = sorted(beats, key=lambda beat: beat.seq)
    overtaken = tuple(beat for beat in ordered if beat.seq <= last_seq)
    onward = tuple(beat for beat in ordered if beat.seq > last_seq)
    return (Delivery(overtaken) if overtaken else None, Delivery(onward) if onward else None)


def ahead(beats: Sequence[Sent], last_seq: int) -> bool:
    """Whether a number lies further ahead than a phone's queue explains: taken in, it would make every beat after it late."""
    return any(beat.seq > last_seq + FURTHEST for beat in beats)


def played(beats: Sequence[Sent], length_ms: int) -> list[tuple[Stretches, Why]]:
    """What each beat says was played, kept within the lesson, with what made the player send it."""
    return [(tidy((a, min(b, length_ms)) for a, b in union(NOTHING, beat.stretches)), beat.why) for beat in beats]
