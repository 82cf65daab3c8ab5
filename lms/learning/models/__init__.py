"""The tables that only learning writes."""

from lms.learning.models.launches import BlockedHost, Launch, RemoteHost
from lms.learning.models.study import (
    Beat,
    Coverage,
    HourLedger,
    Lease,
    LessonCompletion,
    Placed,
    QuizAttempt,
    Registration,
    StudySession,
)

__all__ = [
    "Beat",
    "BlockedHost",
    "Coverage",
    "HourLedger",
    "Launch",
    "Lease",
    "LessonCompletion",
    "Placed",
    "QuizAttempt",
    "Registration",
    "RemoteHost",
    "StudySession",
]
