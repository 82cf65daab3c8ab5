"""Previews, which keep nothing; tincan packages; trainees of a class."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from lms.cohorts.events import PeopleEnrolled
from lms.foundation.database import transaction
from lms.foundation.errors import Conflict
from lms.learning.actions import opening
from lms.learning.actions.cmi5 import registering
from lms.learning.models import Beat, Cmi5Registration, LessonCompletion
from lms.learning.queries import cmi5 as queries
from lms.learning.queries import saying
from lms.lrs.rules.vocabulary import Verb
from tests.learning import packages
from tests.learning.classroom import PLACE
from tests.learning.cmi5.study import allowed
from tests.learning.cmi5.world import Au, a_course, an_au, content_client, launch, told, verbs
from tests.people import SYSTEM

KEPT = ("lrs_statement", "lrs_document", "cmi5_registration", "cmi5_au", "cmi5_satisfied", "beat", "hour_ledger")


def rows():
    """How many rows there are of all that a launch may leave behind."""
    with transaction(SYSTEM) as session:
        return {table: session.scalar(text(f"select count(*) from {table}")) for table in KEPT}


def test_a_preview_is_answered_like_a_trainee_and_keeps_nothing(app, people):
    """Sabotage: call the store outside the savepoint, or register the preview."""
    room = a_course(people)
    before = rows()
    with transaction(people.principal("liumin")):
        opened = opening.preview(room.version_id, room.lesson_id, person_id=people.liumin)
    au = Au.of(app, opened).begin()
    assert au.actor["account"]["name"] != str(people.liumin)
    assert au.ask("PUT", "activities/state", au.state("page"), {"page": 3}).status_code == 204
    assert au.ask("GET", "activities/state", au.state("page")).get_json() == {"page": 3}
    assert au.ask("GET", "activities/state", au.state("other")).status_code == 404
    assert au.ask("DELETE", "activities/state", au.state("page")).status_code == 204
    assert au.ask("GET", "activities/state", au.state("page")).status_code == 404
    for verb in (Verb.PASSED, Verb.COMPLETED):
        assert au.say(verb).status_code == 204
    assert au.say(Verb.COMPLETED).status_code == 403
    assert au.say(Verb.TERMINATED).status_code == 204
    assert au.put(allowed(terms=au.terms)).status_code == 403
    assert rows() == before


def a_tincan_course(people):
    """A tincan package with one activity."""
    lesson = {"kind": "activity", "identifier": "https://author.example/tincan", "entry": "index.html", "settings": {}}
    return packages.a_package(people, "tincan", {"index.html": b"<!doctype html>"}, [lesson])


def test_a_tincan_package_speaks_of_its_own_learner_alone(app, people):
    """Sabotage: ask nothing of the actor or the registration."""
    opened = launch(a_tincan_course(people))
    au = Au.of(app, opened)
    assert set(au.parameters) == {"endpoint", "auth", "actor", "registration", "activity_id"}
    assert au.parameters["activity_id"] == "https://author.example/tincan"
    au.auth = au.parameters["auth"]
    mine = {"id": str(uuid4()), "actor": au.actor, "verb": {"id": str(Verb.COMPLETED)}}
    mine["object"] = {"id": "https://author.example/tincan/page/2"}
    assert au.put(mine).status_code == 204
    placed = {**mine, "id": str(uuid4()), "context": {"registration": str(opened.registration)}}
    assert au.post(placed).status_code == 200
    state = {"agent": au.parameters["actor"], "activityId": "https://author.example/tincan", "stateId": "resume"}
    assert au.ask("PUT", "activities/state", state, {"page": 2}).status_code == 204
    assert au.ask("GET", "activities/state", state).get_json() == {"page": 2}
    other = {"account": {"homePage": "https://other.example", "name": "u-2"}}
    for wrong in (
        {**mine, "id": str(uuid4()), "actor": other},
        {**mine, "id": str(uuid4()), "context": {"registration": str(uuid4())}},
    ):
        assert au.post({**placed, "id": str(uuid4())}, wrong).status_code == 403
    assert au.client.post(au.parameters["endpoint"] + "fetch").get_json()["error-code"] == "2"
    assert len(told(people, opened.registration)) == 1
    au.auth = "Basic " + au.auth[6:][::-1]
    assert au.put({**mine, "id": str(uuid4())}).status_code == 403


@pytest.fixture
def classroom(app, people, turn_clock):
    """A cmi5 course of two AUs in an open class: ten minutes were approved for the first, none for the second."""
    aus = ({**an_au(1, move_on="Completed"), "places": 3}, {**an_au(2, move_on="Passed"), "approved_seconds": 0})
    room = a_course(people, *aus, state="approved")
    whose = packages.Whose(people.organisations["anyi"], people.liumin, people.hequan)
    return room, packages.open_class(whose, room.version_id, [people.xiulan, people.ahui])


def open_au(people, room, registrations, au=0):
    """xiulan opens an AU."""
    with transaction(people.principal("xiulan")):
        return opening.open_lesson(
            people.xiulan, registrations[people.xiulan], room.lessons[au], "phone", "203.0.113.7"
        )


def test_a_trainee_learns_an_au_and_time_is_what_the_server_saw(app, people, classroom, turn_clock):
    """P4: what the AU says of time earns nothing. Sabotage: observe refused requests, or add result.duration."""
    room, registrations = classroom
    opened = open_au(people, room, registrations)
    au = Au.of(app, opened)
    assert au.actor["account"]["name"] == str(people.xiulan) and "name" not in au.actor
    assert au.parameters["registration"] == str(registrations[people.xiulan])
    au.begin()
    turn_clock(seconds=3)
    for verb in (Verb.COMPLETED, Verb.TERMINATED):
        assert au.say(verb, result__duration="PT45M").status_code == 204
    assert verbs(people, opened.registration)[-4:] == ["launched", "initialized", "completed", "terminated"]
    with transaction(SYSTEM) as session:
        assert session.scalar(text("select coalesce(sum(credited_ms), 0) from hour_ledger")) <= 3000
        assert not session.scalars(select(LessonCompletion)).all()
        [standing] = queries.aus_of(registrations[people.xiulan]).values()
        assert standing.satisfied_at is not None
        cohort_id = session.scalar(text("select cohort_id from registration limit 1"))
        assert saying.done_of_cohort(cohort_id) == {registrations[people.xiulan]: "达到要求 1 课"}
        assert saying.said_of(registrations[people.xiulan]) == {room.lessons[0]: "课件说：学完，达到要求"}


def test_each_accepted_request_is_a_sign_of_life_at_its_place(app, people, classroom, turn_clock):
    """Sabotage: notice refused requests, or forget the place."""
    room, registrations = classroom
    au = Au.of(app, open_au(people, room, registrations)).begin()
    for page in range(3):
        turn_clock(seconds=30)
        statement = allowed(terms=au.terms, object={"id": f"{au.terms.activity_id}/page/{page}"})
        assert au.put(statement).status_code == 204
        assert au.put(allowed(terms=au.terms, actor={"mbox": "mailto:a@example.com"})).status_code == 403
    with transaction(SYSTEM) as session:
        beats = session.scalars(select(Beat.body).where(Beat.seq < 0).order_by(Beat.received_at)).all()
        assert [f"page/{page}" in body for page, body in enumerate(beats[-3:])] == [True] * 3
        assert session.scalar(text("select sum(credited_ms) from hour_ledger")) == 90_000


def test_a_package_completes_a_lesson_for_which_no_time_was_approved(app, people, classroom):
    """Sabotage: never tell hours of it, or believe it where time was approved."""
    room, registrations = classroom
    au = Au.of(app, open_au(people, room, registrations, au=1)).begin()
    assert au.say(Verb.PASSED).status_code == 204
    with transaction(SYSTEM) as session:
        assert session.scalars(select(LessonCompletion.lesson_id)).all() == [room.lessons[1]]


def test_nobody_outside_speaks_for_a_trainee_of_a_class(app, people, classroom):
    """Sabotage: take a class's registration for one of an outside system, before or after the first launch."""

    room, registrations = classroom
    with pytest.raises(Conflict):
        launch(room, registration=registrations[people.xiulan])
    open_au(people, room, registrations)
    with pytest.raises(Conflict):
        launch(room, registration=registrations[people.xiulan])


