"""The tables that only learning writes."""

from lms.learning.models.checking import HoursCheck, HoursDifference, HoursDifferenceWord
from lms.learning.models.cmi5 import Cmi5Au, Cmi5Registration, Cmi5Satisfied, XapiSession
from lms.learning.models.faces import FaceLook, FaceResult
from lms.learning.models.launches import BlockedHost, Launch, RemoteHost
from lms.learning.models.presence import IdentityProof, PresenceAnswer, PresenceCheck, StudyWish
from lms.learning.models.reviews import (
    Anomaly,
    Appeal,
    AppealAnswer,
    CorrectionDecision,
    HoldDecision,
    HourCorrection,
    HourSuspension,
    LookMark,
)
from lms.learning.models.scorm import ScormAttempt, ScormCommit, ScormNote
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
    "Anomaly",
    "Appeal",
    "AppealAnswer",
    "Beat",
    "BlockedHost",
    "Cmi5Au",
    "Cmi5Registration",
    "Cmi5Satisfied",
    "CorrectionDecision",
    "Coverage",
    "FaceLook",
    "FaceResult",
    "HoldDecision",
    "HourCorrection",
    "HourLedger",
    "HourSuspension",
    "HoursCheck",
    "HoursDifference",
    "HoursDifferenceWord",
    "IdentityProof",
    "Launch",
    "Lease",
    "LessonCompletion",
    "LookMark",
    "Placed",
    "PresenceAnswer",
    "PresenceCheck",
    "QuizAttempt",
    "Registration",
    "RemoteHost",
    "ScormAttempt",
    "ScormCommit",
    "ScormNote",
    "StudySession",
    "StudyWish",
    "XapiSession",
]
