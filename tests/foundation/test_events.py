"""Events: `now` in the same transaction, `later` as a job queued in it."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from lms.accounts import actions
from lms.accounts.models import Organisation
from lms.foundation import events, jobs
from lms.foundation.database import transaction
from lms.foundation.events import Reactions
from lms.foundation.jobs import Job
from tests.people import SYSTEM


@dataclass(frozen=True)
class SchoolFounded:
    """Something happened."""

    school_id: UUID
    name: str


def found_branch(event: SchoolFounded) -> None:
    """A listener that writes."""
    actions.found_organisation("institution", f"{event.name}分校", "440606")


@pytest.fixture
def listeners(app):
    """Lets a test name who listens."""
    before = app.extensions["reactions"]

    def name(**reactions):
        app.extensions["reactions"] = {SchoolFounded: Reactions(**reactions)}

    yield name
    app.extensions["reactions"] = before


def names():
    """The organisations there are, and the jobs that wait."""
    with transaction(SYSTEM) as session:
        return set(session.scalars(select(Organisation.name))), list(session.scalars(select(Job.id)))


def test_now_is_undone_with_the_event(listeners):
    """Sabotage: give the listener a transaction of its own."""
    listeners(now=(found_branch,))
    with pytest.raises(ZeroDivisionError), transaction(SYSTEM):
        events.publish(SchoolFounded(uuid4(), "安颐"))
        raise ZeroDivisionError
    assert names() == (set(), [])


def test_a_listener_that_fails_undoes_the_event(listeners):
    """Sabotage: swallow what listeners raise."""

    def refuse(event: SchoolFounded) -> None:
        raise ZeroDivisionError(event.name)

    listeners(now=(refuse,))
    with pytest.raises(ZeroDivisionError), transaction(SYSTEM):
        actions.found_organisation("institution", "安颐", "440606")
        events.publish(SchoolFounded(uuid4(), "安颐"))
    assert names() == (set(), [])


def test_later_is_a_job_of_the_same_transaction(listeners):
    """Sabotage: queue after the commit; a crash in between would lose it."""
    listeners(later=(found_branch,))
    with transaction(SYSTEM):
        events.publish(SchoolFounded(uuid4(), "安颐"))
    found, [job_id] = names()
    assert found == set()
    assert jobs.run(job_id) and not jobs.run(job_id)
    assert names()[0] == {"安颐分校"}


def test_nobody_listens_to_what_is_not_in_the_table(listeners):
    """Sabotage: call listeners of other events."""
    listeners()
    with transaction(SYSTEM):
        events.publish(SchoolFounded(uuid4(), "安颐"))
    assert names() == (set(), [])
