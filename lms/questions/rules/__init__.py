"""Rules about questions: how answers are marked."""

from lms.questions.rules.marking import Marked, MarkedQuestion, mark

__all__ = ["Marked", "MarkedQuestion", "mark"]
