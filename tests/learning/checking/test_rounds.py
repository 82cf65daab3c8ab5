"""The ledger in the tables, recomputed from the raw beats; what was changed is an alarm and stands in the way."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from lms.foundation import clock, jobs, periodic
from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict, Refused
from lms.learning.checking import alarms, reading, rounds
from tests.learning.checking.lives import live, recompute, send
from tests.learning.classroom import Classroom, an_open_class
from tests.people import SYSTEM, Cast, bring_in
from tests.subsidies.exporting import sabotage


@pytest.fixture
def room(people, turn_clock) -> Classroom:  # type: ignore[no-untyped-def]
    return an_open_class(people)


@pytest.fixture
def live_room(live_app, turn_clock) -> Classroom:  # type: ignore[no-untyped-def]
    return an_open_class(bring_in())


PAGES = ({"approved_seconds": 600, "places": 6}, {"kind": "sco", "approved_seconds": 1200, "places": 0})
ASKED_SINCE = timedelta(days=4)  # presence checks are put from 22 November 2026 on


def lived(people: Cast, seed: int, events: int) -> Classroom:
    """A class with a film and two lessons of pages, and a random life in it; every other one is asked whether it is there."""
    if seed % 2:
        clock.turn(ASKED_SINCE)
    room = an_open_class(people, more=PAGES)
    live(room, "xiulan", seed, events)
    return room


@pytest.mark.parametrize("seed", range(6))
def test_lives_of_any_kind_recompute_to_the_same_ledger(people: Cast, turn_clock, seed: int) -> None:  # type: ignore[no-untyped-def]
    """The slow tier lives two hundred. Sabotage: let a lapsed lease keep its holder in Life.came."""
    outcome = recompute(lived(people, seed, events=40))
    assert outcome.differences == ()
    assert outcome.beats >= 20
    assert outcome.rows >= 5


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 200))
def test_many_lives_recompute(people: Cast, turn_clock, seed: int) -> None:  # type: ignore[no-untyped-def]
    assert recompute(lived(people, seed, events=150)).differences == ()


def test_a_day_and_a_night_recompute(room: Classroom) -> None:
    """Over midnight, and over the end of the class. Sabotage: count days in UTC in facts.day_of."""
    trainee = room.trainee()
    clock.turn(timedelta(hours=11, minutes=50))  # 23:50 in Guangdong
    trainee.open()
    for n in range(40):
        clock.turn(timedelta(seconds=30))
        send(trainee, (n + 1, [[n * 15_000, n * 15_000 + 15_000]], "tick"))
    assert recompute(room).differences == ()
    clock.turn(timedelta(days=70))
    send(trainee, (99, [[0, 30_000]], "tick"))
    assert recompute(room).differences == ()
    assert room.rows()[-1].reason == "class_not_open"


def studied(room: Classroom) -> None:
    trainee = room.trainee()
    trainee.open()
    for n in range(4):
        clock.turn(timedelta(seconds=30))
        send(trainee, (n + 1, [[n * 30_000, n * 30_000 + 30_000]], "tick"))


CHANGES = [
    ("update hour_ledger set credited_ms = 29000, excluded_ms = 1000, reason = 'gap' where seq = 2", "credited_ms"),
    ("update hour_ledger set day = day + 1 where seq = 3", "row"),
    ("delete from hour_ledger where seq = 1", "row"),
    ("update beat set body = replace(body, '30000', '29000') where seq = 1", "credited_ms"),
    ("update beat set body = 'junk' where seq = 4", "beat"),
    ("update beat set received_at = received_at + interval '10 seconds' where seq = 2", "ended_at"),
    ("update coverage set stretches = '[]'", "coverage"),
    ("update hour_ledger set policy_hash = 'ff' where seq = 2", "policy_id"),
    ("update hour_ledger set lesson_id = gen_random_uuid() where seq = 2", "lesson_id"),
    ("update cohort set opened_at = opened_at + interval '1 hour'", "credited_ms"),
]


@pytest.mark.parametrize(("statement", "field"), CHANGES)
def test_what_was_changed_is_found_and_named(live_room: Classroom, postgres, statement: str, field: str) -> None:  # type: ignore[no-untyped-def]
    """Sabotage: leave _compare out of check()."""
    studied(live_room)
    assert recompute(live_room).differences == ()
    sabotage(postgres.superuser_url, statement)
    assert field in {one.field for one in recompute(live_room).differences}


def test_the_night_round_keeps_an_alarm_once_and_two_people_settle_it(room: Classroom) -> None:
    """Sabotage: count one word as enough in alarms._open, or insert without asking for the mark."""
    studied(room)
    with transaction(SYSTEM) as session:
        session.execute(text("update coverage set stretches = '[[0, 1]]'"))
    assert periodic.queue_due() >= 1
    for _ in range(2):
        with transaction(SYSTEM):
            job = periodic.last(rounds.NIGHTLY)
        jobs.run(job.id)
        with transaction(SYSTEM) as session:
            assert session.get(jobs.Job, job.id).state == "done", job.error
            session.execute(text("update job set state = 'queued' where id = :id"), {"id": job.id})
    hequan, zhaojun = room.people.principal("hequan"), room.people.principal("zhaojun")
    with transaction(hequan):
        [alarm] = alarms.alarms()
        assert alarms.unsettled(cohort_id=room.cohort_id) == alarms.unsettled(person_id=room.people.xiulan) == 1
        assert alarms.troubled([room.cohort_id]) == {room.cohort_id}
        with pytest.raises(Refused):
            alarms.settle(alarm.id, room.people.hequan, " ")
        assert not alarms.settle(alarm.id, room.people.hequan, "查过了，是测试").settled
        with pytest.raises(Conflict):
            alarms.settle(alarm.id, room.people.hequan, "再查一次")
        assert alarms.unsettled(cohort_id=room.cohort_id) == 1
    with transaction(zhaojun):
        assert alarms.alarms() == []
    with transaction(SYSTEM):
        assert alarms.settle(alarm.id, room.people.suwen, "我也查过").settled
        assert alarms.unsettled(cohort_id=room.cohort_id) == 0
        assert [one.differences for one in alarms.rounds()] == [1, 1]


def test_a_round_asks_only_for_whom_something_came(room: Classroom) -> None:
    """Sabotage: ask for everybody in reading.changed."""
    studied(room)
    assert list(reading.changed(clock.now() - timedelta(hours=1))) == [room.people.xiulan]
    assert list(reading.changed(clock.now() + timedelta(seconds=1))) == []
    everyone = [person for nth in range(3) for person in reading.in_turn(nth, 3)]
    both = sorted([room.people.xiulan, room.people.ahui])
    assert sorted(everyone) == list(reading.everybody()) == both
    assert list(reading.of_class(room.cohort_id)) == sorted([room.people.xiulan, room.people.ahui])
    assert db.session is not None


def test_rows_from_before_the_flags_are_no_difference(live_room: Classroom, postgres) -> None:  # type: ignore[no-untyped-def]
    """A house that was upgraded has rows without flags. Sabotage: compare every column of every row; or forgive all rows."""
    trainee = live_room.trainee()
    trainee.open()
    clock.turn(timedelta(seconds=30))
    send(trainee, (1, [[0, 300_000]], "tick"))
    assert recompute(live_room).differences == ()
    sabotage(postgres.superuser_url, "update hour_ledger set flag = null")
    assert {one.field for one in recompute(live_room).differences} == {"flag"}
    early = "select jsonb_agg(one) from jsonb_array_elements(rows) one where one ->> 'key' <> 'place_ceiling_percent'"
    sabotage(postgres.superuser_url, f"update hour_policy set rows = ({early})")
    assert "flag" not in {one.field for one in recompute(live_room).differences}
