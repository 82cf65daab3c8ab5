"""Where somebody is signed in, how long it lasts, and what is asked again."""

from datetime import timedelta

import pytest

from lms.accounts import sessions
from lms.accounts.events import PersonErased
from lms.accounts.models import WebSession
from lms.accounts.rules.devices import device
from lms.accounts.rules.signing_in import PROOF_LIFE
from lms.accounts.signing_in import factors, passkeys, rights, wechat
from lms.foundation import clock, events
from lms.foundation.database import db, transaction
from lms.foundation.errors import Refused
from tests.accounts.desk import by_code, give_app, shown
from tests.people import PASSWORD, SYSTEM

TRAINEE, CLERK = "13800000001", "13800000003"
WECHAT = (
    "Mozilla/5.0 (Linux; Android 12; HUAWEI NOH-AN00) AppleWebKit/537.36 Chrome/107 Mobile Safari/537.36 MicroMessenger"
)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (WECHAT, "华为手机上的微信"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1",
            "苹果手机上的Safari 浏览器",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/120 Safari/537.36 Edg/120", "Windows 电脑上的Edge 浏览器"),
        ("curl/8", "一台设备"),
        ("", "一台设备"),
    ],
)
def test_devices_have_names_in_words(agent, words):
    """Sabotage: look for Chrome first; everything says Chrome."""
    assert device(agent) == words


def test_a_person_sees_and_ends_their_browsers(people, client_for):
    """Sabotage: list by device alone, or end by id without the person."""
    phone, desk = client_for(None), client_for(None)
    by_code(desk, TRAINEE)
    phone.environ_base["HTTP_USER_AGENT"] = WECHAT
    by_code(phone, TRAINEE)
    page = phone.get("/me/security").text
    assert "华为手机上的微信" in page and "就是这台" in page and "127.0.*.*" in page and "127.0.0.1" not in page
    other = next(each for each in sessions.browsers(people.xiulan, "") if "华为" not in each.device)
    assert client_for(people.ahui).post(f"/me/browsers/{other.id}/end").status_code == 404
    assert desk.get("/me").status_code == 200
    phone.post(f"/me/browsers/{other.id}/end")
    assert desk.get("/me").status_code == 302 and phone.get("/me").status_code == 200


def test_everywhere_but_here(people, client_for):
    """Sabotage: end this one too, or other people's."""
    phone, desk, other = client_for(None), client_for(None), client_for(people.ahui)
    by_code(desk, TRAINEE)
    by_code(phone, TRAINEE)
    phone.post("/me/browsers/end")
    assert [c.get("/me").status_code for c in (phone, desk, other)] == [200, 302, 200]


def test_a_browser_that_was_ended_does_not_come_back(people, client_for):
    """A request under way writes its session last. Sabotage: upsert in _keep()."""
    client = client_for(None)
    by_code(client, TRAINEE)
    with client.session_transaction() as session:
        sessions.end_all(people.xiulan)
        session["touched"] = True
    assert client.get("/me").status_code == 302


def test_staff_are_forgotten_sooner(people, client_for, turn_clock):
    """Sabotage: one life for all."""
    give_app(people.liumin)
    clerk, trainee = client_for(None), client_for(None)
    by_code(clerk, CLERK)
    clerk.post("/sign-in/second", data={"code": shown(clerk.get("/sign-in/second").text)})
    by_code(trainee, TRAINEE)
    turn_clock(minutes=20)
    assert clerk.get("/me").status_code == 200
    turn_clock(minutes=20)
    assert clerk.get("/me").status_code == 200
    turn_clock(minutes=31)
    assert clerk.get("/me").status_code == 302 and trainee.get("/me").status_code == 200
    turn_clock(hours=13)
    assert trainee.get("/me").status_code == 302


def test_no_session_lasts_for_ever(people, client_for, turn_clock):
    """Sabotage: renew without ends_at."""
    client = client_for(None)
    by_code(client, TRAINEE)
    with transaction(SYSTEM) as session:
        session.query(WebSession).update({"ends_at": clock.now() + timedelta(hours=1)})
    turn_clock(minutes=50)
    assert client.get("/me").status_code == 200
    turn_clock(minutes=11)
    assert client.get("/me").status_code == 302


