"""Questions about what is published: courses here, training packages in files of their own."""

from lms.publishing.queries.courses import (
    LessonView,
    VersionView,
    by_source,
    by_upload,
    lesson,
    lessons,
    lessons_of,
    newest_of,
    package_named,
    package_title,
    published_versions,
    version,
    versions_of_tenant,
    waiting_for_review,
)
from lms.publishing.queries.standing import refuse_learning, refuse_new_class, standing_of, standings
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
    "newest_of",
    "package_named",
    "package_title",
    "published_versions",
    "refuse_learning",
    "refuse_new_class",
    "refuse_outside_bank",
    "refuse_outside_unified",
    "standing_of",
    "standings",
    "todo",
    "version",
    "versions_of_tenant",
    "waiting_for_review",
]
