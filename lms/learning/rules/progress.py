"""When a lesson is complete, which one comes next, and how far a class has come. Plain data in, plain data out."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from lms.plans.rules import HourPolicy

# However long the lesson, no more than this may be missing when it is called complete.
MAY_MISS_MS = 30_000


def is_complete(credited_ms: int, earnable_ms: int, policy: HourPolicy) -> bool:
    """Say whether a lesson that earns time is learnt: the policy's share of what it can earn is credited.

    Completion hangs on credited time alone, never on the place where it stands or on what a client says.
    """
    return earnable_ms > 0 and credited_ms >= needed_ms(earnable_ms, policy)


def needed_ms(earnable_ms: int, policy: HourPolicy) -> int:
    """The credited time at which a lesson is learnt."""
    share_ms = -(-earnable_ms * policy.lesson_complete_percent // 100)
    return max(share_ms, earnable_ms - MAY_MISS_MS)


@dataclass(frozen=True, slots=True)
class LessonState:
    """A lesson of a course as one trainee stands to it; a quiz is done when it was passed, and earns no time."""

    lesson_id: UUID
    number: int
    title: str
    kind: str
    length_ms: int = 0
    earnable_ms: int = 0
    credited_ms: int = 0
    size_bytes: int = 0
    captions: bool = False
    questions: int = 0
    position_ms: int = 0
    done: bool = False
    score: int | None = None
    online_ms: int = 0

    @property
    def is_video(self) -> bool:
        """Whether it has a timeline."""
        return self.kind == "video"

    @property
    def begun(self) -> bool:
        """Whether anything of it was learnt or tried."""
        return self.credited_ms > 0 or self.position_ms > 0 or self.score is not None

    @property
    def left_ms(self) -> int:
        """The time that it can still earn."""
        return max(0, self.earnable_ms - self.credited_ms)


def next_lesson(lessons: Iterable[LessonState]) -> LessonState | None:
    """Say what to learn next: the first lesson, in their order, that is not done."""
    return next((lesson for lesson in lessons if not lesson.done), None)


def resume_at(position_ms: int, length_ms: int) -> int:
    """Say where to go on: the second the server last heard of; from the start where it was the end."""
    return position_ms if position_ms < length_ms - 1_000 else 0