SENSITIVE = [
    ("GET", "/me/password"),
    ("GET", "/me/app"),
    ("POST", "/me/app/remove"),
    ("POST", "/me/recovery"),
    ("POST", "/me/phone/old/code"),
    ("POST", "/me/passkeys/00000000-0000-0000-0000-000000000000/remove"),
]


@pytest.mark.parametrize(("method", "address"), SENSITIVE)
def test_sensitive_acts_ask_again(people, client_for, turn_clock, method, address):
    """Sabotage: leave require_fresh_proof() out of one."""
    client = client_for(people.xiulan)
    turn_clock(minutes=11)
    with transaction(SYSTEM) as session:  # a session as old as the clock says
        session.query(WebSession).update({"created_at": clock.now() - PROOF_LIFE * 2})
    answer = client.open(address, method=method)
    assert answer.status_code == 302 and answer.location.startswith("/me/prove?next=")
    wrong = client.post("/me/prove", data={"code": "not-the-password"})
    assert wrong.status_code == 422
    assert client.post("/me/prove", data={"code": PASSWORD}).status_code == 302
    assert not (client.open(address, method=method).location or "").startswith("/me/prove")


def test_a_trainee_proves_themself_by_a_code_to_their_phone(people, client_for):
    """Sabotage: send it to a number in the form."""
    client = client_for(people.xiulan)
    client.post("/me/prove/code?next=/me/phone")
    page = client.get("/me/prove?next=/me/phone").text
    assert client.post("/me/prove?next=/me/phone", data={"code": "000000"}).status_code == 422
    code = page.split("验证码是 ")[1][:6]
    assert client.post("/me/prove?next=/me/phone", data={"code": code}).location == "/me/phone"
    assert client.post("/me/prove?next=//evil.example", data={"code": PASSWORD}).location == "/"


def test_an_erased_person_leaves_no_factor(people):
    """Sabotage: forget the listener in reactions.py."""
    give_app(people.xiulan)
    wechat.bind(people.xiulan, "openid-1")
    with transaction(people.principal("xiulan")):
        assert set(rights.copy_of(people.xiulan)) == {"登录的设备", "通行密钥"}
        events.publish(PersonErased(people.xiulan))
    assert factors.factors_of(people.xiulan) == factors.Factors(None, [], 0, True, False)


def test_a_new_password_is_looked_at_and_ends_other_browsers(people, client_for):
    """Sabotage: take any, or leave the others signed in."""
    client, other = client_for(None), client_for(None)
    by_code(other, TRAINEE)
    by_code(client, TRAINEE)
    for bad, why in (("short", "10 位以上"), ("1234567890", "一猜就中"), (f"xx{TRAINEE}", "不要带手机号")):
        answer = client.post("/me/password", data={"password": bad})
        assert answer.status_code == 422 and why in answer.text
    assert client.post("/me/password", data={"password": "荔枝西关蓝色四十二号"}).status_code == 302
    assert other.get("/me").status_code == 302 and client.get("/me").status_code == 200
    fresh = client_for(None)
    new = {"phone": TRAINEE, "password": "荔枝西关蓝色四十二号"}
    assert fresh.post("/sign-in/password", data=new).status_code == 302


@pytest.mark.parametrize("body", [None, {}, {"rawId": "!!"}, {"rawId": "AAAA"}, {"rawId": 5, "response": []}, [1]])
def test_a_passkey_that_nobody_asked_for_opens_nothing(people, client_for, body):
    """Sabotage: take the challenge from the answer, or a fault for a shape that nobody expected."""
    client = client_for(None)
    assert client.post("/sign-in/passkey", json=body).status_code == 422
    client.post("/sign-in/passkey/options", json={})
    assert client.post("/sign-in/passkey", json=body).status_code == 422
    assert client.get("/me").status_code == 302


def test_a_challenge_is_good_once(people, client_for):
    """Sabotage: keep it in the session."""
    client = client_for(None)
    client.post("/sign-in/passkey/options", json={})
    client.post("/sign-in/passkey", json={"rawId": "AAAA"})
    with client.session_transaction() as session:
        assert "challenge" not in session


def test_a_made_up_answer_is_refused(people):
    """Sabotage: catch nothing; the library raises many kinds."""
    with pytest.raises(Refused):
        passkeys.register(people.xiulan, {"id": "x", "rawId": "eA", "response": {}}, "AAAA", "手机")
    assert db.session is not None
