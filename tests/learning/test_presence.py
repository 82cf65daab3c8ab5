"""还在学习吗 on a real PostgreSQL: put when nobody expects it, answered, missed, cured."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.errors import NotFound
from lms.learning import queries
from lms.learning.actions import presence
from lms.learning.models import Coverage, Lease, PresenceAnswer, PresenceCheck
from lms.learning.rules.reasons import Reason
from tests.learning.classroom import an_open_class, policy
from tests.people import SYSTEM

TERMS = {"presence_mean_s": 240, "presence_least_s": 120, "presence_most_s": 300, "presence_cure_hours": 24}


@pytest.fixture
def room(people, turn_clock):
    opened = an_open_class(people, seconds=1200, more=[{"approved_seconds": 1200, "places": 4}])
    policy(**TERMS)
    return opened


def checked(room, trainee, start_s: float = 0):
    """Watch until the server asks; where the trainee is by then, and what is asked."""
    place, answer = start_s, None
    while answer is None or answer.check is None:
        answer = trainee.watch(place, place + 30)
        place += 30
    return place, answer.check


def right(check) -> str:
    """The option that is right, which the page was never told."""
    with transaction(SYSTEM):
        return db.session.scalar(select(PresenceCheck.answer).where(PresenceCheck.id == check["id"]))


def reply(trainee, check, chosen: str, way: str = "touch"):
    with transaction(trainee.principal):
        return presence.answer(trainee.principal.person(), check["id"], chosen, way)


def outcomes():
    with transaction(SYSTEM):
        return list(db.session.scalars(select(PresenceAnswer.outcome).order_by(PresenceAnswer.at)))


def test_an_answered_check_costs_nothing(room):
    """Sabotage: count nothing while a check is open."""
    trainee = room.trainee()
    trainee.open()
    place, check = checked(room, trainee)
    assert 120 <= place <= 300
    clock.turn(timedelta(seconds=20))
    assert reply(trainee, check, right(check), "keyboard").outcome == "right"
    trainee.watch(place, place + 60)
    assert room.credited_s() == place + 60
    with transaction(SYSTEM):
        kept = db.session.scalars(select(PresenceAnswer)).one()
    assert (kept.outcome, kept.response_ms, kept.way) == ("right", 20_000, "keyboard")


def test_the_moment_is_drawn_anew_each_time(room):
    """Sabotage: ask after the mean."""
    trainee = room.trainee()
    gaps = set()
    for _ in range(12):
        trainee.open()
        with transaction(SYSTEM):
            gaps.add(db.session.scalar(select(Lease.check_after_ms)))
            db.session.execute(text("update lease set check_after_ms = null"))
    assert len(gaps) > 6 and all(120_000 <= gap <= 300_000 for gap in gaps)


def test_what_is_right_is_nowhere_in_what_is_sent(room):
    """Sabotage: send the whole row."""
    trainee = room.trainee()
    trainee.open()
    _, check = checked(room, trainee)
    assert set(check) <= {"id", "form", "prompt", "options", "corner", "spoken", "seconds", "hold_ms"}
    assert all(option["text"] not in check["prompt"] for option in check["options"])
    assert len(check["options"]) == 3 and "answer" not in json.dumps(check)


def test_a_missed_check_takes_back_what_was_credited_since_the_last_proof(room):
    """Attack 17. Sabotage: take back only what came after the question."""
    trainee = room.trainee()
    trainee.open()
    place, check = checked(room, trainee)
    answer = trainee.watch(place, place + 120)
    assert (answer.accrued_ms, answer.reason) == (0, Reason.PRESENCE)
    assert room.credited_s() == 0 and outcomes() == ["missed"]
    assert answer.check["id"] == check["id"] and answer.check["seconds"] is None
    assert {miss.reason for miss in answer.misses} == {Reason.PRESENCE}
    with transaction(SYSTEM):
        assert db.session.scalar(select(Coverage.stretches)) == []
        assert db.session.scalar(select(Lease.day_ms)) == 0


def test_opening_a_lesson_puts_the_question_that_waits(room):
    """Nobody plays half a minute that cannot count before being told. Sabotage: answer a launch without the check."""
    trainee = room.trainee()
    assert trainee.open().check is None
    place, check = checked(room, trainee)
    assert trainee.open().check["id"] == check["id"]
    trainee.watch(place, place + 120)
    again = trainee.open().check
    assert (again["id"], again["seconds"]) == (check["id"], None)
    reply(trainee, check, right(check))
    assert trainee.open().check is None


def test_a_late_answer_gives_it_back_but_not_what_came_after(room):
    """Sabotage: count what was played while the question stood unanswered."""
    trainee = room.trainee()
    trainee.open()
    place, check = checked(room, trainee)
    trainee.watch(place, place + 120)
    told = reply(trainee, check, right(check))
    lived = min(60, 120)
    assert told.outcome == "cured" and told.given_back_ms == (place + lived) * 1000
    assert room.credited_s() == place + lived
    assert trainee.watch(place + lived, place + lived + 30).accrued_ms == 30_000
    with transaction(trainee.principal):
        [today] = queries.day_totals(trainee.principal.person(), clock.today(), clock.today())
    assert today.credited_ms == (place + lived + 30) * 1000


def test_after_the_time_of_grace_nothing_comes_back_but_it_may_be_watched_again(room):
    trainee = room.trainee()
    trainee.open()
    _, check = checked(room, trainee)
    clock.turn(timedelta(hours=25))
    assert reply(trainee, check, right(check)).outcome == "dropped"
    assert room.credited_s() == 0
    trainee.open()
    trainee.watch(0, 60)
    assert room.credited_s() == 60


def test_what_was_watched_again_meanwhile_is_not_given_twice(room):
    """Sabotage: give back all that was taken."""
    trainee = room.trainee()
    trainee.open()
    place, check = checked(room, trainee)
    clock.turn(timedelta(seconds=90))
    trainee.send(trainee.next(place, place))
    with transaction(SYSTEM):
        db.session.execute(text("update coverage set stretches = '[[0, 60000]]', credited_ms = 60000"))
    assert reply(trainee, check, right(check)).given_back_ms == (place - 60) * 1000


def test_a_wrong_answer_puts_another_question_and_three_are_a_miss(room):
    """Sabotage: let a wrong answer be tried again and again."""
    trainee = room.trainee()
    trainee.open()
    _, check = checked(room, trainee)
    clock.turn(timedelta(seconds=2))
    for _ in range(3):
        told = reply(trainee, check, "nonsense")
        assert told.outcome == "wrong" and told.check["id"] != check["id"]
        check = told.check
    assert room.credited_s() == 0 and outcomes() == ["wrong", "wrong", "wrong", "missed"]
    assert reply(trainee, check, right(check) if check["form"] != "hold" else "nonsense").outcome in ("cured", "wrong")


def test_a_lesson_that_is_taken_back_is_no_longer_done(room):
    """Sabotage: let a completion stand whatever the ledger says."""
    trainee = room.trainee()
    trainee.open()
    ask_after(10**9)
    trainee.watch(0, 1170)
    ask_after(1)
    answer = trainee.watch(1170, 1200)
    assert is_done(room, trainee) and answer.check
    clock.turn(timedelta(seconds=120))
    trainee.open()
    assert not is_done(room, trainee) and room.credited_s() == 0
    assert reply(trainee, answer.check, right(answer.check)).outcome == "cured"
    assert is_done(room, trainee) and room.credited_s() == 1200


def ask_after(ms: int) -> None:
    """Turn the lot that was drawn."""
    with transaction(SYSTEM):
        db.session.execute(text("update lease set check_after_ms = :ms"), {"ms": ms})


def is_done(room, trainee) -> bool:
    with transaction(trainee.principal):
        [registration] = queries.registrations_of(trainee.principal.person())
        return queries.course(registration).lesson(room.video_id).done


def test_places_are_taken_back_and_given_back_too(room):
    trainee = room.trainee()
    trainee.open(lesson_id=room.lessons[0])
    answer, page = None, 0
    while answer is None or answer.check is None:
        page += 1
        answer = trainee.stay(f"p{page % 4}", 60)
    before = room.credited_s()
    clock.turn(timedelta(seconds=80))
    trainee.send(trainee.at(None))
    assert room.credited_s() == 0
    assert reply(trainee, answer.check, right(answer.check)).outcome == "cured"
    assert room.credited_s() >= before


def test_more_time_for_who_wishes_it(room):
    """H7. Sabotage: ask for a proof, or forget the wish."""
    trainee = room.trainee()
    with transaction(trainee.principal):
        presence.wish(trainee.principal.person(), slow=True)
    trainee.open()
    place, check = checked(room, trainee)
    assert check["seconds"] == 120 and check["form"] != "hold"
    clock.turn(timedelta(seconds=90))
    assert reply(trainee, check, right(check), "voice").outcome == "right"
    assert room.credited_s() == place


def test_somebody_elses_check_is_not_there(room):
    trainee, other = room.trainee(), room.trainee("ahui")
    trainee.open()
    _, check = checked(room, trainee)
    with pytest.raises(NotFound):
        reply(other, check, right(check))


def test_a_check_that_was_left_alone_is_missed_without_anybody_coming_back(room):
    """Sabotage: wait for the next beat."""
    trainee = room.trainee()
    trainee.open()
    checked(room, trainee)
    clock.turn(timedelta(minutes=3))
    assert presence.sweep() == 1
    assert room.credited_s() == 0 and presence.sweep() == 0


def test_doors_for_answers_refuse_junk(room, client_for):
    trainee = room.trainee()
    trainee.open()
    _, check = checked(room, trainee)
    client = client_for(trainee.principal.person())
    for body in (b"", b"[]", b'{"chosen": 3}', b"\xff", b'{"chosen": "' + b"x" * 100 + b'"}'):
        assert client.post(f"/learn/checks/{check['id']}/answers", data=body).status_code == 422
    clock.turn(timedelta(seconds=5))
    answer = client.post(f"/learn/checks/{check['id']}/answers", json={"chosen": right(check), "way": "touch"})
    assert answer.json["outcome"] == "right" and answer.json["words"]
    assert client.post("/learn/wish", json={"slow": True}).json == {"slow": True}
