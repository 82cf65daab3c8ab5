"""The trainee's pages over HTTP: complete without script, small, and nobody else's."""

import gzip
import re
from datetime import timedelta
from uuid import uuid4

import pytest

from lms.foundation import clock
from lms.foundation.database import transaction
from lms.learning import queries
from tests.learning.classroom import RIGHT, an_open_class
from tests.people import SYSTEM


@pytest.fixture
def room(people, turn_clock):
    return an_open_class(people)


@pytest.fixture
def xiulan(room, client_for):
    return client_for(room.people.xiulan)


def course_url(room, key="xiulan"):
    return f"/learn/courses/{room.registrations[key]}"


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


def test_home_opens_with_the_one_thing_to_do_next(room, xiulan):
    page = xiulan.get("/learn")
    assert page.status_code == 200
    assert page.text.count('class="btn main') == 1
    assert "开始学第 1 课" in page.text and "拍好产品照片" in page.text
    assert "0 <small>分钟计入" in page.text or "0<small>分钟计入" in page.text
    assert page.text.count("<h1>") == 1


def test_home_without_a_class_says_what_will_be_here(people, client_for):
    page = client_for(people.yufang).get("/learn")
    assert page.status_code == 200 and "你还没有进班" in page.text
    assert "还没有学时" in client_for(people.yufang).get("/learn/hours").text


def test_the_pages_say_what_the_ledger_says(room, xiulan):
    """Sabotage: count the claimed time on the page of hours."""
    trainee = room.trainee()
    trainee.open()
    trainee.watch(0, 180)
    clock.turn(timedelta(seconds=120))
    trainee.send(trainee.next(180, 300))
    home, hours, course = (xiulan.get(path) for path in ("/learn", "/learn/hours", course_url(room)))
    assert "3<small>分钟计入" in home.text and "没计入 2 分钟" in home.text
    assert "在线 5 分钟，计入 3 分钟" in text_of(hours)
    assert "断网太久" in hours.text and "从 3:00 补看" in hours.text
    assert "计入 3 分钟" in course.text
    player = xiulan.get(f"{course_url(room)}/lessons/{room.video_id}")
    assert "3:00 到 5:00 没有计入" in player.text and 'href="?from=180000"' in player.text
    trainee.watch(180, 300)
    assert "后来补上了" in xiulan.get("/learn/hours").text


def test_the_player_page_is_complete_without_script(room, xiulan):
    page = xiulan.get(f"{course_url(room)}/lessons/{room.video_id}")
    assert page.status_code == 200
    assert "style=" not in page.text and "onclick" not in page.text
    assert not re.search(r"<script(?![^>]*src=)", page.text)
    assert 'data-beat-seconds="30"' in page.text and 'data-length-ms="600000"' in page.text


def test_pages_are_small(room, xiulan):
    """Sabotage: put the stylesheet into the page."""
    room.trainee().open()
    for path in ("/learn", "/learn/hours", course_url(room), f"{course_url(room)}/lessons/{room.video_id}"):
        assert len(gzip.compress(xiulan.get(path).data)) < 5_000, path


def test_launch_and_beats_over_http(room, xiulan):
    launched = xiulan.post(f"{course_url(room)}/lessons/{room.video_id}/launch", json={}).json
    assert launched["position_ms"] == 0 and launched["beat_seconds"] == 30
    clock.turn(timedelta(seconds=30))
    beat = {"id": str(uuid4()), "seq": 1, "why": "tick", "position_ms": 30_000, "stretches": [[0, 30_000]], "rate": 1}
    first = xiulan.post(launched["beats"], json={"beats": [beat]})
    assert first.status_code == 200
    assert first.json["credited"] and first.json["accrued_ms"] == 30_000
    assert first.json["live"] == {"tone": "ok", "words": "正在计入"}
    assert xiulan.post(launched["beats"], json={"beats": [beat]}).json["accrued_ms"] == 30_000
    assert room.credited_s() == 30


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"junk",
        b"[]",
        b"{}",
        b'{"beats":[]}',
        b'{"beats":[{"seq":1}]}',
        b'{"beats":[{"id":"x","seq":1,"why":"tick","position_ms":0}]}',
        b'{"beats":[{"id":"6f9619ff-8b86-4011-b42d-00c04fc964ff","seq":0,"why":"tick","position_ms":0}]}',
        b'{"beats":[{"id":"6f9619ff-8b86-4011-b42d-00c04fc964ff","seq":1,"why":"cheat","position_ms":0}]}',
        b'{"beats":[{"id":"6f9619ff-8b86-4011-b42d-00c04fc964ff","seq":1,"why":"tick","position_ms":-5}]}',
        b'{"beats":[{"id":"6f9619ff-8b86-4011-b42d-00c04fc964ff","seq":1,"why":"tick","position_ms":0,"stretches":[[9,1]]}]}',
        b'{"beats":[{"id":"6f9619ff-8b86-4011-b42d-00c04fc964ff","seq":1,"why":"tick","position_ms":0,"stretches":[[0,1e99]]}]}',
        b'{"beats":' + b"[" * 5_000,
        b"\xff\xfe",
        b"x" * 600_000,
    ],
)
def test_a_body_of_junk_is_refused_in_words_and_the_honest_beat_after_it_counts(room, xiulan, body):
    """Sabotage: let a JSON error through as a 500."""
    launched = xiulan.post(f"{course_url(room)}/lessons/{room.video_id}/launch", json={}).json
    refused = xiulan.post(launched["beats"], data=body, content_type="application/json")
    assert 400 <= refused.status_code < 500
    assert refused.json["error"] and "刷新" in refused.json["message"]
    clock.turn(timedelta(seconds=30))
    beat = {"id": str(uuid4()), "seq": 1, "why": "tick", "position_ms": 30_000, "stretches": [[0, 30_000]]}
    assert xiulan.post(launched["beats"], json={"beats": [beat]}).json["accrued_ms"] == 30_000


