"""An inspection of an open class that an institution has been told to mend."""

from datetime import timedelta

from lms.cohorts import queries as cohorts
from lms.foundation import clock
from lms.foundation.database import transaction
from lms.inspections import actions, queries
from lms.inspections.rules import Kind, Outcome
from tests.learning.classroom import Classroom
from tests.people import Cast


def inspected(cast: Cast, room: Classroom) -> dict[str, object]:
    """The ids of a visit and its finding by the names that addresses give them; what it found must be mended."""
    with transaction(cast.principal("hequan")):
        one = actions.open_one(Kind.VISIT, cohorts.cohort(room.cohort_id))
        actions.find(one, Outcome.RECTIFY, "备案的老师不在", clock.today() + timedelta(days=7), 0)
        [found] = queries.findings_of(one)
    return {"inspection_id": one, "finding_id": found.id}
