"""The ordinary commit is read and written without a lock: the very rows that the lock would have written, and never one lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.learning.actions.scorm import committing, glancing
from lms.learning.models import Beat, Coverage, HourLedger, Lease, ScormAttempt, ScormCommit, StudySession
from tests.conftest import NOON
from tests.learning import packages
from tests.learning.scorm.scos import ScoRoom, Shell, an_open_course, cmi12, opened
from tests.learning.test_two_at_once import all_at_once
from tests.people import SYSTEM, Cast, bring_in

# What is each row's own, or each person's: ids, salts and hashes, and how often a lease was locked.
OWN = {
    "id",
    "attempt_id",
    "launch_id",
    "session_id",
    "person_id",
    "registration_id",
    "created_at",
    "ip_salt",
    "version",
}
OWN |= {"leaf_id", "leaf_hash", "check_after_ms"}
TABLES = (ScormAttempt, StudySession, Lease, Coverage, Beat, HourLedger)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return packages.content_client(app)


@pytest.fixture
def room(people: Cast, turn_clock) -> ScoRoom:
    return an_open_course(people)


@contextmanager
def under_the_lock() -> Iterator[None]:
    """Every commit stands in line."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(glancing, "commit", lambda *_: None)
        yield


def rows_of(room: ScoRoom, key: str) -> dict[str, list[dict[str, Any]]]:
    """All that a trainee's commits have written, without what is each row's own."""
    person_id = room.people.ids[key]
    with transaction(SYSTEM):
        mine = {table: select(table.__table__).where(table.person_id == person_id) for table in TABLES}
        mine[ScormCommit] = select(ScormCommit.__table__).where(
            ScormCommit.attempt_id.in_(select(ScormAttempt.id).where(ScormAttempt.person_id == person_id))
        )
        return {
            table.__tablename__: sorted((_plain(row) for row in db.session.execute(query)), key=repr)
            for table, query in mine.items()
        }


def _plain(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name not in OWN}


STATUS = st.sampled_from(["incomplete", "incomplete", "incomplete", "completed", "passed", "failed", ""])
QUESTION = {"0": {"id": "q", "type": "choice", "student_response": "a", "result": "correct"}}
STEP = st.fixed_dictionaries(
    {
        "seconds": st.sampled_from([0, 1, 4, 20, 30, 61, 95, 400]),
        "status": STATUS,
        "location": st.sampled_from(["", "1", "2", "3", "第四页"]),
        "suspend_data": st.sampled_from(["", "a", "b" * 3000]),
        "total_time": st.sampled_from(["00:00:00", "00:00:30", "9999:00:00"]),
        "raw": st.sampled_from(["", "50", "90"]),
        "asked": st.booleans(),
        "event": st.sampled_from(["commit", "commit", "commit", "commit", "terminate"]),
    }
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=2, max_size=10))
def test_both_ways_write_the_very_same_rows(steps: list[dict[str, Any]], room: ScoRoom, client: FlaskClient) -> None:
    """Two trainees do the same at the same moments, one of them always under the lock.

    Sabotage: leave suspend_data, location or a score out of scorm_keep_as, or let the glance judge by the time alone.
    """
    with under_the_lock():
        locked = opened(room, client, "ahui").start()
    free = opened(room, client, "xiulan").start()
    for step in steps:
        clock.turn(timedelta(seconds=step["seconds"]))
        told = {name: step[name] for name in ("location", "suspend_data", "total_time", "raw")}
        cmi = cmi12(step["status"], **told, **({"interactions": QUESTION} if step["asked"] else {}))
        answer = free.save(cmi, step["event"])
        with under_the_lock():
            same = locked.save(cmi, step["event"])
        assert (answer.status_code, answer.get_json()) == (same.status_code, same.get_json())
    assert rows_of(room, "xiulan") == rows_of(room, "ahui")


@pytest.fixture
def shell(room: ScoRoom, client: FlaskClient) -> Shell:
    """A SCO that has said its first word."""
    shell = opened(room, client).start()
    assert shell.save(cmi12(location="1")).status_code == 200
    clock.turn(timedelta(seconds=20))
    return shell


