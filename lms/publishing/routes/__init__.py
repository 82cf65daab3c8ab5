"""The doors of publishing over HTTP: courses, and training packages in files of their own."""

from lms.publishing.routes import (
    covering,
    life,
    receiving,
    reviewing,
    second_look,
    syllabus,
    talks,
    training_review,
    uploads,
)
from lms.publishing.routes.courses import bp
from lms.publishing.routes.training import bp as training

__all__ = [
    "bp",
    "covering",
    "life",
    "receiving",
    "reviewing",
    "second_look",
    "syllabus",
    "talks",
    "training",
    "training_review",
    "uploads",
]
