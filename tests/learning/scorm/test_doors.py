"""The doors of the run-time on the content host: what a SCO saves is kept once and in order, and everything else is told off."""

import gzip
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.learning.actions import opening
from lms.learning.models import HourLedger, Launch
from tests.learning import packages
from tests.learning.scorm.scos import ScoRoom, Shell, an_open_course, cmi12, lesson, opened, previewed
from tests.people import SYSTEM, Cast


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """The content host."""
    return packages.content_client(app)


@pytest.fixture
def room(people: Cast, turn_clock) -> ScoRoom:
    return an_open_course(people, lessons=[lesson(mastery_score=80.0, launch_data="a=1"), lesson("S2")])


@pytest.fixture
def shell(room: ScoRoom, client: FlaskClient) -> Shell:
    """A SCO that xiulan has just opened."""
    return opened(room, client).start()


def test_the_shell_loads_the_run_time_of_its_standard_alone(room: ScoRoom, client: FlaskClient) -> None:
    shell = opened(room, client)
    page = client.get(f"/shell/{shell.token}", headers={"Host": shell.host})
    assert page.status_code == 200
    assert "scorm12-" in page.text
    assert "scorm2004" not in page.text
    assert "<script>" not in page.text
    assert "allow-top-navigation" not in page.text


def test_a_first_opening_tells_the_sco_what_the_manifest_says(room: ScoRoom, shell: Shell) -> None:
    """Sabotage: leave mastery_score out of start_data."""
    assert shell.run == 1
    assert shell.data["core.entry"] == "ab-initio"
    assert shell.data["core.credit"] == "credit"
    assert shell.data["student_data.mastery_score"] == "80"
    assert shell.data["launch_data"] == "a=1"
    assert shell.data["core.student_id"] == str(room.people.xiulan)
    assert shell.frame == f"/c/{shell.token}/S1.html?who=1"
    assert "core.lesson_status" not in shell.data


def test_what_was_saved_is_there_when_the_sco_is_opened_again(room: ScoRoom, client: FlaskClient, shell: Shell) -> None:
    """Sabotage: give every opening a new attempt."""
    clock.turn(timedelta(minutes=10))
    data = "进度" * 32_000
    saved = shell.save(cmi12(location="3", exit="suspend", total_time="00:05:00", suspend_data=data), "terminate")
    assert saved.get_json()["result"] is True
    again = opened(room, client).start()
    assert again.run == 2
    assert (again.data["core.entry"], again.data["core.lesson_location"]) == ("resume", "3")
    assert again.data["suspend_data"] == data
    assert again.data["core.total_time"] == "0000:05:00.00"
    [attempt] = room.attempts()
    assert len(attempt.suspend_data) == 64_000


def test_a_beacon_is_plain_text_and_may_be_zipped(room: ScoRoom, shell: Shell) -> None:
    """Sabotage: read request.get_json()."""
    body = b'{"commitSequence": 1, "cmi": {"core": {"lesson_location": "2"}}}'
    assert shell.post("commit", body, "text/plain;charset=UTF-8").status_code == 200
    zipped = gzip.compress(body.replace(b": 1,", b": 2,").replace(b'"2"', b'"3"'))
    assert shell.post("commit", zipped, "text/plain;charset=UTF-8").status_code == 200
    assert room.attempts()[0].location == "3"


def test_a_late_beacon_never_overwrites_what_is_newer(room: ScoRoom, shell: Shell) -> None:
    """Sabotage: let is_stale() answer False."""
    shell.save(cmi12(location="1"))
    shell.save(cmi12(location="2"))
    late = shell.post("commit", {"run": 1, "commitSequence": 1, "cmi": cmi12(location="0")}, "text/plain")
    assert (late.status_code, late.get_json()["error"]) == (409, "stale")
    assert "以前" in late.get_json()["message"] or "存好" in late.get_json()["message"]
    assert room.attempts()[0].location == "2"
    assert [(row.run, row.sequence) for row in room.log()] == [(1, 1), (1, 2)]
    [note] = room.notes()
    assert note.kind == "refused"
    assert '"core.lesson_location":"0"' in note.body
    assert shell.save(cmi12(location="4")).status_code == 200


def test_a_commit_whose_answer_was_lost_may_be_sent_again(room: ScoRoom, shell: Shell) -> None:
    assert shell.save(cmi12(location="1")).status_code == 200
    assert shell.again(cmi12(location="1")).status_code == 200
    assert len(room.log()) == 1


def test_the_page_before_a_reload_says_nothing_more(room: ScoRoom, client: FlaskClient, shell: Shell) -> None:
    """Sabotage: compare only the number of the commit."""
    shell.save(cmi12(location="1"))
    before = Shell(client, shell.host, shell.token, shell.run, 7)
    shell.start()
    assert shell.run == 2
    assert before.save(cmi12(location="9")).get_json()["error"] == "stale"
    assert shell.save(cmi12(location="2")).status_code == 200


