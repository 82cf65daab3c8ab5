"""People of a class that is open are registered on its course."""

from collections.abc import Iterable
from uuid import UUID, uuid4

from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from lms.cohorts import queries as cohorts
from lms.cohorts.events import CohortOpened, PeopleEnrolled
from lms.foundation import clock
from lms.foundation.database import db


def opened(event: CohortOpened) -> None:
    """A class was opened: everybody enrolled by now is registered."""
    _register(event, cohorts.members(event.cohort_id))


def enrolled(event: PeopleEnrolled) -> None:
    """People joined a class that is open."""
    _register(event, event.person_ids)


_REGISTER = text(
    "insert into registration (id, person_id, cohort_id, tenant_id, version_id, region_code, plan_code, created_at)"
    " select given.id, given.person_id, :cohort_id, :tenant_id, :version_id, :region_code, :plan_code, :created_at"
    " from unnest(:ids, :person_ids) as given (id, person_id)"
    " on conflict (cohort_id, person_id) do nothing"
).bindparams(bindparam("ids", type_=ARRAY(Uuid)), bindparam("person_ids", type_=ARRAY(Uuid)))


def _register(event: CohortOpened | PeopleEnrolled, people: Iterable[UUID]) -> None:
    """Register each person once, thousands in one statement; who is registered stays as they are."""
    person_ids = sorted(people)
    where = {"tenant_id": event.tenant_id, "region_code": event.region_code, "plan_code": event.plan_code}
    what = {"cohort_id": event.cohort_id, "version_id": event.version_id, "created_at": clock.now()}
    ids = [uuid4() for _ in person_ids]
    db.session.execute(_REGISTER, {**where, **what, "ids": ids, "person_ids": person_ids})
