"""How learning time is credited: the rule of the house for lessons with a timeline, to be read aloud by an auditor.

An *interval* is the time between two beats of one session, on the server's clock. The beat *claims* which
stretches of the lesson were played in it. A claim never becomes time by itself; it can only use up time that the
server has seen pass:

    credited = min(time the server saw pass, what a gap may count, what is new, what the day and the lesson have left)

and only the credited part, from the start of what is new, joins the covered set. What did not count can be watched
again and count then. Whole milliseconds throughout; nothing here asks a clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from lms.learning.rules.reasons import NO_LOSS, Reason
from lms.learning.rules.stretches import NOTHING, Stretches, inside, length, minus, split, take, union
from lms.plans.rules import HourPolicy

SHANGHAI = ZoneInfo("Asia/Shanghai")

# Two clocks and a network never agree to the millisecond: only what is faster than this is called too fast.
SLACK_MS = 2_000

ONE_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """What must hold for an interval to count at all, as the server found it when the beat came."""

    enrolled: bool = True
    class_open: bool = True
    holds_lease: bool = True
    in_order: bool = True
    identified: bool = True
    present: bool = True


@dataclass(frozen=True, slots=True)
class Timeline:
    """A lesson with a timeline: the length probed by the server, and the study time that a reviewer approved."""

    length_ms: int
    approved_ms: int | None

    @property
    def earnable_ms(self) -> int:
        """The most that the lesson can ever earn one person: never more than its length."""
        return min(self.length_ms, self.approved_ms or 0)


@dataclass(frozen=True, slots=True)
class Interval:
    """The server's time between two beats, and the stretches that the second beat claims were played in it.

    `kept` says that the phone had kept beats back and sent several at once: the line was broken.
    """

    started_at: datetime
    ended_at: datetime
    claimed: Stretches
    kept: bool = False

    @property
    def observed_ms(self) -> int:
        """The time that the server saw pass; a clock set back sees none."""
        return milliseconds(self.started_at, self.ended_at)


@dataclass(frozen=True, slots=True)
class Earned:
    """What the person has earned before: in this content, ever; and on a day of study, in everything."""

    covered: Stretches = NOTHING
    day: date = date.min
    day_ms: int = 0

    def on(self, day: date) -> int:
        """Milliseconds credited to the person on that Shanghai day."""
        return self.day_ms if day == self.day else 0


@dataclass(frozen=True, slots=True)
class Part:
    """What one Shanghai day's part of an interval earned: one row of the ledger.

    `place` is where a lesson without a timeline stood; `counted` are the credited stretches, `left` the new ones that did not count and may be claimed again.
    credited_ms + excluded_ms is always what was claimed; where nothing was, the picture stood still.
    """

    day: date
    started_at: datetime
    ended_at: datetime
    observed_ms: int
    claimed_ms: int
    credited_ms: int
    excluded_ms: int
    reason: Reason | None
    counted: Stretches = NOTHING
    left: Stretches = NOTHING
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Accrual:
    """What an interval earned, a part for each Shanghai day it touches, and what the person has earned after it."""

    parts: tuple[Part, ...]
    earned: Earned
    too_fast: bool = False

    @property
    def credited_ms(self) -> int:
        """Milliseconds credited by the whole interval."""
        return sum(part.credited_ms for part in self.parts)

    @property
    def left(self) -> Stretches:
        """New stretches that were played and did not count."""
        return union(NOTHING, tuple(stretch for part in self.parts for stretch in part.left))


def accrue(interval: Interval, lesson: Timeline, earned: Earned, policy: HourPolicy, standing: Standing) -> Accrual:
    """Credit an interval under the policy of its day.

    The first thing that forbids the interval takes all of it; else each Shanghai day is credited by itself,
    the earlier day first.
    """
    too_fast = _is_too_fast(interval, lesson, earned, policy)
    forbidden = _forbidden(interval, lesson, policy, standing)
    if forbidden is None and too_fast and policy.void_too_fast:
        forbidden = Reason.TOO_FAST
    if forbidden:
        return Accrual((_refuse(interval, lesson, earned, forbidden),), earned, too_fast)
    parts: list[Part] = []
    allowance_ms = policy.gap_credit_s * 1000
    for part_of_day in _days(interval):
        part = _credit(part_of_day, lesson, earned, policy, allowance_ms)
        earned = _after(part, earned)
        allowance_ms -= min(allowance_ms, part.observed_ms)
        parts.append(part)
    return Accrual(tuple(parts), earned, too_fast)


class Earnable(Protocol):
    """A lesson of whichever kind, as far as it can earn time at all."""

    @property
    def approved_ms(self) -> int | None:
        """The study time that a reviewer approved; None while nobody has."""

    @property
    def earnable_ms(self) -> int:
        """The most that the lesson can ever earn one person."""


def obstacle(lesson: Earnable, standing: Standing) -> Reason | None:
    """Say what keeps the person's time from counting whatever is played, the weightiest first; None when nothing does."""
    if not standing.enrolled:
        return Reason.NOT_ENROLLED
    if not standing.class_open:
        return Reason.CLASS_NOT_OPEN
    if not lesson.earnable_ms:
        return Reason.NOT_APPROVED if lesson.approved_ms is None else Reason.NO_TIME
    if not standing.holds_lease:
        return Reason.CONCURRENT_SESSION
    if not standing.identified:
        return Reason.IDENTITY
    if not standing.present:
        return Reason.PRESENCE
    return None


