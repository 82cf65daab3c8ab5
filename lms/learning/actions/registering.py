"""People of a class that is open are registered on its course."""

from collections.abc import Iterable
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert

from lms.cohorts import queries as cohorts
from lms.cohorts.events import CohortOpened, PeopleEnrolled
from lms.foundation import clock
from lms.foundation.database import db
from lms.learning.models import Registration


def opened(event: CohortOpened) -> None:
    """A class was opened: everybody enrolled by now is registered."""
    _register(event, cohorts.members(event.cohort_id))


def enrolled(event: PeopleEnrolled) -> None:
    """People joined a class that is open."""
    _register(event, event.person_ids)


def _register(event: CohortOpened | PeopleEnrolled, people: Iterable[UUID]) -> None:
    """Register each person once; who is registered stays as they are."""
    shared = {
        "cohort_id": event.cohort_id,
        "tenant_id": event.tenant_id,
        "version_id": event.version_id,
        "region_code": event.region_code,
        "plan_code": event.plan_code,
        "created_at": clock.now(),
    }
    rows = [{**shared, "id": uuid4(), "person_id": person_id} for person_id in sorted(people)]
    if rows:
        once = insert(Registration).on_conflict_do_nothing(index_elements=["cohort_id", "person_id"])
        db.session.execute(once, rows)
