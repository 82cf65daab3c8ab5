"""The second factor of staff: set up at the first sign-in, asked at each, lost and found."""

import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.accounts import actions
from lms.accounts.models import RecoveryCode
from lms.accounts.rules import signing_in as terms
from lms.accounts.signing_in import recovery, totp
from lms.config import Settings
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.errors import Refused, TooMany
from tests.accounts.desk import by_code, give_app, shown
from tests.people import PASSWORD, SYSTEM, bring_in

CLERK, TRAINEE = "13800000003", "13800000001"


@pytest.fixture
def real(app, monkeypatch):
    """A house that is no demonstration."""
    settings: Settings = app.config["LMS"]
    monkeypatch.setitem(app.config, "LMS", Settings(**{**vars(settings), "demo": False}))


def test_staff_set_up_an_app_the_first_time(people, client_for):
    """Sabotage: let staff in after the code; or show the ten codes twice."""
    client = client_for(None)
    client.get("/sign-in?next=/cohorts/")
    answer = by_code(client, CLERK)
    assert answer.location == "/sign-in/enrol"
    assert client.get("/cohorts/").status_code == 302 and client.get("/me").status_code == 302
    page = client.get("/sign-in/enrol").text
    assert "<svg" in page and re.search(r"<code>[A-Z2-7-]{39}</code>", page)
    done = client.post("/sign-in/enrol", data={"code": shown(page)})
    assert done.status_code == 200 and len(re.findall(r"<li><code>", done.text)) == 10
    assert client.get("/cohorts/").status_code == 200
    assert client.get("/sign-in/enrol").status_code == 401


def test_staff_give_the_code_of_the_app_each_time(people, client_for):
    """By password as by code. Sabotage: ask only after the code."""
    give_app(people.liumin)
    client = client_for(None)
    answer = client.post("/sign-in/password", data={"phone": CLERK, "password": PASSWORD})
    assert answer.location == "/sign-in/second" and client.get("/me").status_code == 302
    assert client.post("/sign-in/second", data={"code": "000000"}).status_code == 422
    code = shown(client.get("/sign-in/second").text)
    assert client.post("/sign-in/second", data={"code": code}).status_code == 302
    assert client.get("/me").status_code == 200


def test_a_trainee_is_not_asked(people, client_for):
    """Sabotage: ask everybody; a trainee without an app would be lost."""
    client = client_for(None)
    assert by_code(client, TRAINEE).location == "/"
    assert client.get("/me").status_code == 200


def test_a_trainee_with_an_app_is_asked(people, client_for):
    """Sabotage: ask staff alone."""
    give_app(people.xiulan)
    assert by_code(client_for(None), TRAINEE).location == "/sign-in/second"


def test_who_becomes_staff_signs_in_anew(people, client_for):
    """Sabotage: leave ONE_FACTOR out; a role would be had with one factor until the session ends."""
    client = client_for(None)
    by_code(client, TRAINEE)
    assert client.get("/me").status_code == 200
    with transaction(SYSTEM):
        actions.employ(people.xiulan, people.organisations["anyi"], "clerk")
    assert client.get("/me").status_code == 302 and client.get("/cohorts/").status_code == 302


def test_the_first_factor_alone_does_not_last(people, client_for, turn_clock):
    """Sabotage: leave refuse_lapsed() out."""
    give_app(people.liumin)
    client = client_for(None)
    by_code(client, CLERK)
    turn_clock(minutes=11)
    answer = client.post("/sign-in/second", data={"code": "000000"})
    assert answer.status_code == 401 and "从手机号重新来一次" in answer.text


def test_the_session_changes_between_the_factors(people, client_for):
    """Sabotage: leave start_anew() out of passed() or let_in()."""
    give_app(people.liumin)
    client = client_for(None)
    client.get("/sign-in?next=/me")
    tokens = [client.get_cookie("__Host-lms").value]
    by_code(client, CLERK)
    tokens.append(client.get_cookie("__Host-lms").value)
    client.post("/sign-in/second", data={"code": shown(client.get("/sign-in/second").text)})
    tokens.append(client.get_cookie("__Host-lms").value)
    assert len(set(tokens)) == 3


