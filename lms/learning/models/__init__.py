"""The tables that only learning writes."""

from lms.learning.models.checking import HoursCheck, HoursDifference, HoursDifferenceWord
from lms.learning.models.launches import BlockedHost, Launch, RemoteHost
from lms.learning.models.presence import IdentityProof, PresenceAnswer, PresenceCheck, StudyWish
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
    "HoursCheck",
    "HoursDifference",
    "HoursDifferenceWord",
    "IdentityProof",
    "Launch",
    "Lease",
    "LessonCompletion",
    "Placed",
    "PresenceAnswer",
    "PresenceCheck",
    "QuizAttempt",
    "Registration",
    "RemoteHost",
    "StudySession",
    "StudyWish",
]