def test_another_device_takes_the_sco_over(room: ScoRoom, client: FlaskClient, shell: Shell) -> None:
    desktop = opened(room, client).start()
    refused = shell.save(cmi12(location="1"))
    assert (refused.status_code, refused.get_json()["error"]) == (409, "opened_elsewhere")
    assert desktop.save(cmi12(location="5")).status_code == 200
    assert room.attempts()[0].location == "5"


def test_what_a_browser_kept_back_goes_in_with_the_next_opening(
    room: ScoRoom, client: FlaskClient, shell: Shell
) -> None:
    """Sabotage: do not read `kept`."""
    shell.save(cmi12(location="1"))
    waiting = {"run": 1, "commitSequence": 5, "event": "terminate", "cmi": cmi12(location="8", exit="suspend")}
    again = opened(room, client).start({"attempt": shell.attempt, "commit": waiting})
    assert again.data["core.lesson_location"] == "8"
    assert [(row.run, row.sequence, row.kind) for row in room.log()] == [(1, 1, "commit"), (1, 5, "kept")]
    third = opened(room, client).start({"attempt": shell.attempt, "commit": waiting})
    assert len(room.log()) == 2
    assert third.run == 3


def test_nobody_brings_in_what_was_kept_for_somebody_else(room: ScoRoom, client: FlaskClient, shell: Shell) -> None:
    """Sabotage: drop the comparison of the attempt's id."""
    shell.save(cmi12(location="1"))
    waiting = {"run": 1, "commitSequence": 5, "cmi": cmi12(location="8")}
    opened(room, client, "ahui").start().save(cmi12(location="2"))
    other = opened(room, client, "ahui").start({"attempt": shell.attempt, "commit": waiting})
    assert other.data["core.lesson_location"] == "2"
    assert [one.location for key in ("xiulan", "ahui") for one in room.attempts(key)] == ["1", "2"]


def test_time_is_replaced_and_never_longer_than_the_clock_saw(room: ScoRoom, client: FlaskClient, shell: Shell) -> None:
    """Sabotage: add the claims up, or keep them as they are."""
    clock.turn(timedelta(seconds=100))
    for claim in ("00:00:30", "00:01:00", "00:01:30"):
        shell.save(cmi12(total_time=claim))
    assert room.attempts()[0].total_seconds == 90
    shell.save(cmi12(total_time="9999:59:59.99", exit="suspend"), "terminate")
    [attempt] = room.attempts()
    assert (attempt.total_seconds, attempt.claimed_seconds) == (100, 9999 * 3600 + 3599.99)
    again = opened(room, client).start()
    assert again.data["core.total_time"] == "0000:01:40.00"
    clock.turn(timedelta(seconds=20))
    again.save(cmi12(total_time="00:01:55"))
    assert room.attempts()[0].total_seconds == 115


def test_an_hour_is_not_had_for_the_saying(room: ScoRoom, shell: Shell) -> None:
    """hours.md P3: one commit that claims 9999 hours after 10 s. Sabotage: credit total_time."""
    clock.turn(timedelta(seconds=10))
    shell.save(cmi12("completed", total_time="9999:00:00", location="18"))
    with transaction(SYSTEM):
        assert sum(row.credited_ms for row in db.session.query(HourLedger)) <= 10_000


def test_mastery_decides_when_the_sco_ends(room: ScoRoom, client: FlaskClient, shell: Shell) -> None:
    shell.save(cmi12("completed", raw="79"), "terminate")
    [attempt] = room.attempts()
    assert (attempt.completion, attempt.success, attempt.score_raw) == ("completed", "failed", 79)
    again = opened(room, client).start()
    assert again.data["core.entry"] == "ab-initio"
    again.save(cmi12("completed", raw="80"), "terminate")
    assert [(one.number, one.success) for one in room.attempts()] == [(1, "failed"), (2, "passed")]


def test_a_sco_that_ends_without_a_word_is_completed(room: ScoRoom, shell: Shell) -> None:
    answer = shell.save(cmi12(""), "terminate").get_json()
    assert (answer["done"], answer["status"]) == (True, "学完了")


def test_a_preview_keeps_nothing_but_its_own_scratch(room: ScoRoom, client: FlaskClient) -> None:
    """Sabotage: write previews into scorm_attempt."""
    shell = previewed(room, client).start()
    assert shell.attempt is None
    assert shell.save(cmi12("completed", location="4")).status_code == 200
    assert shell.again(cmi12(location="3")).status_code == 409
    assert shell.start().data["core.lesson_location"] == "4"
    assert room.attempts() == []
    assert room.log() == []
    assert shell.post("log", {"lines": ["405"]}).get_json()["result"] is False


def test_what_is_only_looked_at_changes_nothing(room: ScoRoom, client: FlaskClient) -> None:
    """Review: no credit. Sabotage: let advanced() look at the mode no more."""
    shell = previewed(room, client, "Review").start()
    assert (shell.data["core.lesson_mode"], shell.data["core.credit"]) == ("review", "no-credit")
    assert shell.save(cmi12("passed", location="4")).status_code == 200
    assert "core.lesson_location" not in shell.start().data