def _forbidden(interval: Interval, lesson: Timeline, policy: HourPolicy, standing: Standing) -> Reason | None:
    """Say what makes the whole interval count for nothing; None when nothing does."""
    if reason := obstacle(lesson, standing):
        return reason
    if not standing.in_order:
        return Reason.OUT_OF_ORDER
    if interval.observed_ms > policy.longest_gap_s * 1000:
        return Reason.OFFLINE if interval.kept else Reason.GAP
    return None


def _days(interval: Interval) -> Iterator[Interval]:
    """Cut an interval at each midnight of Shanghai; what was played is shared out in the order of the lesson."""
    while (midnight := midnight_after(interval.started_at)) < interval.ended_at:
        before = replace(interval, ended_at=midnight)
        first, rest = split(interval.claimed, before.observed_ms)
        yield replace(before, claimed=first)
        interval = replace(interval, started_at=midnight, claimed=rest)
    yield interval


def _credit(interval: Interval, lesson: Timeline, earned: Earned, policy: HourPolicy, allowance_ms: int) -> Part:
    """Credit what was played in one day, as far as server time, gap, day and lesson allow."""
    played = inside(interval.claimed, 0, lesson.length_ms)
    new = minus(played, earned.covered)
    bounds = {
        Reason.DAILY_LIMIT: policy.daily_cap_ms - earned.on(day_of(interval.started_at)),
        Reason.LESSON_LIMIT: lesson.earnable_ms - length(earned.covered),
        Reason.GAP: allowance_ms,
        Reason.TOO_FAST: interval.observed_ms,
    }
    tightest = min(bounds, key=lambda reason: bounds[reason])
    counted = take(new, max(0, bounds[tightest]))
    left = minus(new, counted)
    lost = {
        _name(tightest, length(left)): length(left),
        Reason.ALREADY_COVERED: length(played) - length(new),
        Reason.BEYOND_LENGTH: length(interval.claimed) - length(played),
    }
    return _part(interval, counted, left, _weightiest(lost))


def _weightiest(lost: dict[Reason, int]) -> Reason:
    """What a row names as its reason: a real loss before what was no loss, then the larger."""
    return max(lost, key=lambda reason: (bool(lost[reason]) and reason not in NO_LOSS, lost[reason]))


def _refuse(interval: Interval, lesson: Timeline, earned: Earned, reason: Reason) -> Part:
    """Credit nothing, for one reason, on the day the beat came; it may be claimed again by watching it again."""
    left = minus(inside(interval.claimed, 0, lesson.length_ms), earned.covered)
    return replace(_part(interval, NOTHING, left, reason), day=day_of(interval.ended_at))


def _part(interval: Interval, counted: Stretches, left: Stretches, reason: Reason) -> Part:
    claimed_ms, credited_ms = length(interval.claimed), length(counted)
    excluded_ms = claimed_ms - credited_ms
    return Part(
        day=day_of(interval.started_at),
        started_at=interval.started_at,
        ended_at=interval.ended_at,
        observed_ms=interval.observed_ms,
        claimed_ms=claimed_ms,
        credited_ms=credited_ms,
        excluded_ms=excluded_ms,
        reason=Reason.NO_PROGRESS if not claimed_ms else reason if excluded_ms else None,
        counted=counted,
        left=left,
    )


def _name(bound: Reason, left_ms: int) -> Reason:
    """Server time that ran out by a hair is no haste: the phone claims that remainder again with its next beat."""
    return Reason.REMAINDER if bound is Reason.TOO_FAST and left_ms <= SLACK_MS else bound


def _is_too_fast(interval: Interval, lesson: Timeline, earned: Earned, policy: HourPolicy) -> bool:
    """Flag more new seconds than the server's time allows at the highest rate of a first view."""
    new = minus(inside(interval.claimed, 0, lesson.length_ms), earned.covered)
    return length(new) > interval.observed_ms * policy.first_view_max_rate_percent // 100 + SLACK_MS


def _after(part: Part, earned: Earned) -> Earned:
    """What the person has earned once the part is written."""
    if not part.credited_ms:
        return earned
    return Earned(union(earned.covered, part.counted), part.day, earned.on(part.day) + part.credited_ms)


def day_of(moment: datetime) -> date:
    """The Shanghai day of a moment."""
    return moment.astimezone(SHANGHAI).date()


def midnight_after(moment: datetime) -> datetime:
    """The next midnight of Shanghai, in UTC."""
    tomorrow = day_of(moment) + timedelta(days=1)
    return datetime.combine(tomorrow, time(), SHANGHAI).astimezone(UTC)


def milliseconds(start: datetime, end: datetime) -> int:
    """Whole milliseconds from one moment to another, nought where it is earlier."""
    return max(0, (end - start) // ONE_MS)


def class_hours(credited_ms: int, policy: HourPolicy) -> int:
    """Say how many class hours 学时 a sum of credited time is: whole ones, rounded down once at the claim line."""
    return credited_ms // (policy.class_hour_seconds * 1000)
