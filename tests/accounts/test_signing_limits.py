"""What is limited, and that nobody can use up what is somebody else's."""

import contextlib
import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, insert

from lms.accounts.models import Attempt
from lms.accounts.rules import limits as rules
from lms.accounts.rules.limits import Limit
from lms.accounts.signing_in import codes, limits, passwords, visits
from lms.accounts.signing_in.visits import Visit
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.errors import Refused, TooMany
from tests.accounts.desk import ask_code, by_code
from tests.people import PASSWORD, SYSTEM

START = datetime(2026, 11, 20, tzinfo=UTC)
SMALL = Limit("test", 3, timedelta(minutes=10), "歇一会儿")
XIULAN, STRANGER = "13800000001", "13999999999"


@given(st.lists(st.integers(0, 3600), max_size=60).map(sorted), st.integers(1, 8), st.integers(1, 1200))
def test_no_window_holds_more_than_the_limit(seconds, most, within):
    """Whatever the moments at which somebody tries. Sabotage: compare with the newest instead of the n-th newest."""
    limit = Limit("x", most, timedelta(seconds=within), "")
    let_through: list[datetime] = []
    for second in seconds:
        now = START + timedelta(seconds=second)
        nth = let_through[-most] if len(let_through) >= most else None
        if not rules.wait(limit, nth, now):
            let_through.append(now)
    for moment in let_through:
        assert len([each for each in let_through if moment <= each < moment + limit.within]) <= most


@given(st.integers(1, 8), st.integers(1, 600))
def test_who_waits_as_told_gets_in(most, after):
    """Sabotage: tell a time that is too short."""
    limit = Limit("x", most, timedelta(seconds=600), "")
    now = START + timedelta(seconds=after)
    wait = rules.wait(limit, START, now)
    assert rules.wait(limit, START, now + wait) == timedelta()


@pytest.mark.parametrize(
    ("address", "counted", "shown"),
    [
        ("113.87.4.5", "113.87.4.5", "113.87.*.*"),
        ("2408:8456:1:2:3:4:5:6", "2408:8456:0001:0002", "2408:8456:*"),
        ("not an address", "unknown", ""),
    ],
)
def test_addresses(address, counted, shown):
    """One IPv6 line has a whole /64. Sabotage: count each of its 2^64 addresses."""
    assert (rules.network(address), rules.roughly(address)) == (counted, shown)


def test_a_window_slides(database, turn_clock):
    """Sabotage: count by the hour of the clock, or for ever."""
    for _ in range(3):
        limits.spend([(SMALL, b"a")])
        turn_clock(minutes=3)
    with pytest.raises(TooMany, match="歇一会儿"):
        limits.spend([(SMALL, b"a")])
    limits.spend([(SMALL, b"b")])
    turn_clock(minutes=1)
    limits.spend([(SMALL, b"a")])
    with pytest.raises(TooMany):
        limits.spend([(SMALL, b"a")])


def test_a_refusal_counts_nothing(database, turn_clock):
    """Sabotage: insert before looking; who keeps trying would never be let in again."""
    for _ in range(3):
        limits.spend([(SMALL, b"a")])
    for _ in range(5):
        with pytest.raises(TooMany):
            limits.spend([(Limit("other", 100, timedelta(hours=1), ""), b"x"), (SMALL, b"a")])
    with transaction(SYSTEM) as session:
        assert session.query(Attempt).count() == 3


