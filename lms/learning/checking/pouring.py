"""The rule of hours as pouring: server time runs out onto the tape of a lesson, in the lesson's order, until a wall stops it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from lms.learning.checking.facts import Span, Values, day_begins, day_of
from lms.learning.checking.tape import Tape

SLACK_MS = 2_000
HARMLESS = frozenset({"already_covered", "remainder"})


@dataclass(frozen=True, slots=True)
class Poured:
    """One Shanghai day's share of an interval, as the ledger would have to write it; `counted` are the credited spans."""

    day: int
    started_at: int
    ended_at: int
    observed_ms: int
    claimed_ms: int
    credited_ms: int
    reason: str | None
    counted: tuple[Span, ...] = ()
    place: str | None = None

    @property
    def excluded_ms(self) -> int:
        """What was claimed and did not count."""
        return self.claimed_ms - self.credited_ms


@dataclass(slots=True)
class Jug:
    """Time that may be poured onto one day's claims, and what became of it."""

    tape: Tape
    length_ms: int
    holds_ms: int
    counted: list[Span] = field(default_factory=list)
    claimed_ms: int = 0
    spilt_ms: int = 0
    again_ms: int = 0
    beyond_ms: int = 0

    def pour(self, start: int, end: int) -> None:
        """Pour over one claimed span: only what is free takes, and only while there is something left."""
        self.claimed_ms += end - start
        inside = min(end, self.length_ms)
        self.beyond_ms += end - max(start, min(end, self.length_ms))
        free = 0
        for a, b in list(self.tape.free(start, inside)) if start < inside else ():
            free += b - a
            taken = min(b - a, self.holds_ms)
            if taken > 0:
                self.tape.take(a, a + taken)
                self.counted.append((a, a + taken))
                self.holds_ms -= taken
            self.spilt_ms += b - a - max(0, taken)
        self.again_ms += max(0, inside - start) - free

    @property
    def credited_ms(self) -> int:
        """What has been poured."""
        return sum(b - a for a, b in self.counted)


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans in order, each millisecond once."""
    return Tape(spans).spans


@dataclass(frozen=True, slots=True)
class Asked:
    """An interval of server time and what it is claimed for; `forbidden` is why it cannot count whatever was played.

    `kept` says that several beats came at once: the line was broken.
    """

    started_at: int
    ended_at: int
    claimed: Sequence[Span]
    length_ms: int
    earnable_ms: int
    forbidden: str | None = None
    kept: bool = False

    @property
    def passed_ms(self) -> int:
        """What the server saw pass."""
        return max(0, self.ended_at - self.started_at)


def reckon(asked: Asked, tape: Tape, days: dict[int, int], values: Values) -> list[Poured]:
    """Reckon an interval, writing on the tape and into the sums of days what it earns; one share for each day."""
    forbidden = asked.forbidden or _too_much(asked, tape, values)
    if forbidden:
        return [_nothing(asked, forbidden)]
    gap_ms, shares = values["gap_credit_s"] * 1000, []
    for day, begin, end, spans in by_day(asked.claimed, asked.started_at, asked.ended_at):
        seen = max(0, end - begin)
        walls = {
            "daily_limit": values["daily_cap_class_hours"] * values["class_hour_seconds"] * 1000 - days.get(day, 0),
            "lesson_limit": asked.earnable_ms - tape.total,
            "gap": gap_ms,
            "too_fast": seen,
        }
        jug = Jug(tape, asked.length_ms, max(0, min(walls.values())))
        shares.append(_share(day, begin, end, spans, jug, walls))
        days[day] = days.get(day, 0) + shares[-1].credited_ms
        gap_ms -= min(gap_ms, seen)
    return shares


def hasty(asked: Asked, tape: Tape, values: Values) -> bool:
    """Whether more new seconds are claimed than the time allows at the highest rate of a first view."""
    ends = [(x, max(x, min(y, asked.length_ms))) for x, y in asked.claimed]
    fresh = sum(b - a for x, y in ends for a, b in tape.free(x, y))
    return fresh > asked.passed_ms * values["first_view_max_rate_percent"] // 100 + SLACK_MS


def _too_much(asked: Asked, tape: Tape, values: Values) -> str | None:
    """Too long a silence, or more new seconds than the time allows where the programme voids those."""
    if asked.passed_ms > values["longest_gap_s"] * 1000:
        return "offline" if asked.kept else "gap"
    return "too_fast" if values["void_too_fast"] and hasty(asked, tape, values) else None


def _share(day: int, begin: int, end: int, spans: Iterable[Span], jug: Jug, walls: dict[str, int]) -> Poured:
    for start, stop in spans:
        jug.pour(start, stop)
    reason = _reason(jug, walls)
    seen = max(0, end - begin)
    return Poured(day, begin, end, seen, jug.claimed_ms, jug.credited_ms, reason, merged(jug.counted))


def _reason(jug: Jug, walls: dict[str, int]) -> str | None:
    """The heaviest loss names the share; what is no loss names it only where there is nothing else."""
    if not jug.claimed_ms:
        return "no_progress"
    if jug.credited_ms == jug.claimed_ms:
        return None
    wall = min(walls, key=lambda name: walls[name])
    if wall == "too_fast" and jug.spilt_ms <= SLACK_MS:
        wall = "remainder"
    lost = [(jug.spilt_ms, wall), (jug.again_ms, "already_covered"), (jug.beyond_ms, "beyond_length")]
    real = [each for each in lost if each[0] and each[1] not in HARMLESS]
    return max(real or lost, key=lambda each: each[0])[1]


def _nothing(asked: Asked, reason: str) -> Poured:
    total = sum(b - a for a, b in asked.claimed)
    why = reason if total else "no_progress"
    return Poured(day_of(asked.ended_at), asked.started_at, asked.ended_at, asked.passed_ms, total, 0, why)


def by_day(claimed: Sequence[Span], start: int, end: int) -> Iterator[tuple[int, int, int, list[Span]]]:
    """Share an interval out over Shanghai days; the claims are shared as if played without a break from its start."""
    rest = list(claimed)
    while (midnight := day_begins(day_of(start) + 1)) < end:
        mine, rest = _cut(rest, midnight - start)
        yield day_of(start), start, midnight, mine
        start = midnight
    yield day_of(start), start, end, rest


def _cut(spans: Iterable[Span], after_ms: int) -> tuple[list[Span], list[Span]]:
    before: list[Span] = []
    after: list[Span] = []
    for start, end in spans:
        middle = start + max(0, min(end - start, after_ms))
        after_ms -= middle - start
        before += [(start, middle)] if middle > start else []
        after += [(middle, end)] if end > middle else []
    return before, after