def test_people_who_join_a_class_are_registered_with_what_asks_for_nothing(app, people, turn_clock):
    """Sabotage: leave registration to the first launch."""
    room = a_course(people, an_au(1, move_on="NotApplicable"), state="approved")
    registrations = packages.open_class(
        packages.Whose(people.organisations["anyi"], people.liumin, people.hequan), room.version_id, [people.xiulan]
    )
    with transaction(SYSTEM) as session:
        cohort_id = session.scalar(text("select cohort_id from registration"))
        tenant_id = people.organisations["anyi"]
        event = PeopleEnrolled(cohort_id, tenant_id, room.version_id, **PLACE, person_ids=(people.xiulan,))
        registering.enrolled(event)
        registering.enrolled(event)
        assert session.scalar(select(func.count()).select_from(Cmi5Registration)) == 1
    assert verbs(people, registrations[people.xiulan]) == ["satisfied", "satisfied"]


def test_tables_are_seen_by_their_own_alone(app, people, classroom):
    """Row-level security. Sabotage: leave tenancy.protect out of the migration."""
    room, registrations = classroom
    au = Au.of(app, open_au(people, room, registrations)).begin()
    assert au.say(Verb.COMPLETED).status_code == 204
    for key, sees in (("xiulan", True), ("liumin", True), ("hequan", True), ("ahui", False), ("chenbo", False)):
        with transaction(people.principal(key)) as session:
            for table in ("cmi5_registration", "xapi_session", "cmi5_au", "cmi5_satisfied"):
                found = session.scalar(text(f"select count(*) from {table}"))
                assert bool(found) is sees or table == "cmi5_satisfied", (key, table)


def test_an_own_window_takes_the_tab_and_any_window_is_framed(app, people, client_for, turn_clock):
    """8.1.0.0-2 and -3. Sabotage: frame whatever comes."""
    room = a_course(people, an_au(1), an_au(2, launch_method="OwnWindow"), state="approved")
    whose = packages.Whose(people.organisations["anyi"], people.liumin, people.hequan)
    registration_id = packages.open_class(whose, room.version_id, [people.xiulan])[people.xiulan]
    client = client_for(people.xiulan)
    for lesson_id, own in zip(room.lessons, (False, True), strict=True):
        address = f"/learn/courses/{registration_id}/lessons/{lesson_id}"
        assert ("会离开这一页" in client.get(address).text) is own
        told_ = client.post(f"{address}/open", json={}).get_json()
        assert told_["own_window"] is own and "/c/" in told_["url"] and "activityId=" in told_["url"]
        assert Au(content_client(app), told_["url"]).begin().read_launch_data()["returnURL"].endswith(address)
