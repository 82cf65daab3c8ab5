"""The trainee's pages; each module adds its doors to the one blueprint."""

from lms.learning.routes import (  # noqa: F401 - the doors of one blueprint
    appeals,
    courses,
    documents,
    facing,
    hosts,
    hours,
    markings,
    packages,
    playing,
    presence,
    previews,
    proving,
    quizzes,
)
from lms.learning.routes.blueprint import bp

__all__ = ["bp"]
