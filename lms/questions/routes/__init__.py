"""The doors of question banks; each module adds its own to the one blueprint."""

from lms.questions.routes import writing  # noqa: F401 - the doors of one blueprint
from lms.questions.routes.banks import bp

__all__ = ["bp"]