def test_an_ordinary_commit_takes_no_lock(room: ScoRoom, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: let glancing.commit() answer None."""
    monkeypatch.setattr(committing, "commit", None)
    assert shell.save(cmi12(location="2", suspend_data="x")).get_json()["place"] == "2"
    assert shell.save(cmi12(location="2", suspend_data="y")).get_json()["hours"] is None
    assert [row.sequence for row in room.log()] == [1, 2, 3]
    assert (room.attempts()[0].suspend_data, room.attempts()[0].sequence) == ("y", 3)


def test_a_text_that_stays_is_kept_and_one_that_goes_is_gone(room: ScoRoom, shell: Shell) -> None:
    """Sabotage: write null for a suspend_data that was taken back."""
    for data in ("x" * 60_000, "x" * 60_000, ""):
        shell.save(cmi12(location="2", suspend_data=data))
        assert room.attempts()[0].suspend_data == data
    assert [("suspend_data" in row.changed) for row in room.log()] == [False, True, False, True]


MOVES = {
    "the person's hours": "update lease set version = version + 1",
    "the attempt": "update scorm_attempt set sequence = sequence + 1",
    "the opening": "update scorm_attempt set run = run + 1, sequence = 0",
}


@pytest.mark.parametrize("moved", MOVES)
def test_who_was_not_quick_enough_stands_in_line(
    moved: str, room: ScoRoom, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something moves between the glance and the writing. Sabotage: take a condition out of scorm_keep_as."""
    keep = glancing._keep

    def late(*words: Any) -> bool:
        with transaction(SYSTEM):
            db.session.execute(text(MOVES[moved]))
        assert keep(*words) is False
        return False

    monkeypatch.setattr(glancing, "_keep", late)
    shell.sequence += 1
    answer = shell.save(cmi12(location="7"))
    assert answer.status_code == (409 if moved == "the opening" else 200)
    assert [row.sequence for row in room.log()] == ([1] if moved == "the opening" else [1, 3])
    assert len(room.notes()) == (moved == "the opening")
    with transaction(SYSTEM):
        assert len(db.session.scalars(select(Beat)).all()) == (1 if moved == "the opening" else 2)


@pytest.fixture
def live_room(live_app: Flask) -> Iterator[ScoRoom]:
    clock.freeze(NOON)
    yield an_open_course(bring_in())
    clock.reset()


def test_commits_at_once_are_kept_or_written_down_as_late(live_room: ScoRoom, live_app: Flask) -> None:
    """Twelve commits from threads of their own: the newest stands, and of each there is a row. Sabotage: write whatever was read."""
    shell = opened(live_room, packages.content_client(live_app)).start()
    shell.save(cmi12(location="1"))
    clock.turn(timedelta(seconds=30))

    shells = {number: Shell(packages.content_client(live_app), shell.host, shell.token) for number in range(2, 14)}

    def send(number: int) -> int:
        body = {"run": shell.run, "commitSequence": number, "cmi": cmi12(location=str(number))}
        return shells[number].post("commit", body).status_code

    told = all_at_once(live_app, [lambda number=number: send(number) for number in shells])
    assert set(told) <= {200, 409}
    kept = [row.sequence for row in live_room.log()]
    assert (len(kept) - 1, len(live_room.notes())) == (told.count(200), told.count(409))
    assert live_room.attempts()[0].location == str(kept[-1]) == "13"


def test_the_same_commit_from_eight_threads_is_kept_once(live_room: ScoRoom, live_app: Flask) -> None:
    """Sabotage: leave the number out of the condition of scorm_keep_as."""
    shell = opened(live_room, packages.content_client(live_app)).start()
    shell.save(cmi12(location="1"))
    clock.turn(timedelta(seconds=30))
    body = {"run": shell.run, "commitSequence": 2, "cmi": cmi12(location="2")}
    shells = [Shell(packages.content_client(live_app), shell.host, shell.token) for _ in range(8)]
    told = all_at_once(live_app, [lambda mine=mine: mine.post("commit", body).status_code for mine in shells])
    assert told == [200] * 8
    assert [row.sequence for row in live_room.log()] == [1, 2]
    with transaction(SYSTEM):
        assert sum(db.session.scalars(select(HourLedger.credited_ms))) == 30_000
