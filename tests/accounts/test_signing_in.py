"""Signing in by code and by password."""

import re

import pytest

from lms.accounts import sessions
from tests.people import PASSWORD


def ask_code(client, phone):
    client.post("/sign-in", data={"phone": phone})
    page = client.get("/sign-in/code").text
    return re.search(r"验证码是 (\d{6})", page).group(1)


def test_a_trainee_signs_in_with_the_code_shown(people, client_for):
    """Sabotage: take any code in _problem(); the wrong one below is let in."""
    client = client_for(None)
    code = ask_code(client, "138 0000 0001")
    wrong = client.post("/sign-in/code", data={"code": f"{(int(code) + 1) % 10**6:06}"})
    assert wrong.status_code == 422 and "验证码不对" in wrong.text
    good = client.post("/sign-in/code", data={"code": code})
    assert good.status_code == 302
    assert "黄秀兰" in client.get("/me").text


def test_a_code_opens_once(people, client_for):
    """Sabotage: leave out used_at in _problem()."""
    code = ask_code(first := client_for(None), "13800000001")
    assert first.post("/sign-in/code", data={"code": code}).status_code == 302
    second = client_for(None)
    ask_code(second, "13800000001")
    with first.session_transaction() as kept:
        assert "code" not in kept
    assert second.post("/sign-in/code", data={"code": code}).status_code == 422


def test_a_code_ends_after_five_minutes(people, client_for, turn_clock):
    """Sabotage: leave out expires_at in code_good()."""
    code = ask_code(client := client_for(None), "13800000001")
    turn_clock(minutes=5)
    assert "过了 5 分钟" in client.post("/sign-in/code", data={"code": code}).text


def test_five_codes_an_hour(people, client_for):
    """Sabotage: count codes of all time or none."""
    client = client_for(None)
    answers = [client.post("/sign-in", data={"phone": "13800000001"}).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]


def test_an_unknown_phone_gets_the_same_pages(people, client_for):
    """Sabotage: answer unknown numbers with a sentence of their own."""
    known, unknown = client_for(None), client_for(None)
    ask_code(known, "13800000001")
    ask_code(unknown, "13999999999")
    pages = [c.post("/sign-in/code", data={"code": "000000"}).text for c in (known, unknown)]
    same = [re.sub(r"1\d\d \*{4} \d{4}|\d{6}|value=\"[^\"]+\"", "", page) for page in pages]
    assert same[0] == same[1]


@pytest.mark.parametrize("phone", ["13800000001", "13999999999"])
def test_a_wrong_password_tells_nothing(people, client_for, phone):
    """Sabotage: skip the hash for unknown phones or say who is unknown."""
    answer = client_for(None).post("/sign-in/password", data={"phone": phone, "password": "guess-guess"})
    assert answer.status_code == 422 and "手机号或密码不对" in answer.text


def test_a_password_signs_in_under_a_new_session(people, client_for):
    """Sabotage: leave out start_anew(): a planted cookie would be signed in."""
    client = client_for(None)
    client.get("/sign-in?next=/me")
    before = client.get_cookie(sessions.COOKIE).value
    answer = client.post("/sign-in/password", data={"phone": "13800000001", "password": PASSWORD})
    assert answer.status_code == 302 and answer.location == "/me"
    assert client.get_cookie(sessions.COOKIE).value != before
    planted = client_for(None)
    planted.set_cookie(sessions.COOKIE, before)
    assert planted.get("/me").status_code == 302


def test_signing_out_ends_the_session(people, client_for):
    """Sabotage: delete the cookie but keep the row."""
    client = client_for(people.xiulan)
    token = client.get_cookie(sessions.COOKIE).value
    assert client.get("/me").status_code == 200
    client.post("/sign-out")
    client.set_cookie(sessions.COOKIE, token)
    assert client.get("/me").status_code == 302


@pytest.mark.parametrize("address", ["//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example"])
def test_nobody_is_sent_elsewhere(people, client_for, address):
    """Sabotage: redirect to next as it came."""
    client = client_for(None)
    client.get("/sign-in", query_string={"next": address})
    answer = client.post("/sign-in/password", data={"phone": "13800000001", "password": PASSWORD})
    assert answer.location == "/"
