"""The doors of publishing over HTTP: courses, and training packages in files of their own."""

from lms.publishing.routes import covering, second_look, syllabus, training_review
from lms.publishing.routes.courses import bp
from lms.publishing.routes.training import bp as training

__all__ = ["bp", "covering", "second_look", "syllabus", "training", "training_review"]
