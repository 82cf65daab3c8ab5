"""The trainee's pages; each module adds its doors to the one blueprint."""

from lms.learning.routes import appeals, courses, hours, playing, quizzes  # noqa: F401 - the doors of one blueprint
from lms.learning.routes.blueprint import bp

__all__ = ["bp"]
