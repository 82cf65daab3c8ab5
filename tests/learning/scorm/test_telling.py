"""What a SCO's saves set off: statements, study time, completion where no time was approved, and who may open what next."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.errors import NotFound, Refused
from lms.learning.actions import opening
from lms.learning.models import Beat, LessonCompletion
from lms.learning.queries import scorm
from lms.lrs.rules.vocabulary import Category, Verb
from tests.learning import packages
from tests.learning.scorm.scos import ScoRoom, an_open_course, cmi12, lesson, opened, tree
from tests.people import SYSTEM, Cast


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return packages.content_client(app)


@pytest.fixture
def room(people: Cast, turn_clock) -> ScoRoom:
    lessons = [lesson("S1"), lesson("S2", prerequisites="S1"), lesson("S3", scorm_type="asset")]
    return an_open_course(people, lessons=lessons)


def told() -> list[dict]:
    """What the record store was told by SCOs, in order."""
    with transaction(SYSTEM):
        rows = db.session.scalars(text("select payload::jsonb from lrs_statement order by seq")).all()
    return [
        one for one in rows if {"id": Category.SCORM.value} in one["context"]["contextActivities"].get("category", [])
    ]


def verbs() -> list[str]:
    return [one["verb"]["id"] for one in told()]


def test_an_attempt_is_told_from_its_beginning_to_its_end(room: ScoRoom, client: FlaskClient) -> None:
    """Sabotage: tell completed at every commit."""
    shell = opened(room, client).start()
    question = {"0": {"id": "题 1", "type": "choice", "student_response": "a", "result": "correct"}}
    clock.turn(timedelta(seconds=90))
    shell.save(cmi12(), "initialize")
    shell.save(cmi12("incomplete", interactions=question))
    shell.save(cmi12("passed", raw="90", interactions=question))
    shell.save(cmi12("passed", raw="90", interactions=question), "terminate")
    assert verbs() == [
        verb.iri for verb in (Verb.INITIALIZED, Verb.ANSWERED, Verb.COMPLETED, Verb.PASSED, Verb.TERMINATED)
    ]
    answered, passed, terminated = told()[1], told()[3], told()[4]
    assert answered["object"]["id"].endswith("/interactions/%E9%A2%98%201")
    assert answered["result"] == {"response": "a", "success": True}
    assert passed["result"]["score"] == {"scaled": 0.9, "raw": 90, "max": 100}
    assert terminated["result"]["duration"].startswith("PT1M30") or terminated["result"]["duration"] == "PT90.00S"
    assert passed["context"]["registration"] == str(room.registrations["xiulan"])


def test_a_score_that_contradicts_itself_stops_no_save(room: ScoRoom, client: FlaskClient) -> None:
    """xAPI refuses raw above max. Sabotage: send min and max as they come."""
    shell = opened(room, client).start()
    strange = {"core": {"lesson_status": "passed", "score": {"raw": "150", "min": "200", "max": "100"}}}
    assert shell.save(strange, "terminate").status_code == 200
    assert room.attempts()[0].score_raw == 150


def test_a_look_is_told_nobody(room: ScoRoom, client: FlaskClient) -> None:
    clerk = room.people.principal("liumin")
    with transaction(clerk):
        opening.preview(room.version_id, room.lessons[0], person_id=clerk.person())
    assert told() == []


def test_each_save_shows_hours_that_somebody_is_there(room: ScoRoom, client: FlaskClient) -> None:
    """hours.md rule 4: only what the server saw. Sabotage: do not call observe()."""
    shell = opened(room, client).start()
    for place in range(1, 4):
        clock.turn(timedelta(seconds=30))
        hours = shell.save(cmi12(location=str(place))).get_json()["hours"]
        assert hours["accrued_ms"] <= 30_000
    with transaction(SYSTEM):
        assert len(db.session.scalars(select(Beat)).all()) == 3
    assert 0 < hours["credited_ms"] <= 90_000


def test_a_sco_that_tells_no_place_stands_where_its_answers_have_come(room: ScoRoom, client: FlaskClient) -> None:
    """Else all of it would be one place with one ceiling. Sabotage: tell hours the location alone; take suspend_data for a place."""
    shell = opened(room, client).start()
    asked: dict[str, dict[str, str]] = {}
    for number in range(3):
        asked[str(number)] = {"id": f"q{number}", "type": "choice", "student_response": "a"}
        goals = {"0": {"id": "g", "status": "passed" if number == 2 else "incomplete"}}
        for data in ("a", "b"):
            clock.turn(timedelta(seconds=30))
            shell.save(cmi12(suspend_data=data * (number + 1), interactions=asked, objectives=goals))
    with transaction(SYSTEM):
        rows = db.session.execute(text("select place, sum(credited_ms) from hour_ledger group by place order by place"))
        spent = dict(rows.all())
    assert list(spent) == ["answers 1, objectives 0", "answers 2, objectives 0", "answers 3, objectives 1"]
    assert sum(spent.values()) == 180_000


def test_where_no_time_was_approved_the_sco_completes_its_lesson(people: Cast, client: FlaskClient, turn_clock) -> None:
    """Sabotage: never call complete_by_package()."""
    room = an_open_course(people, lessons=[{**lesson("S1"), "approved_seconds": 0}])
    opened(room, client).start().save(cmi12("completed"), "terminate")
    with transaction(SYSTEM):
        assert db.session.scalar(select(LessonCompletion.lesson_id)) == room.lessons[0]


def test_where_time_was_approved_the_sco_completes_nothing(room: ScoRoom, client: FlaskClient) -> None:
    """One figure (issue 6). Sabotage: complete whatever was approved."""
    opened(room, client).start().save(cmi12("completed"), "terminate")
    with transaction(SYSTEM):
        assert db.session.scalar(select(LessonCompletion.lesson_id)) is None


def test_prerequisites_decide_what_may_be_opened(room: ScoRoom, client: FlaskClient) -> None:
    """Sabotage: never ask missing_before()."""
    with pytest.raises(Refused, match="课 S1") as refused:
        opened(room, client, lesson=1)
    assert refused.value.code == "prerequisites"
    opened(room, client).start().save(cmi12("completed"), "terminate")
    assert opened(room, client, lesson=1).start().run == 1


def test_a_course_in_order_opens_one_after_the_other(people: Cast, client: FlaskClient, turn_clock) -> None:
    structure = tree("S1", "S2", controlMode={"choice": False, "flow": True})
    room = an_open_course(people, "scorm2004", [lesson("S1"), lesson("S2")], structure)
    with pytest.raises(Refused, match="课 S1"):
        opened(room, client, lesson=1)
    opened(room, client).start().save({"completion_status": "incomplete", "exit": "suspend"}, "terminate")
    assert opened(room, client, lesson=1).start().data["credit"] == "credit"


def test_an_asset_is_learnt_by_being_opened(room: ScoRoom, client: FlaskClient) -> None:
    shell = opened(room, client, lesson=2).start()
    [attempt] = room.attempts(lesson=2)
    assert (attempt.completion, shell.run) == ("completed", 1)
    again = opened(room, client, lesson=2).start()
    assert again.run == 2


def test_an_actor_from_outside_opens_no_sco(room: ScoRoom) -> None:
    actor = {"account": {"homePage": "https://other.example", "name": "x"}}
    with transaction(SYSTEM), pytest.raises(NotFound):
        opening.open_external(room.version_id, room.lessons[0], actor)


def test_the_best_attempt_is_the_one_that_is_shown(room: ScoRoom, client: FlaskClient) -> None:
    """Sabotage: show the last."""
    opened(room, client).start().save(cmi12("passed", raw="90"), "terminate")
    opened(room, client).start().save(cmi12("incomplete", raw="10", exit="suspend"), "terminate")
    with transaction(room.people.principal("xiulan")):
        mine = scorm.standings(room.registrations["xiulan"])[room.lessons[0]]
    assert (mine.attempts, mine.words) == (2, "学完了，通过了，90 分（满分 100 分）")
    with transaction(room.people.principal("liumin")):
        of_class = scorm.standings_of_cohort(room.cohort_id)
    assert of_class[room.registrations["xiulan"], room.lessons[0]] == mine
    with transaction(room.people.principal("chenbo")):
        assert scorm.standings_of_cohort(room.cohort_id) == {}


def test_what_the_sco_said_stands_on_the_pages(room: ScoRoom, client: FlaskClient, client_for) -> None:
    """Sabotage: leave `said` out of course() or cohort_progress()."""
    opened(room, client).start().save(cmi12("passed", raw="85"), "terminate")
    course = f"/learn/courses/{room.registrations['xiulan']}"
    trainee, clerk = client_for(room.people.xiulan), client_for(room.people.liumin)
    for page in (course, f"{course}/lessons/{room.lessons[0]}"):
        assert "课件说：学完了，通过了，85 分（满分 100 分）" in trainee.get(page).text
    progress = clerk.get(f"/learn/cohorts/{room.cohort_id}/progress").text
    assert "学完 1 课，通过 1 课" in progress
    assert "还没打开" in progress
