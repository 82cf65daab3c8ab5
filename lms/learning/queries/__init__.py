"""Questions of learning, for its pages and for the capabilities above."""

from lms.learning.queries.appeals import appeals_of
from lms.learning.queries.courses import Course, course, courses_of, last_position
from lms.learning.queries.holds import held_by_day, held_by_registration, held_ms, held_sessions, holds_of
from lms.learning.queries.hours import DayTotal, Uncounted, credited_by_registration, day_totals, uncounted
from lms.learning.queries.ledger import ledger_of_cohort, ledger_page
from lms.learning.queries.playing import day_ms, policy_of, standing
from lms.learning.queries.progress import Progress, best_scores, progress_of_cohort
from lms.learning.queries.quizzes import Attempt, attempt, has_passed, tries
from lms.learning.queries.registrations import RegistrationView, registration, registrations_of
from lms.learning.queries.waiting import Waiting, missed_check

__all__ = [
    "Attempt",
    "Course",
    "DayTotal",
    "Progress",
    "RegistrationView",
    "Uncounted",
    "Waiting",
    "appeals_of",
    "attempt",
    "best_scores",
    "course",
    "courses_of",
    "credited_by_registration",
    "day_ms",
    "day_totals",
    "has_passed",
    "held_by_day",
    "held_by_registration",
    "held_ms",
    "held_sessions",
    "holds_of",
    "last_position",
    "ledger_of_cohort",
    "ledger_page",
    "missed_check",
    "policy_of",
    "progress_of_cohort",
    "registration",
    "registrations_of",
    "standing",
    "tries",
    "uncounted",
]
