"""Sessions that end without their own word, and AUs that nobody need open."""

import pytest
from sqlalchemy import select

from lms.accounts.models import AuditEntry
from lms.foundation import jobs, periodic
from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict, NotFound
from lms.learning.actions import opening
from lms.learning.actions.cmi5 import ending
from lms.lrs.rules.vocabulary import Category, Extension, Verb
from tests.learning.cmi5.study import allowed
from tests.learning.cmi5.world import ACTOR, Au, a_course, an_au, launch, told, verbs
from tests.people import SYSTEM

SESSION = str(Extension.SESSION_ID)


def abandon(people, opened, tenant="anyi"):
    """End a session from outside."""
    with transaction(SYSTEM):
        ending.abandon(opened.launch_id, people.organisations[tenant], people.liumin)


def waive(people, opened, au=0, reason="学过同样的课", tenant="anyi"):
    """Waive an AU."""
    with transaction(SYSTEM):
        return ending.waive(opened.registration, au, reason, people.organisations[tenant], people.liumin)


def test_an_abandoned_session_takes_nothing_more_and_is_told_once(app, people, turn_clock):
    """Sabotage: leave the token good, tell it twice, or count the time up to now."""
    opened = launch(a_course(people))
    au = Au.of(app, opened).begin()
    turn_clock(minutes=4)
    assert au.put(allowed(terms=au.terms)).status_code == 204
    turn_clock(hours=1)
    abandon(people, opened)
    last = told(people, opened.registration)[-1]
    assert last["verb"]["id"] == Verb.ABANDONED and last["result"] == {"duration": "PT240.00S"}
    assert last["actor"] == ACTOR and last["object"]["id"] == au.terms.activity_id
    assert last["context"]["extensions"] == {SESSION: str(opened.launch_id)}
    assert last["context"]["contextActivities"]["category"] == [{"id": str(Category.CMI5)}]
    assert au.put(allowed(terms=au.terms)).status_code == 403
    assert au.ask("GET", "activities/state", au.state("page")).status_code == 403
    with pytest.raises(Conflict):
        abandon(people, opened)
    assert verbs(people, opened.registration).count("abandoned") == 1
    with transaction(SYSTEM):
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "cmi5:abandon")).one()
        assert entry.actor_id == people.liumin


def test_a_new_launch_abandons_the_open_one(app, people):
    """Sabotage: let two sessions of a registration speak at once."""
    room = a_course(people, an_au(1), an_au(2))
    first = launch(room)
    old = Au.of(app, first).begin()
    second = launch(room, au=1, registration=first.registration)
    assert verbs(people, first.registration) == ["launched", "initialized", "abandoned", "launched"]
    assert old.put(allowed(terms=old.terms)).status_code == 403
    assert Au.of(app, second).begin().say(Verb.TERMINATED).status_code == 204
    launch(room, registration=first.registration)
    assert verbs(people, first.registration).count("abandoned") == 1


def test_nobody_ends_what_is_anothers(app, people):
    """Sabotage: look the session up by its id alone."""
    room = a_course(people)
    opened = launch(room)
    with pytest.raises(NotFound):
        abandon(people, opened, tenant="qiming")
    with pytest.raises(NotFound):
        waive(people, opened, tenant="qiming")
    with transaction(people.principal("liumin")):
        seen = opening.preview(room.version_id, room.lesson_id, person_id=people.liumin)
    with pytest.raises(NotFound):
        abandon(people, seen)


def test_sessions_whose_time_is_up_are_abandoned_in_the_night(app, people, turn_clock):
    """Sabotage: bury sessions that may still speak, or those that ended by themselves."""
    room = a_course(people)
    dead, done = launch(room), launch(room, actor={**ACTOR, "account": {**ACTOR["account"], "name": "u-2"}})
    Au.of(app, dead).begin()
    assert Au.of(app, done).begin().say(Verb.TERMINATED).status_code == 204
    work_round()
    assert "abandoned" not in verbs(people, dead.registration)
    turn_clock(seconds=opening.LIFE.total_seconds() + 1)
    work_round()
    assert verbs(people, dead.registration) == ["launched", "initialized", "abandoned"]
    assert "abandoned" not in verbs(people, done.registration)
    work_round()
    assert verbs(people, dead.registration).count("abandoned") == 1


def work_round():
    """One round of the work that comes every hour."""
    with transaction(SYSTEM):
        job_id = periodic.again("cmi5-abandon", {}, key="round", title="t", principal=SYSTEM)
    assert job_id is not None and jobs.run(job_id)


def test_a_waived_au_is_told_with_its_reason_and_satisfies(app, people):
    """Sabotage: use the session of a launch, leave out the reason or the moveOn category, waive twice."""
    opened = launch(a_course(people))
    assert Au.of(app, opened).begin().say(Verb.TERMINATED).status_code == 204
    session_id = waive(people, opened)
    found = told(people, opened.registration)
    assert [one["verb"]["id"].rpartition("/")[2] for one in found[-3:]] == ["waived", "satisfied", "satisfied"]
    waived = found[-3]
    assert waived["result"] == {
        "success": True,
        "completion": True,
        "extensions": {str(Extension.REASON): "学过同样的课"},
    }
    assert {one["context"]["extensions"][SESSION] for one in found[-3:]} == {str(session_id)}
    assert str(session_id) not in {one["context"]["extensions"][SESSION] for one in found[:-3]}
    assert [entry["id"] for entry in waived["context"]["contextActivities"]["category"]] == [
        str(Category.CMI5),
        str(Category.MOVE_ON),
    ]
    with pytest.raises(Conflict):
        waive(people, opened)
    with pytest.raises(NotFound):
        waive(people, opened, au=1)
    with transaction(SYSTEM):
        assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "cmi5:waive")).one()


def test_what_is_satisfied_already_is_not_told_again_when_waived(app, people):
    """Sabotage: forget what was told."""
    opened = launch(a_course(people, an_au(move_on="Completed")))
    au = Au.of(app, opened).begin()
    assert au.say(Verb.COMPLETED).status_code == 204
    waive(people, opened)
    assert verbs(people, opened.registration).count("satisfied") == 2


def test_the_duration_is_never_below_zero(app, people, turn_clock):
    """A session that never began lasted no time. Sabotage: take now for the last that was heard."""
    opened = launch(a_course(people))
    turn_clock(hours=1)
    abandon(people, opened)
    assert told(people, opened.registration)[-1]["result"] == {"duration": "PT0.00S"}
