"""Beats on a real PostgreSQL: what each earns, and that nothing earns twice."""

import itertools
import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from lms.cohorts.models import Cohort
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict, NotFound
from lms.learning import queries
from lms.learning.models import Beat, LessonCompletion, Registration
from lms.learning.rules.reasons import Reason
from lms.learning.rules.segments import Why
from lms.plans import queries as plans
from tests.learning.classroom import an_open_class, enrol
from tests.people import SYSTEM


@pytest.fixture
def room(people, turn_clock):
    return an_open_class(people)


def test_an_honest_lesson_counts_whole_and_is_complete(room):
    """Sabotage: complete a lesson when the video has been opened to its end."""
    trainee = room.trainee()
    launched = trainee.open()
    assert (launched.position_ms, launched.beat_seconds, launched.stopped) == (0, 30, None)
    answer = trainee.watch(0, 600, why=Why.ENDED)
    assert room.credited_s() == 600
    assert (answer.covered, answer.reason, answer.misses) == (((0, 600_000),), None, ())
    assert completions(room) == 1


def test_a_seek_to_the_end_completes_nothing(room):
    trainee = room.trainee()
    trainee.open()
    trainee.watch(0, 60, why=Why.SEEK)
    trainee.watch(540, 600, why=Why.ENDED)
    assert room.credited_s() == 120
    assert completions(room) == 0


def test_the_same_beat_a_hundred_times_earns_once_and_answers_the_same(room):
    """Sabotage: accrue before asking whether the beat is new."""
    trainee = room.trainee()
    trainee.open()
    clock.turn(timedelta(seconds=30))
    beat = trainee.next(0, 30)
    first = trainee.send(beat)
    clock.turn(timedelta(seconds=30))
    again = [trainee.send(beat) for _ in range(100)]
    assert first.accrued_ms == 30_000
    assert {(answer.accrued_ms, answer.reason, answer.covered) for answer in again} == {(30_000, None, first.covered)}
    assert room.credited_s() == 30


def test_a_number_belongs_to_one_beat(room):
    """Sabotage: compare numbers only."""
    trainee = room.trainee()
    trainee.open()
    clock.turn(timedelta(seconds=30))
    trainee.send(trainee.next(0, 30))
    trainee.seq = 0
    with pytest.raises(Conflict):
        trainee.send(trainee.next(30, 60))
    trainee.seq = 1
    clock.turn(timedelta(seconds=30))
    assert trainee.send(trainee.next(30, 60)).accrued_ms == 30_000 + 0


def test_a_beat_out_of_order_earns_nothing_and_the_honest_ones_after_it_count(room):
    """Sabotage: let a beat that was overtaken move the session's clock."""
    trainee = room.trainee()
    trainee.open()
    clock.turn(timedelta(seconds=30))
    overtaken = trainee.next(0, 30)
    assert trainee.send(trainee.next(30, 60)).accrued_ms == 30_000
    clock.turn(timedelta(seconds=20))
    late = trainee.send(overtaken)
    assert (late.accrued_ms, late.reason) == (0, Reason.OUT_OF_ORDER)
    clock.turn(timedelta(seconds=10))
    assert trainee.send(trainee.next(60, 90)).accrued_ms == 30_000


def test_beats_kept_through_a_broken_line_are_recorded_and_not_counted(room):
    """Sabotage: credit each kept beat by itself."""
    trainee = room.trainee()
    trainee.open()
    trainee.watch(0, 60)
    kept = [trainee.next(60 + 30 * n, 90 + 30 * n) for n in range(18)]
    clock.turn(timedelta(seconds=600))
    answer = trainee.send(*kept)
    assert (answer.accrued_ms, answer.reason) == (0, Reason.OFFLINE)
    assert [(miss.start_ms, miss.end_ms, miss.reason) for miss in answer.misses] == [(60_000, 600_000, Reason.OFFLINE)]
    assert room.rows()[-1].excluded_ms == 540_000
    with transaction(SYSTEM):
        assert db.session.scalar(select(func.count()).select_from(Beat)) == 20
    assert trainee.watch(60, 90).accrued_ms == 30_000
    assert room.credited_s() == 90


def test_a_short_break_counts_by_the_server_clock(room):
    trainee = room.trainee()
    trainee.open()
    kept = [trainee.next(0, 30), trainee.next(30, 55)]
    clock.turn(timedelta(seconds=55))
    assert trainee.send(*kept).accrued_ms == 55_000


def test_another_person_s_session_is_not_there(room):
    """Sabotage: load the session without the person (the clerk of the school sees its row)."""
    trainee, other = room.trainee("xiulan"), room.trainee("ahui")
    trainee.open()
    clock.turn(timedelta(seconds=30))
    other.session_id = trainee.session_id
    for who in ("ahui", "liumin"):
        other.principal = room.people.principal(who)
        with pytest.raises(NotFound):
            other.send(trainee.next(0, 30))
    assert room.credited_s("ahui") == room.credited_s("xiulan") == 0


def test_another_person_s_registration_opens_nothing(room):
    other = room.trainee("ahui")
    other.registration_id = room.registrations["xiulan"]
    with pytest.raises(NotFound):
        other.open()


def test_a_quiz_has_no_timeline_to_open(room):
    with pytest.raises(NotFound):
        room.trainee().open(lesson_id=room.quiz_id)