@pytest.mark.parametrize(("aside", "opens"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_clock_may_differ_by_a_step(people, real, turn_clock, aside, opens):
    """Outside the demonstration. Sabotage: open ten steps."""
    secret = give_app(people.liumin)
    turn_clock(minutes=5)
    steps = int((clock.now() + timedelta(seconds=aside)).timestamp()) // terms.STEP_SECONDS
    code = totp._code(secret, steps)
    if opens:
        totp.check(people.liumin, code)
    else:
        with pytest.raises(Refused):
            totp.check(people.liumin, code)


def test_outside_the_demonstration_no_code_is_shown(people, real):
    """Sabotage: forget settings().demo."""
    give_app(people.liumin)
    assert totp.shown_in_demo(people.liumin) is None


def test_a_code_opens_once(people, turn_clock):
    """A thousand replays, none opens. Sabotage: leave last_step out."""
    secret = give_app(people.liumin)
    turn_clock(seconds=30)
    code = totp.code_now(secret)
    totp.check(people.liumin, code)
    for n in range(9):
        with pytest.raises(Refused):
            totp.check(people.liumin, code)
        turn_clock(minutes=0 if n < 8 else 20)


def test_a_code_opens_once_for_many_at_once(live_app, monkeypatch):
    """All six have found the code good before the first takes it. Sabotage: take a step without comparing last_step."""
    people = bring_in()
    secret = give_app(people.liumin)
    clock.turn(timedelta(seconds=30))
    code, opened, gate, step_of = totp.code_now(secret), [], threading.Barrier(6, timeout=60), totp._step

    def together(*given):
        found = step_of(*given)
        gate.wait()
        return found

    def try_it():
        with live_app.app_context():
            try:
                totp.check(people.liumin, code)
                opened.append(1)
            except Refused:
                pass
            finally:
                db.session.remove()

    monkeypatch.setattr(totp, "_step", together)
    threads = [threading.Thread(target=try_it) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(opened) == 1


def test_guesses_end(people):
    """Sabotage: leave SECONDS_PERSON out."""
    give_app(people.liumin)
    for _ in range(10):
        with pytest.raises(Refused):
            totp.check(people.liumin, "000000")
    with pytest.raises(TooMany, match="15 分钟"):
        totp.check(people.liumin, "000000")


def test_a_code_from_paper_opens_once(people, client_for):
    """Sabotage: leave used_at out, or compare in clear."""
    give_app(people.liumin)
    codes = recovery.new_ten(people.liumin)
    assert len(set(codes)) == 10
    with transaction(SYSTEM) as session:
        kept = b"".join(session.scalars(select(RecoveryCode.code_index)))
    assert not [c for c in codes if c.encode() in kept or c.replace("-", "").encode() in kept]
    client = client_for(None)
    by_code(client, CLERK)
    typed = codes[3].lower().replace("-", " ")
    assert client.post("/sign-in/recovery", data={"code": typed}).status_code == 302
    assert client.get("/me").status_code == 200 and recovery.left(people.liumin) == 9
    with pytest.raises(Refused, match="已经用过"):
        recovery.use(people.liumin, codes[3])
    with pytest.raises(Refused):
        recovery.use(people.yufang, codes[4])


def test_new_codes_end_the_old_ones(people):
    """Sabotage: add ten."""
    old = recovery.new_ten(people.liumin)
    recovery.new_ten(people.liumin)
    assert recovery.left(people.liumin) == 10
    with pytest.raises(Refused):
        recovery.use(people.liumin, old[0])


def test_staff_keep_one_second_factor(people, client_for):
    """Sabotage: leave the check out of remove_app()."""
    give_app(people.liumin)
    client = client_for(people.liumin)
    answer = client.post("/me/app/remove")
    assert answer.status_code == 409 and "先登记另一种" in answer.text
    assert totp.enrolled(people.liumin)


def test_a_trainee_may_do_without_and_then_has_nothing_on_paper(people, client_for):
    """Sabotage: leave the paper codes: they would open an account that asks for none."""
    give_app(people.xiulan)
    recovery.new_ten(people.xiulan)
    assert client_for(people.xiulan).post("/me/app/remove").status_code == 302
    assert totp.enrolled(people.xiulan) is None and recovery.left(people.xiulan) == 0


def test_a_secret_on_trial_opens_nothing(people):
    """Sabotage: take any secret of the person."""
    code = totp.code_now(totp.begin(people.liumin))
    with pytest.raises(Refused):
        totp.check(people.liumin, code)
    assert totp.enrolled(people.liumin) is None
