"""The province's single sign-on, against a provider made of Authlib's own server."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc.jwk import RSAKey
from sqlalchemy import select

from lms.accounts.models import Person, RealNameCheck
from lms.accounts.signing_in import province as ours
from lms.config import SettingError
from lms.foundation.database import transaction
from tests.accounts.desk import give_app
from tests.accounts.province_house import CLIENT_ID, CLIENT_SECRET, open_province
from tests.people import PEOPLE, SYSTEM

BACK = "http://localhost/sign-in/province/back"


@pytest.fixture
def province(app, monkeypatch):
    """The provider runs, and the house knows it."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    with open_province(BACK) as house:
        before = app.extensions["province"]
        account = {"LMS_OIDC_CLIENT_ID": CLIENT_ID, "LMS_OIDC_CLIENT_SECRET": CLIENT_SECRET}
        ours.init_app(app, {"LMS_OIDC_ISSUER": house.issuer, **account})
        house.citizen = citizen("xiulan")
        yield house
        app.extensions["province"] = before


def citizen(key, **more):
    return {"sub": f"sub-{key}", "name": PEOPLE[key].name, "id_number": PEOPLE[key].id_number.lower(), **more}


def walk(client):
    """There and back, as a browser goes."""
    there = client.get("/sign-in/province")
    assert there.status_code == 302, there.text
    asked = parse_qs(urlsplit(there.location).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["nonce"] and asked["state"]
    back = requests.get(there.location, allow_redirects=False, timeout=10)
    assert back.status_code == 302, back.text
    return client.get(back.headers["Location"].removeprefix("http://localhost"))


def test_a_citizen_is_found_by_number_and_their_name_is_proved(people, client_for, province):
    """Sabotage: leave set_real_name_status() out."""
    client = client_for(None)
    assert "广东省统一身份认证" in client.get("/sign-in").text
    assert walk(client).location == "/"
    assert "黄秀兰" in client.get("/me").text
    with transaction(SYSTEM) as session:
        assert session.get_one(Person, people.xiulan).real_name == "province_sso"
        assert session.scalars(select(RealNameCheck.status)).one() == "province_sso"


def test_the_second_time_the_subject_is_enough(people, client_for, province):
    """Sabotage: look for the number alone."""
    walk(client_for(None))
    province.citizen = {"sub": "sub-xiulan", "name": "改了名"}
    client = client_for(None)
    walk(client)
    assert "黄秀兰" in client.get("/me").text


def test_the_number_may_come_from_userinfo(people, client_for, province):
    """Sabotage: read the id token alone."""
    province.in_token = False
    client = client_for(None)
    walk(client)
    assert "黄秀兰" in client.get("/me").text


def test_staff_still_give_the_second_factor(people, client_for, province):
    """Sabotage: let_in() at once."""
    give_app(people.liumin)
    province.citizen = citizen("liumin")
    client = client_for(None)
    assert walk(client).location == "/sign-in/second" and client.get("/me").status_code == 302


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"name": "别人"}, "对不上"),
        ({"id_number": "440681199001011234"}, "还没有在这里报过名"),
        ({"id_number": ""}, "没有给出身份证号"),
    ],
)
def test_who_is_not_the_same_is_not_let_in(people, client_for, province, more, why):
    """Sabotage: trust the number alone, or make an account."""
    province.citizen = citizen("xiulan", **more)
    client = client_for(None)
    answer = walk(client)
    assert answer.status_code == 422 and why in answer.text
    assert client.get("/me").status_code == 302


def test_a_forged_token_opens_nothing(people, client_for, province):
    """Signed by another key, or with another nonce. Sabotage: do not verify the id token."""
    for trick in ({"forged": RSAKey.generate_key(2048, {"kid": "k1"})}, {"forged": None, "wrong_nonce": True}):
        vars(province).update(trick)
        client = client_for(None)
        answer = walk(client)
        assert answer.status_code == 422 and "没有认出你" in answer.text
        assert client.get("/me").status_code == 302


def test_an_answer_to_nobodys_question_opens_nothing(people, client_for, province):
    """A link of somebody else's. Sabotage: do not compare the state."""
    there = client_for(None).get("/sign-in/province")
    back = requests.get(there.location, allow_redirects=False, timeout=10).headers["Location"]
    victim = client_for(None)
    assert victim.get(back.removeprefix("http://localhost")).status_code == 422
    assert victim.get("/me").status_code == 302


def test_a_province_that_is_away_is_said(people, client_for, province, caplog):
    """Sabotage: let the exception through, with the secret in its text."""
    ours._province().client.server_metadata.clear()
    ours._province().client._server_metadata_url = "http://127.0.0.1:9/.well-known/openid-configuration"
    answer = client_for(None).get("/sign-in/province")
    assert answer.status_code == 503 and "没有回应" in answer.text
    assert not re.search(CLIENT_SECRET, caplog.text)


def test_without_settings_there_is_no_such_page(people, client_for, app):
    """Sabotage: show the link always."""
    client = client_for(None)
    assert client.get("/sign-in/province").status_code == 404
    assert "统一身份认证" not in client.get("/sign-in").text
    with pytest.raises(SettingError, match="LMS_OIDC_ISSUER"):
        ours.init_app(app, {"LMS_OIDC_ISSUER": "http://sso.example", "LMS_OIDC_CLIENT_ID": "x"})
