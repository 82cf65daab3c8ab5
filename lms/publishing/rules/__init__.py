"""Rules of publishing: the life of a course version; training packages have files of their own beside it."""

from lms.publishing.rules.versions import (
    MOST_UNTIMED_SECONDS,
    NEXT,
    QUIZ_SECONDS,
    STEPS,
    UNTIMED,
    WORDS,
    Measure,
    State,
    Summary,
    declared_too_long,
    may_become,
    refuse_reviewer,
    refuse_seconds,
    spoken,
    step_now,
    summary,
)

__all__ = [
    "MOST_UNTIMED_SECONDS",
    "NEXT",
    "QUIZ_SECONDS",
    "STEPS",
    "UNTIMED",
    "WORDS",
    "Measure",
    "State",
    "Summary",
    "declared_too_long",
    "may_become",
    "refuse_reviewer",
    "refuse_seconds",
    "spoken",
    "step_now",
    "summary",
]
