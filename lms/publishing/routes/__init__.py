"""The doors of publishing over HTTP: courses, training packages."""

from lms.publishing.routes.courses import bp

__all__ = ["bp"]