def test_a_hundred_at_once_are_counted(live_app):
    """Sabotage: take the advisory lock out of spend_here(): more than three of 24 pass."""
    passed, gate = [], threading.Barrier(8)

    def knock():
        with live_app.app_context():
            gate.wait()
            for _ in range(3):
                try:
                    limits.spend([(SMALL, b"a")])
                    passed.append(1)
                except TooMany:
                    pass
            db.session.remove()

    threads = [threading.Thread(target=knock) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(passed) == 3


def test_passwords_tried_at_once_are_counted_before_they_are_looked_at(people):
    """Sabotage: count failures afterwards."""
    here = Visit("10.0.0.1", "")
    for _ in range(10):
        with pytest.raises(Refused):
            passwords.by_password(XIULAN, "wrong-wrong", here)
    with pytest.raises(TooMany, match="短信验证码"):
        passwords.by_password(XIULAN, PASSWORD, here)


def test_a_stranger_cannot_lock_somebody_out_of_their_own_phone(people, client_for):
    """Sabotage: one window for all devices."""
    own = client_for(None)
    assert by_code(own, XIULAN).status_code == 302
    own.post("/sign-out")
    stranger = Visit("10.0.0.9", "")
    for _ in range(10):
        with contextlib.suppress(Refused):
            passwords.by_password(XIULAN, "wrong-wrong", stranger)
    for _ in range(5):
        codes.send(XIULAN, stranger)
    with pytest.raises(TooMany):
        passwords.by_password(XIULAN, PASSWORD, stranger)
    with pytest.raises(TooMany):
        codes.send(XIULAN, stranger)
    assert own.post("/sign-in/password", data={"phone": XIULAN, "password": PASSWORD}).status_code == 302
    own.post("/sign-out")
    assert by_code(own, XIULAN).status_code == 302


def test_a_refusal_says_when_to_come_back(people, client_for):
    """Sabotage: leave Retry-After out."""
    client = client_for(None)
    answers = [client.post("/sign-in", data={"phone": STRANGER}) for _ in range(6)]
    assert [a.status_code for a in answers] == [302] * 5 + [429]
    assert 3000 < int(answers[-1].headers["Retry-After"]) <= 3600
    assert "一小时里收了 5 条" in answers[-1].text


def test_codes_that_were_used_are_given_back(people, client_for):
    """Sabotage: count them all; who signs in on six devices in an hour would be stopped."""
    for _ in range(6):
        assert by_code(client_for(None), XIULAN).status_code == 302


def test_a_classroom_behind_one_address_is_fine(people):
    """Sixty people, four codes each, within the hour. Sabotage: a limit of 20 a minute for an address."""
    lesson = Visit("10.0.0.1", "")
    row = {"kind": rules.CODES_ADDRESS.kind, "key": lesson.network, "at": clock.now()}
    with transaction(SYSTEM) as session:
        session.execute(insert(Attempt), [row] * 239)
    limits.spend(codes._spending(b"the last of them", lesson))
    with pytest.raises(TooMany, match="过几分钟"):
        limits.spend(codes._spending(b"one more", lesson))


def test_guesses_of_one_code_end(people, client_for):
    """Sabotage: leave out tries."""
    client = client_for(None)
    code = ask_code(client, XIULAN)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    said = [client.post("/sign-in/code", data={"code": wrong}).text for _ in range(6)]
    assert "已经用过或者过了" in said[5] and "验证码不对" in said[4]
    assert client.post("/sign-in/code", data={"code": code}).status_code == 422


def test_a_stranger_cannot_burn_a_code_that_somebody_waits_for(people, client_for):
    """A code belongs to the browser that asked. Sabotage: take the newest code of the phone."""
    own, stranger = client_for(None), client_for(None)
    code = ask_code(own, XIULAN)
    ask_code(stranger, XIULAN)
    for _ in range(6):
        stranger.post("/sign-in/code", data={"code": "000000"})
    assert own.post("/sign-in/code", data={"code": code}).status_code == 302


def test_old_attempts_go(database, turn_clock):
    """Sabotage: keep them for ever."""
    limits.spend([(SMALL, b"a")])
    turn_clock(days=3)
    limits.spend([(SMALL, b"b")])
    with transaction(SYSTEM) as session:
        assert session.query(Attempt).count() == 1


def test_known_and_unknown_numbers_cost_the_same_statements(people, client_for):
    """Sabotage: look the person up before sending. Statements are counted, not seconds."""

    def statements(phone):
        said: list[str] = []
        listener = lambda conn, cursor, statement, *rest: said.append(statement.split()[0])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listener)
        client = client_for(None)
        client.post("/sign-in", data={"phone": phone})
        client.post("/sign-in/password", data={"phone": phone, "password": "wrong-wrong"})
        event.remove(db.engine, "before_cursor_execute", listener)
        return said

    statements(STRANGER)  # the first request of a run makes the token of forms
    assert statements(XIULAN) == statements(STRANGER)


def test_a_device_is_a_stranger_until_somebody_signed_in_on_it(people):
    """Sabotage: trust any cookie."""
    with transaction(SYSTEM):
        assert not visits.known_here(Visit("10.0.0.1", "made-up"), [people.xiulan])
