"""A paper that waits for a teacher, and a sound track, for the matrix of who may call what."""

from uuid import UUID, uuid4

from lms.foundation.database import db, transaction
from lms.learning import queries
from lms.learning.models.quizzes import QuizPaper
from lms.publishing import queries as publishing
from lms.publishing.models.variants import LessonSound
from tests.cohorts.classes import a_version
from tests.learning.classroom import PLACE, Classroom
from tests.people import SYSTEM


def a_paper(room: Classroom) -> UUID:
    """A second try of xiulan at the quiz, waiting."""
    tenant_id, person_id = room.people.organisations["anyi"], room.people.ids["xiulan"]
    with transaction(SYSTEM):
        registration = queries.registration(room.registrations["xiulan"], person_id)
        row = QuizPaper(
            id=uuid4(),
            tenant_id=tenant_id,
            registration_id=registration.id,
            person_id=person_id,
            cohort_id=room.cohort_id,
            lesson_id=room.quiz_id,
            number=2,
            answers={"1": [0]},
            **PLACE,
        )
        db.session.add(row)
        db.session.flush()
        return row.id


def a_sound(room: Classroom) -> UUID:
    """A Cantonese sound track of a version that was not sent in; the address names it with another version."""
    version_id = a_version(room.people, state="checked")
    with transaction(SYSTEM):
        [video, *_] = publishing.lessons_of(version_id)
        row = LessonSound(
            id=uuid4(),
            tenant_id=video.tenant_id,
            version_id=version_id,
            lesson_id=video.id,
            language="cantonese",
            key=None,
            size_bytes=0,
            duration_ms=0,
            added_by=room.people.ids["liumin"],
        )
        db.session.add(row)
        db.session.flush()
        return row.id
