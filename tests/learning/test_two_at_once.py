"""Beats that arrive at the same moment, from threads with connections of their own and real commits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from threading import Barrier

import pytest
from sqlalchemy import text

from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.learning.rules.segments import Why
from tests.conftest import NOON
from tests.learning.classroom import an_open_class
from tests.people import SYSTEM, bring_in


@pytest.fixture
def room(live_app):
    clock.freeze(NOON)
    yield an_open_class(bring_in())
    clock.reset()


def all_at_once(app, calls: list[Callable]):
    """Run calls in threads that start together; each answer, or what was raised."""
    barrier = Barrier(len(calls))

    def run(call: Callable):
        with app.app_context():
            barrier.wait(60)
            try:
                return call()
            except Exception as problem:
                return problem
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_the_same_beat_from_eight_threads_earns_once(room, live_app):
    """Sabotage: take the FOR UPDATE away from the lease."""
    trainee = room.trainee()
    trainee.open()
    clock.turn(timedelta(seconds=30))
    beat = trainee.next(0, 30)
    answers = all_at_once(live_app, [lambda: trainee.send(beat)] * 8)
    assert {(answer.accrued_ms, answer.covered) for answer in answers} == {(30_000, ((0, 30_000),))}
    assert room.credited_s() == 30


def test_two_devices_that_beat_at_once_earn_the_time_once(room, live_app):
    """Sabotage: give each session a lease of its own."""
    phone, desktop = room.trainee(), room.trainee()
    phone.open("phone")
    desktop.open("desktop")
    for minute in range(6):
        clock.turn(timedelta(seconds=30))
        a, b = phone.next(minute * 30, minute * 30 + 30), desktop.next(300 + minute * 30, 330 + minute * 30)
        answers = all_at_once(live_app, [lambda a=a: phone.send(a), lambda b=b: desktop.send(b)])
        assert sorted(answer.accrued_ms for answer in answers) == [0, 30_000]
        assert [answer.stop for answer in answers] == [True, False]
    assert room.credited_s() == 180
    counted = [row for row in room.rows() if row.credited_ms]
    assert all(one.ended_at <= other.started_at for one, other in pairwise(counted))


def test_two_launches_at_once_leave_one_lease(room, live_app):
    trainees = [room.trainee() for _ in range(4)]
    opened = all_at_once(live_app, [trainee.open for trainee in trainees])
    assert len({launched.session_id for launched in opened}) == 4
    clock.turn(timedelta(seconds=30))
    beats = [trainee.next(0, 30) for trainee in trainees]
    calls = [lambda t=t, b=b: t.send(b) for t, b in zip(trainees, beats, strict=True)]
    assert sorted(answer.accrued_ms for answer in all_at_once(live_app, calls)) == [0, 0, 0, 30_000]


def test_a_first_launch_in_two_places_makes_one_lease(room, live_app):
    """Sabotage: insert the lease without on conflict."""
    one, other = room.trainee("ahui"), room.trainee("ahui")
    opened = all_at_once(live_app, [one.open, other.open])
    assert all(launched.session_id for launched in opened)


def test_a_crash_before_the_commit_leaves_nothing_and_the_beat_counts_when_it_comes_again(room, live_app):
    """Sabotage: commit the raw beat before it is credited."""
    trainee = room.trainee()
    trainee.open()
    clock.turn(timedelta(seconds=30))
    beat = trainee.next(0, 30)

    def crash():
        from lms.learning.actions import beating

        with transaction(trainee.principal):
            beating.record(trainee.principal.person(), trainee.session_id, [beat], "203.0.113.7")
            pid = db.session.scalar(text("select pg_backend_pid()"))
            kill(live_app, pid)
            db.session.execute(text("select 1"))

    [died] = all_at_once(live_app, [crash])
    assert isinstance(died, Exception)
    assert room.rows() == []
    clock.turn(timedelta(seconds=10))
    assert trainee.send(beat).accrued_ms == 30_000
    with transaction(SYSTEM):
        assert db.session.scalar(text("select count(*) from evidence_leaf where kind = 'hours'")) == 1


def kill(app, pid: int) -> None:
    """End a connection as a crash of the server would."""
    from sqlalchemy import create_engine

    engine = create_engine(app.config["LMS"].database_url)
    with engine.begin() as connection:
        connection.execute(text("select pg_terminate_backend(:pid)"), {"pid": pid})
    engine.dispose()


def test_after_the_line_was_cut_the_lesson_goes_on_from_the_last_second_known(room, live_app):
    trainee = room.trainee()
    trainee.open()
    trainee.watch(0, 60)
    clock.turn(timedelta(hours=9))
    assert trainee.open().position_ms == 60_000
    trainee.watch(60, 600, why=Why.ENDED)
    assert room.credited_s() == 600
