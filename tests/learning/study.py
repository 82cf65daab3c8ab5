"""A made-up trainee studying one lesson against the pure rule: what the tests of hours.md speak in."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from lms.learning.rules.hours import Accrual, Earned, Interval, Part, Standing, Timeline, accrue
from lms.learning.rules.stretches import tidy
from lms.plans.rules import HourPolicy

# 08:00 in Shanghai
MORNING = datetime(2026, 11, 16, 0, 0, tzinfo=UTC)


def defaults(**changed: int) -> HourPolicy:
    """The proposals of domain.md 2.7, with what a test changes."""
    values = {
        "class_hour_seconds": 2700,
        "daily_cap_class_hours": 8,
        "first_view_max_rate_percent": 100,
        "beat_interval_s": 30,
        "longest_gap_s": 90,
        "gap_credit_s": 60,
        "void_too_fast": 0,
        "lesson_complete_percent": 95,
        "quiz_pass_percent": 60,
    }
    return HourPolicy(**{**values, **changed})


@dataclass
class Study:
    """One session; positions and durations in seconds."""

    policy: HourPolicy
    length_s: float = 2700
    approved_s: float | None = None
    at: datetime = MORNING
    earned: Earned = field(default_factory=Earned)
    standing: Standing = field(default_factory=Standing)
    parts: list[Part] = field(default_factory=list)
    answers: list[Accrual] = field(default_factory=list)

    def beat(self, after_s: float, *claims: tuple[float, float], kept: bool = False, **standing: bool) -> Accrual:
        """Let server time pass, then send a beat that claims stretches."""
        claimed = tidy((round(a * 1000), round(b * 1000)) for a, b in claims)
        interval = Interval(self.at, self.at + timedelta(seconds=after_s), claimed, kept)
        approved_ms = round((self.length_s if self.approved_s is None else self.approved_s) * 1000)
        lesson = Timeline(round(self.length_s * 1000), approved_ms)
        answer = accrue(interval, lesson, self.earned, self.policy, Standing(**standing) if standing else self.standing)
        self.at, self.earned = interval.ended_at, answer.earned
        self.parts.extend(answer.parts)
        self.answers.append(answer)
        return answer

    def watch(self, start_s: float, end_s: float, rate: float = 1.0, every_s: float = 30) -> "Study":
        """Play from one position to another with a beat each `every_s` of server time."""
        position = start_s
        while position < end_s:
            to = min(end_s, position + every_s * rate)
            self.beat((to - position) / rate, (position, to))
            position = to
        return self

    def wait(self, seconds: float) -> "Study":
        """Nothing is played and the session's anchor moves on: a pause ends with an empty beat."""
        self.at += timedelta(seconds=seconds)
        return self

    @property
    def credited_s(self) -> float:
        return sum(part.credited_ms for part in self.parts) / 1000

    @property
    def reasons(self) -> set[str]:
        return {str(part.reason) for part in self.parts if part.reason}
