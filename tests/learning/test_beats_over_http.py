"""The door of beats as a phone knocks at it: the ordinary beat without a lock, and whatever is out of order."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.accounts import sessions
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.learning.actions import beating, writing
from lms.learning.actions import sessions as working_sessions
from lms.learning.models import StudySession
from lms.publishing.actions import standing
from lms.publishing.rules.standing import Act
from tests.conftest import NOON, client_of
from tests.learning.classroom import an_open_class
from tests.people import SYSTEM, bring_in


@pytest.fixture
def room(people, turn_clock):
    return an_open_class(people, seconds=1200)


def beat(seq: int, start_s: int = 0, end_s: int = 0, why: str = "tick", **more) -> dict:
    stretches = [[start_s * 1000, end_s * 1000]] if end_s > start_s else []
    return {"id": str(uuid4()), "seq": seq, "why": why, "position_ms": end_s * 1000, "stretches": stretches, **more}


class Phone:
    """A browser with the lesson open."""

    def __init__(self, client, room, key: str = "xiulan") -> None:
        self.client = client
        opened = client.post(f"/learn/courses/{room.registrations[key]}/lessons/{room.video_id}/launch").json
        self.address = opened["beats"]

    def send(self, *beats: dict):
        return self.client.post(self.address, json={"beats": list(beats)})


@pytest.fixture
def phone(room, client_for):
    return Phone(client_for(room.people.xiulan), room)


def test_ordinary_beats_take_no_lock_and_earn_what_they_should(room, phone, monkeypatch):
    """Sabotage: let every beat go the long way."""
    clock.turn(timedelta(seconds=30))
    phone.send(beat(1, 0, 30))
    monkeypatch.setattr(beating, "record", lambda *_: pytest.fail("the long way"))
    for seq in range(2, 8):
        clock.turn(timedelta(seconds=30))
        answer = phone.send(beat(seq, 30 * (seq - 1), 30 * seq)).json
        assert (answer["accrued_ms"], answer["online"]) == (30_000, f"在线 {seq // 2} 分钟，计入 {seq // 2} 分钟")
    assert room.credited_s() == 210


def test_the_same_beat_twice_and_one_out_of_order(room, phone):
    clock.turn(timedelta(seconds=30))
    first = beat(2, 0, 30)
    assert phone.send(first).json["accrued_ms"] == 30_000
    assert phone.send(first).json["accrued_ms"] == 30_000
    clock.turn(timedelta(seconds=30))
    assert phone.send(beat(1, 30, 60)).json["reason"] == "out_of_order"
    assert phone.send(beat(3, 30, 60)).json["accrued_ms"] == 30_000
    assert phone.send({**beat(3), "id": str(uuid4())}).status_code == 409
    assert room.credited_s() == 60


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"{",
        b"\xff\xfe",
        b'{"beats": []}',
        b'{"beats": [{}]}',
        b'{"beats": [{"id": "x", "seq": 1, "why": "tick"}]}',
        b'{"beats": [{"id": "00000000-0000-4000-8000-000000000000", "seq": 0, "why": "tick"}]}',
        b'{"beats": [{"id": "00000000-0000-4000-8000-000000000000", "seq": 1, "why": "nap"}]}',
        b'{"beats": [{"id": "00000000-0000-4000-8000-000000000000", "seq": 1, "why": "tick", "stretches": [[9, 1]]}]}',
        b'{"beats": [{"id": "00000000-0000-4000-8000-000000000000", "seq": 1, "why": "tick", "place": 7}]}',
        b'{"beats": [{"id": "00000000-0000-4000-8000-000000000000", "seq": 1, "why": "tick", "stretches": [[NaN, 1]]}]}',
    ],
)
def test_junk_is_refused_with_a_code_and_the_honest_beats_after_it_count(room, phone, body):
    """Sabotage: let junk use up a number."""
    clock.turn(timedelta(seconds=30))
    answer = phone.client.post(phone.address, data=body, content_type="application/json")
    assert answer.status_code == 422 and answer.json["error"] == "beat_unreadable"
    assert phone.send(beat(1, 0, 30)).json["accrued_ms"] == 30_000


def test_a_wrong_session_and_a_wrong_person_are_not_there(room, phone, client_for):
    clock.turn(timedelta(seconds=30))
    stranger = client_for(room.people.ahui)
    assert stranger.post(phone.address, json={"beats": [beat(1, 0, 30)]}).status_code == 404
    elsewhere = f"/learn/sessions/{uuid4()}/beats"
    assert phone.client.post(elsewhere, json={"beats": [beat(1, 0, 30)]}).status_code == 404
    assert room.credited_s() == 0
    assert phone.send(beat(1, 0, 30)).json["accrued_ms"] == 30_000


def test_an_ordinary_beat_is_two_questions_to_the_database(room, phone, monkeypatch):
    """Who asks and what it is about, and what is written. Sabotage: read the session in a question of its own."""
    asked = []
    for place in (sessions, working_sessions, writing):
        real = place.at_once
        monkeypatch.setattr(place, "at_once", lambda *told, real=real: asked.append(told[1]) or real(*told))
    clock.turn(timedelta(seconds=30))
    assert phone.send(beat(1, 0, 30)).json["accrued_ms"] == 30_000
    assert len(asked) == 2 and "browser_read" in asked[0] and "study_read_as" in asked[0] and "study_write" in asked[1]


def test_a_beat_far_ahead_of_its_session_is_refused_and_the_honest_ones_go_on(room, phone):
    """Taken in, it would make every honest beat after it a late one. Sabotage: take any number in."""
    clock.turn(timedelta(seconds=30))
    assert phone.send(beat(1, 0, 30)).json["accrued_ms"] == 30_000
    clock.turn(timedelta(seconds=30))
    refused = phone.send(beat(900_000, 30, 60))
    assert (refused.status_code, refused.json["error"]) == (422, "seq_ahead")
    assert phone.send(beat(2, 30, 60)).json["accrued_ms"] == 30_000


def test_nothing_is_earned_with_a_version_that_was_stopped_meanwhile(room, phone):
    """The page is open, and goes on playing. Sabotage: look at the class alone (0028)."""
    clock.turn(timedelta(seconds=30))
    assert phone.send(beat(1, 0, 30)).json["accrued_ms"] == 30_000
    with transaction(SYSTEM):
        version_id = db.session.scalar(select(StudySession.version_id))
    with transaction(room.people.principal("hequan")):
        standing.put(version_id, Act.STOPPED, "画面和声音对不上", authority=True)
    clock.turn(timedelta(seconds=30))
    answer = phone.send(beat(2, 30, 60)).json
    assert (answer["accrued_ms"], answer["reason"]) == (0, "class_not_open")


def test_a_place_with_signs_that_no_table_takes(room, phone):
    clock.turn(timedelta(seconds=30))
    assert phone.send(beat(1, 0, 30, place="\0\u202e p")).status_code == 200


def test_who_was_not_quick_enough_stands_in_line(room, phone, monkeypatch):
    """Sabotage: write although the lease has moved on since it was read."""
    monkeypatch.setattr(writing, "write_at_once", lambda *_: False)
    clock.turn(timedelta(seconds=30))
    assert phone.send(beat(1, 0, 30)).json["accrued_ms"] == 30_000
    assert room.credited_s() == 30


def test_the_same_beat_from_eight_threads_over_http_earns_once(live_app):
    """Sabotage: leave the version out of study_write."""
    clock.freeze(NOON)
    room = an_open_class(bring_in(), seconds=1200)
    phone = Phone(client_of(live_app, room.people.xiulan), room)
    clock.turn(timedelta(seconds=30))
    phone.send(beat(1, 0, 30))
    clock.turn(timedelta(seconds=30))
    sent = beat(2, 30, 60)

    def knock(_):
        with live_app.app_context():
            try:
                client = live_app.test_client()
                client._cookies = dict(phone.client._cookies)
                return client.post(phone.address, json={"beats": [sent]}).json["accrued_ms"]
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(knock, range(8))) == {30_000}
    assert room.credited_s() == 60
    clock.reset()