def test_nothing_of_somebody_else_s_is_there(room, client_for):
    """Sabotage: load by the registration's id alone (the clerk of the school sees its row)."""
    trainee = room.trainee()
    trainee.open()
    theirs = course_url(room)
    beat = {"id": str(uuid4()), "seq": 1, "why": "tick", "position_ms": 0, "stretches": []}
    for who in ("ahui", "liumin"):
        other = client_for(room.people.ids[who])
        for path in (theirs, f"{theirs}/lessons/{room.video_id}", f"{theirs}/lessons/{room.quiz_id}"):
            assert other.get(path).status_code == 404
        assert other.post(f"{theirs}/lessons/{room.video_id}/launch", json={}).status_code == 404
        assert other.post(f"{theirs}/lessons/{room.quiz_id}/answers", data=quiz_form()).status_code == 404
        assert other.post(f"/learn/sessions/{trainee.session_id}/beats", json={"beats": [beat]}).status_code == 404
        assert other.post(f"/learn/sessions/{uuid4()}/beats", json={"beats": [beat]}).status_code == 404


def test_signed_out_beats_are_told_so_and_wait(room, client_for):
    trainee = room.trainee()
    trainee.open()
    nobody = client_for(None)
    beat = {"id": str(uuid4()), "seq": 1, "why": "tick", "position_ms": 0, "stretches": []}
    answer = nobody.post(f"/learn/sessions/{trainee.session_id}/beats", json={"beats": [beat]})
    assert (answer.status_code, answer.json["error"]) == (401, "not_signed_in")


def quiz_form(number=1, answers=RIGHT):
    return {"number": str(number), **{f"q{n}": [str(option) for option in options] for n, options in answers.items()}}


def test_a_quiz_is_marked_explained_and_earns_no_time(room, xiulan):
    """Sabotage: credit the minutes of a quiz."""
    address = f"{course_url(room)}/lessons/{room.quiz_id}"
    assert xiulan.get(address).text.count('<h2 id="q') == 5
    result = xiulan.post(f"{address}/answers", data=quiz_form(), follow_redirects=True)
    assert "100<small>分" in result.text and "窗边的光软" in result.text
    assert room.credited_s() == 0
    wrong = {**RIGHT, 1: [2], 3: [0], 4: [0]}
    result = xiulan.post(f"{address}/answers", data=quiz_form(2, wrong), follow_redirects=True)
    assert "这次没通过" in result.text and "最好的一次是 100 分" in result.text
    with transaction(SYSTEM):
        assert queries.best_scores(room.cohort_id) == {(room.people.xiulan, room.quiz_id): 100}


def test_the_same_quiz_form_twice_is_one_try(room, xiulan):
    """Sabotage: number the tries by counting them when the form comes."""
    address = f"{course_url(room)}/lessons/{room.quiz_id}"
    first = xiulan.post(f"{address}/answers", data=quiz_form())
    again = xiulan.post(f"{address}/answers", data=quiz_form(1, {**RIGHT, 1: [1]}))
    assert first.location == again.location
    assert "100<small>分" in xiulan.get(again.location).text
    with transaction(SYSTEM):
        assert queries.tries(room.registrations["xiulan"], room.quiz_id) == 1


def test_a_quiz_with_questions_left_open_comes_back_as_it_was_filled_in(room, xiulan):
    address = f"{course_url(room)}/lessons/{room.quiz_id}"
    page = xiulan.post(f"{address}/answers", data=quiz_form(1, {1: [0], 2: [1]}))
    assert page.status_code == 422 and "还有 3 题没答完" in page.text
    assert page.text.count("checked") == 2
    with transaction(SYSTEM):
        assert queries.tries(room.registrations["xiulan"], room.quiz_id) == 0


def test_staff_see_how_far_their_class_has_come(room, client_for):
    trainee = room.trainee()
    trainee.open()
    trainee.watch(0, 600)
    address = f"/learn/cohorts/{room.cohort_id}/progress"
    for who in ("liumin", "hequan"):
        page = client_for(room.people.ids[who]).get(address)
        assert page.status_code == 200
        assert "黄秀兰" in page.text and "1 课，共 2 课" in page.text and "10 分钟" in page.text
    for who in ("chenbo", "zhaojun", "xiulan"):
        assert client_for(room.people.ids[who]).get(address).status_code == 404


def test_a_class_that_is_closed_says_so(room, xiulan):
    room.change(state="closed")
    assert "没有开着" in xiulan.get(course_url(room)).text
    assert "现在没有开着的班" in xiulan.get("/learn").text
