"""Checking an upload: the gate, what is inside, its files kept. File work alone: no table is touched."""

from lms.publishing.checking.checks import check
from lms.publishing.checking.outcome import CheckedLesson, Outcome, content_hash
from lms.publishing.checking.packages import check_package

__all__ = ["CheckedLesson", "Outcome", "check", "check_package", "content_hash"]
