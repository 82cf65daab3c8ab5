"""The tables that only publishing writes."""

from lms.publishing.models.courses import Lesson, Package, PackageVersion, VersionDecision

__all__ = ["Lesson", "Package", "PackageVersion", "VersionDecision"]
