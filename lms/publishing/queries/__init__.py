"""Questions about what is published: courses here, training packages in files of their own."""

from lms.publishing.queries.courses import (
    LessonView,
    VersionView,
    by_source,
    by_upload,
    lesson,
    lessons,
    lessons_of,
    package_named,
    package_title,
    published_versions,
    version,
    versions_of_tenant,
    waiting_for_review,
)
from lms.publishing.queries.todo import todo
from lms.publishing.queries.unified import refuse_outside_bank, refuse_outside_unified

__all__ = [
    "LessonView",
    "VersionView",
    "by_source",
    "by_upload",
    "lesson",
    "lessons",
    "lessons_of",
    "package_named",
    "package_title",
    "published_versions",
    "refuse_outside_bank",
    "refuse_outside_unified",
    "todo",
    "version",
    "versions_of_tenant",
    "waiting_for_review",
]
