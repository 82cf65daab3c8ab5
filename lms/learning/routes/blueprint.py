"""The blueprint of the trainee's pages, and how a page finds the person's own course."""

from uuid import UUID

from flask import Blueprint

from lms.foundation.errors import NotFound
from lms.foundation.permissions import Permission
from lms.foundation.principal import current
from lms.learning import queries
from lms.learning.queries.courses import Course
from lms.learning.rules import reasons
from lms.learning.rules.progress import LessonState

bp = Blueprint("learning", __name__, url_prefix="/learn")

STUDY = Permission.LESSON_STUDY


@bp.app_template_filter("words_of_reason")
def words_of_reason(reason: reasons.Reason) -> str:
    """A reason as a sentence."""
    return reasons.sentence(reason)


def own_course(registration_id: UUID) -> Course:
    """The person's own course; raises NotFound."""
    return queries.course(queries.registration(registration_id, current().person()))


def own_lesson(course: Course, lesson_id: UUID) -> LessonState:
    """A lesson of the course; raises NotFound."""
    found = course.lesson(lesson_id)
    if found is None:
        raise NotFound()
    return found
