"""Lessons without a timeline on a real PostgreSQL: what beats and the signs of a package earn."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.learning import queries
from lms.learning.actions.completing import complete_by_package
from lms.learning.actions.observing import observe
from lms.learning.models import Beat, StudySession
from lms.learning.rules.reasons import Reason
from lms.learning.rules.segments import Why
from tests.learning.classroom import an_open_class

SAME = {"content_hash": "d0" * 32, "places": 2, "approved_seconds": 300}
AU = {"kind": "au", "places": 0}
LESSONS = [{}, SAME, SAME, {"approved_seconds": 600}, {"kind": "sco", "places": 0}, AU, {**AU, "approved_seconds": 0}]


@pytest.fixture
def room(people, turn_clock):
    return an_open_class(people, more=LESSONS)


def test_eighteen_pages_read_at_their_pace_are_a_class_hour_and_complete(room):
    """Sabotage: credit the page that a beat names, not the one that was read."""
    lesson_id = room.lessons[0]
    trainee = room.trainee()
    trainee.open(lesson_id=lesson_id)
    for page in range(1, 19):
        answer = trainee.stay(f"p{page}", 150)
    assert room.credited_s() == 2700
    assert (answer.credited_ms, answer.online_ms, answer.covered) == (2_700_000, 2_700_000, ((0, 2_700_000),))
    with transaction(trainee.principal):
        state = queries.course(queries.registrations_of(trainee.principal.person())[0]).lesson(lesson_id)
    assert (state.done, state.credited_ms, state.online_ms) == (True, 2_700_000, 2_700_000)


def test_one_page_left_open_earns_its_ceiling(room):
    """P1. Sabotage: let a page that is in sight earn as long as it is."""
    trainee = room.trainee()
    trainee.open(lesson_id=room.lessons[0])
    answer = trainee.stay("p1", 2700)
    assert room.credited_s() <= 300
    assert answer.reason is Reason.NO_PROGRESS


def test_a_macro_that_turns_pages_earns_seconds(room):
    """P2."""
    trainee = room.trainee()
    trainee.open(lesson_id=room.lessons[0])
    for page in range(18):
        trainee.send(trainee.at(f"p{page}"))
        clock.turn(timedelta(seconds=1))
    trainee.stay("p17", 1200)
    assert room.credited_s() <= 18 + 300


def test_the_same_content_in_another_lesson_earns_nothing_again(room):
    """P5. Sabotage: keep places by lesson."""
    trainee = room.trainee()
    for lesson_id in room.lessons[1:3]:
        trainee.open(lesson_id=lesson_id)
        trainee.stay("a", 150)
        trainee.stay("b", 150)
    assert room.credited_s() == 300


def test_invented_places_are_flagged_and_earn_no_more_than_the_lesson(room):
    """P6. Sabotage: forget to count the places."""
    trainee = room.trainee()
    trainee.open(lesson_id=room.lessons[3])
    for place in range(500):
        trainee.send(trainee.at(f"invented {place}"))
        clock.turn(timedelta(seconds=2))
    trainee.send(trainee.at("end"))
    assert room.credited_s() == 600
    assert [row.flag for row in room.rows() if row.flag] == ["places_exceed_manifest"]


def test_out_of_sight_earns_nothing_until_the_page_is_back(room):
    trainee = room.trainee()
    trainee.open(lesson_id=room.lessons[0])
    trainee.stay("p1", 60)
    trainee.send(trainee.at("p1", Why.HIDDEN, hidden=True))
    clock.turn(timedelta(seconds=30))
    back = trainee.send(trainee.at("p1", Why.START))
    assert (back.accrued_ms, back.reason) == (0, Reason.HIDDEN)
    trainee.stay("p1", 30)
    assert room.credited_s() == 90


def test_what_the_server_sees_by_itself_counts_and_is_kept_raw(room):
    """Sabotage: give it a number that a beat of the page may have."""
    trainee = room.trainee()
    trainee.open(lesson_id=room.lessons[4])
    for step in range(4):
        clock.turn(timedelta(seconds=30))
        with transaction(trainee.principal):
            seen = observe(
                trainee.principal.person(), trainee.session_id, place=f"slide {step}\0", body="{}", ip="203.0.113.7"
            )
    assert (seen.accrued_ms, room.credited_s()) == (30_000, 120)
    clock.turn(timedelta(seconds=30))
    assert trainee.send(trainee.at(None)).accrued_ms == 30_000
    with transaction(trainee.principal):
        assert list(db.session.scalars(select(Beat.seq).order_by(Beat.received_at))) == [-1, -2, -3, -4, 1]
        again = observe(trainee.principal.person(), trainee.session_id, place="slide 3", body="", ip="")
    assert again is None


def test_a_package_completes_only_what_was_approved_without_time(room):
    """P4. Sabotage: believe a package that says completed."""
    trainee = room.trainee()
    for lesson_id, seconds in zip(room.lessons[5:], (2700, 0), strict=True):
        trainee.open(lesson_id=lesson_id)
        with transaction(trainee.principal):
            session = db.session.get(StudySession, trainee.session_id)
            assert complete_by_package(session, clock.now()) is (seconds == 0)
    assert room.credited_s() == 0