def test_what_the_run_time_refused_is_kept(room: ScoRoom, shell: Shell) -> None:
    assert shell.post("log", {"lines": ["SCORM Error 405: cmi.core.score.raw"]}).get_json()["result"] is True
    assert [(note.kind, note.words) for note in room.notes()] == [("log", "SCORM Error 405: cmi.core.score.raw")]


def _deep() -> bytes:
    return b'{"commitSequence":1,"cmi":' + b'{"a":' * 5000 + b"1" + b"}" * 5001


BAD = {
    "junk": (b"\xff\xfe junk", 422, "commit_unreadable"),
    "nothing": (b"", 422, "commit_unreadable"),
    "no cmi": (b'{"commitSequence": 1}', 422, "cmi_missing"),
    "cmi a list": (b'{"commitSequence": 1, "cmi": []}', 422, "commit_unreadable"),
    "no number": (b'{"cmi": {"core": {}}}', 422, "commit_unreadable"),
    "number 0": (b'{"commitSequence": 0, "cmi": {"a": "b"}}', 422, "commit_unreadable"),
    "deep": (_deep(), 422, "commit_unreadable"),
    "rather deep": (b'{"commitSequence":1,"cmi":' + b'{"a":' * 30 + b'"x"' + b"}" * 31, 422, "cmi_malformed"),
    "NUL": (b'{"commitSequence": 1, "cmi": {"suspend_data": "a\\u0000b"}}', 422, "cmi_letters"),
    "NUL in a name": (b'{"commitSequence": 1, "cmi": {"a\\u0000b": "x"}}', 422, "cmi_letters"),
    "lone surrogate": (b'{"commitSequence": 1, "cmi": {"suspend_data": "\\ud800"}}', 422, "commit_unreadable"),
    "surrogate bytes": (b'{"commitSequence": 1, "cmi": {"a": "\xed\xa0\x80"}}', 422, "commit_unreadable"),
    "too long": (b'{"commitSequence":1,"cmi":{"suspend_data":"' + b"x" * 64_001 + b'"}}', 422, "suspend_data_too_long"),
    "3 MB": (b'{"commitSequence":1,"cmi":{"suspend_data":"' + b"x" * 3_000_000 + b'"}}', 413, "commit_too_large"),
    "a bomb": (gzip.compress(b" " * 30_000_000), 413, "commit_too_large"),
    "half a zip": (gzip.compress(b'{"commitSequence":1,"cmi":{"a":"b"}}')[:-9], 422, "commit_unreadable"),
}


def test_bad_bodies_are_told_off_and_harm_nothing(room: ScoRoom, shell: Shell) -> None:
    """After each of them an honest save goes in. Sabotage: let _answered() pass Problem on."""
    for number, (name, (body, status, code)) in enumerate(BAD.items(), 1):
        answer = shell.post("commit", body)
        told = answer.get_json()
        assert (answer.status_code, told["error"], told["result"]) == (status, code, False), name
        assert "以前存的都在" in told["message"], name
        assert shell.save(cmi12(location=str(number))).status_code == 200, name
    assert [row.sequence for row in room.log()] == list(range(1, len(BAD) + 1))
    assert room.attempts()[0].location == str(len(BAD))


def test_a_token_that_is_none_opens_nothing(shell: Shell, client: FlaskClient) -> None:
    for strange in (Shell(client, shell.host, "guessed"), Shell(client, "v0.content.lms.localhost:8000", shell.token)):
        for door in ("start", "commit", "log"):
            answer = strange.post(door, {"commitSequence": 1, "cmi": {"a": "b"}, "lines": ["x"]})
            assert (answer.status_code, answer.get_json()["error"]) == (404, "not_found")


def test_after_the_end_of_a_launch_nothing_goes_in(room: ScoRoom, shell: Shell) -> None:
    shell.save(cmi12(location="1"))
    with transaction(SYSTEM):
        opening.end(db.session.query(Launch.id).scalar())
    answer = shell.save(cmi12(location="2"))
    assert (answer.status_code, answer.get_json()["error"]) == (410, "launch_over")
    assert room.attempts()[0].location == "1"


def test_before_the_sco_is_opened_there_is_nothing_to_save(room: ScoRoom, client: FlaskClient) -> None:
    answer = opened(room, client).save(cmi12())
    assert (answer.status_code, answer.get_json()["error"]) == (409, "not_started")


def test_the_doors_take_posts_alone(shell: Shell, client: FlaskClient) -> None:
    assert client.get(f"/_rt/{shell.token}/commit", headers={"Host": shell.host}).status_code == 405


def test_a_kept_commit_that_is_junk_keeps_nobody_out(room: ScoRoom, client: FlaskClient) -> None:
    for kept in ("junk", {"attempt": str(uuid4())}, {"attempt": "x", "commit": {}}, [1]):
        assert opened(room, client).start(kept).run > 0
