"""Rules of publishing: the life of a course version; training packages have files of their own beside it."""

from lms.publishing.rules.versions import (
    NEXT,
    QUIZ_SECONDS,
    STEPS,
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
    "NEXT",
    "QUIZ_SECONDS",
    "STEPS",
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
