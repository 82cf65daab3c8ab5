"""Which classes learn with a version of a course: asked by the pages of courses, which stand below."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from lms.cohorts.models import Cohort
from lms.cohorts.rules.filing import TONES, WORDS, State
from lms.foundation.database import db

MOST = 200


@dataclass(frozen=True)
class ClassOn:
    """A class that learns with a version."""

    version_id: UUID
    title: str
    state: State

    @property
    def words(self) -> str:
        """The state as the pages call it."""
        return WORDS[self.state]

    @property
    def tone(self) -> str:
        """The tone of its tag."""
        return TONES[self.state]


def classes_on(version_ids: Sequence[UUID]) -> list[ClassOn]:
    """The classes that have not ended, of those that the principal may see, newest first."""
    going_on = (Cohort.version_id.in_(version_ids), Cohort.state != State.CLOSED)
    query = select(Cohort.version_id, Cohort.title, Cohort.state).where(*going_on)
    rows = db.session.execute(query.order_by(Cohort.created_at.desc()).limit(MOST))
    return [ClassOn(version_id, title, State(state)) for version_id, title, state in rows]