@pytest.mark.parametrize("values", [{"state": "closed"}, {"state": "returned", "opened_at": None}])
def test_a_class_that_is_not_open_counts_nothing(room, values):
    """Sabotage: ask for the class when the lesson is opened only."""
    trainee = room.trainee()
    trainee.open()
    trainee.watch(0, 30)
    room.change(**values)
    answer = trainee.watch(30, 60)
    assert (answer.accrued_ms, answer.reason) == (0, Reason.CLASS_NOT_OPEN)
    assert room.credited_s() == 30


def test_the_newer_device_takes_over_at_the_same_second_and_the_older_is_told(room):
    """Sabotage: let two sessions of a person hold leases side by side."""
    phone, desktop = room.trainee(), room.trainee()
    phone.open("phone")
    phone.watch(0, 90)
    launched = desktop.open("desktop")
    assert (launched.position_ms, launched.stopped) == (90_000, "拍好产品照片")
    clock.turn(timedelta(seconds=30))
    told = phone.send(phone.next(90, 120))
    assert (told.accrued_ms, told.reason, told.stop) == (0, Reason.CONCURRENT_SESSION, True)
    desktop.send(desktop.next(90, 120))
    desktop.watch(120, 600)
    assert room.credited_s() == 600


def test_two_devices_never_earn_the_same_time(room):
    """Sabotage: begin the interval at the session's last beat alone."""
    one, two = room.trainee(), room.trainee()
    one.open()
    clock.turn(timedelta(seconds=10))
    two.open()
    clock.turn(timedelta(seconds=30))
    assert two.send(two.next(100, 130, Why.LEAVE)).accrued_ms == 30_000
    # the second has left, so the first may go on; its interval began before the second one's
    assert one.send(one.next(0, 40)).accrued_ms == 0
    clock.turn(timedelta(seconds=30))
    assert one.send(one.next(40, 70)).accrued_ms == 30_000
    rows = [row for row in room.rows() if row.credited_ms]
    assert all(a.ended_at <= b.started_at for a, b in itertools.pairwise(rows))


def test_a_dead_phone_frees_the_lease_after_two_beats(room):
    """Sabotage: hold the lease until somebody lets go."""
    dead, alive = room.trainee(), room.trainee()
    alive.open()
    alive.watch(0, 30)
    dead.open()
    clock.turn(timedelta(seconds=59))
    assert alive.send(alive.next(30, 60)).stop
    clock.turn(timedelta(seconds=2))
    assert not alive.send(alive.next(60, 62)).stop
    assert room.trainee().open().stopped == "拍好产品照片"
    clock.turn(timedelta(seconds=61))
    assert room.trainee().open().stopped is None


def test_what_did_not_count_is_said_with_its_place_and_goes_when_watched_again(room):
    trainee = room.trainee()
    trainee.open()
    trainee.watch(0, 30)
    clock.turn(timedelta(seconds=120))
    answer = trainee.send(trainee.next(30, 150))
    assert [(miss.start_ms, miss.end_ms, miss.reason) for miss in answer.misses] == [(30_000, 150_000, Reason.GAP)]
    assert trainee.watch(30, 150).misses == ()
    assert room.credited_s() == 150


def test_the_same_content_in_another_class_earns_nothing_new(room, people):
    """Sabotage: key coverage by lesson."""
    trainee = room.trainee()
    trainee.open()
    trainee.watch(0, 600)
    other = an_open_class_again(people)
    again = other.trainee()
    again.open()
    assert again.watch(0, 60).reason is Reason.ALREADY_COVERED
    assert room.credited_s() == 600
    assert completions(other) == 2


def an_open_class_again(people):
    """A second class, filed under another code, with the same video in a package of its own."""
    with transaction(SYSTEM):
        for cohort in db.session.scalars(select(Cohort)):
            cohort.code = "2026-06"
    room = an_open_class(people)
    with transaction(SYSTEM):
        query = select(Registration.id).where(Registration.cohort_id == room.cohort_id)
        mine = query.where(Registration.person_id == people.xiulan)
        room.registrations["xiulan"] = db.session.scalars(mine).one()
    return room


def test_the_policy_of_the_day_is_named_in_each_row_and_kept(room):
    trainee = room.trainee()
    trainee.open()
    trainee.watch(0, 30)
    row = room.rows()[0]
    with transaction(SYSTEM):
        assert plans.hour_policy_by_id(row.policy_id).hash == row.policy_hash


def test_people_who_join_an_open_class_are_registered_once(room):
    enrol(room, "yufang")
    with transaction(SYSTEM):
        assert len(queries.registrations_of(room.people.yufang)) == 1
        assert len(queries.registrations_of(room.people.xiulan)) == 1


def test_the_record_store_is_told_at_the_ends_of_play_and_not_each_beat(room):
    """Sabotage: tell of every beat."""
    trainee = room.trainee()
    trainee.open()
    trainee.watch(0, 120, why=Why.PAUSE)
    trainee.watch(120, 600, why=Why.ENDED)
    clock.turn(timedelta(seconds=1))
    trainee.send(trainee.next(600, 600, Why.LEAVE))
    assert verbs() == ["initialized", "played", "paused", "completed", "played", "paused", "terminated"]


def verbs():
    """The last word of each statement's verb, in the order they were stored."""
    with transaction(SYSTEM):
        payloads = db.session.scalars(text("select payload from lrs_statement order by seq")).all()
    return [json.loads(payload)["verb"]["id"].rsplit("/", 1)[1] for payload in payloads]


def completions(room):
    with transaction(SYSTEM):
        query = select(func.count()).select_from(LessonCompletion)
        return db.session.scalar(query.where(LessonCompletion.person_id == room.people.xiulan))
