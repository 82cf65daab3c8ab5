"""What the person is told after beats: in figures and in words, all from the server. Plain data."""

from dataclasses import dataclass
from typing import Any

from lms.learning.rules import words
from lms.learning.rules.locks import furthest_ms
from lms.learning.rules.misses import Miss, Misses
from lms.learning.rules.reasons import NO_LOSS, Reason, sentence
from lms.learning.rules.stretches import Stretches


@dataclass(frozen=True)
class Answer:
    """What beats earned, and how the lesson and the day stand after them.

    `left` are new stretches that did not count; `complete` says that the lesson became complete by these beats;
    `stop` says that another device has taken over; `check` is what asks whether the person is there;
    `prove` is where the person proves who they are, "" where nobody asks.
    """

    accrued_ms: int
    reason: Reason | None
    left: Stretches
    covered: Stretches
    misses: Misses
    credited_ms: int
    earnable_ms: int
    length_ms: int
    day_ms: int
    day_cap_ms: int
    beat_seconds: int
    online_ms: int = 0
    complete: bool = False
    stop: bool = False
    check: dict[str, Any] | None = None
    prove: str = ""

    @property
    def full(self) -> bool:
        """Whether the lesson can earn no more."""
        return 0 < self.earnable_ms <= self.credited_ms

    def as_json(self) -> dict[str, Any]:
        """What the player shows, with every sentence ready."""
        tone, said = words.live(self.accrued_ms, self.reason, self.full, self.stop)
        return {
            "accrued_ms": self.accrued_ms,
            "credited": self.accrued_ms > 0,
            "reason": self.reason,
            "why": sentence(self.reason) if self.reason and self.reason not in NO_LOSS else "",
            "left": self.left,
            "credited_ms": self.credited_ms,
            "earnable_ms": self.earnable_ms,
            "length_ms": self.length_ms,
            "covered": self.covered,
            "misses": [miss_as_json(miss) for miss in self.misses],
            "furthest_ms": furthest_ms(self.covered, self.misses),
            "label": words.map_label(self.covered, self.misses, self.length_ms),
            "live": {"tone": tone, "words": said},
            "online": words.online(self.online_ms, self.credited_ms),
            "day": words.day_words(self.day_ms, self.day_cap_ms),
            "beat_seconds": self.beat_seconds,
            "complete": self.complete,
            "stop": self.stop,
            "check": self.check,
            "prove": self.prove,
        }


def miss_as_json(miss: Miss) -> dict[str, Any]:
    """A stretch that did not count, in words."""
    return {
        "from_ms": miss.start_ms,
        "to_ms": miss.end_ms,
        "reason": miss.reason,
        "title": words.miss_title(miss),
        "why": words.miss_why(miss),
        "button": words.miss_button(miss),
    }
