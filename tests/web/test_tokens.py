"""A script's token stands in a header: it must be the one of its own session, whichever way it is looked at."""

import re

import pytest

from lms.web import tokens


def token_of(client) -> str:
    [found] = set(re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/me").text))
    return found


@pytest.fixture
def guarded(app):
    """The application with its lock on."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    app.config["WTF_CSRF_ENABLED"] = False


def test_the_token_of_the_session_opens_again_and_again(guarded, people, client_for, monkeypatch):
    """Sabotage: open every token anew (the last line), or refuse tokens in headers."""
    client = client_for(people.xiulan)
    own = {"X-CSRFToken": token_of(client)}
    tokens._opened.cache_clear()
    assert [client.post("/care", headers=own).status_code for _ in range(3)] == [302, 302, 302]
    assert (tokens._opened.cache_info().misses, tokens._opened.cache_info().hits) == (1, 2)


@pytest.mark.parametrize(
    "bend", [str.swapcase, lambda token: token + "x", lambda token: "", lambda token: "甲" + token]
)
def test_a_bent_token_opens_nothing(guarded, people, client_for, bend):
    """Sabotage: take whatever was opened before, or any text in the header, for good."""
    client = client_for(people.xiulan)
    own = token_of(client)
    assert client.post("/care", headers={"X-CSRFToken": own}).status_code == 302
    bent = bend(own).encode().decode("latin-1")
    assert client.post("/care", headers={"X-CSRFToken": bent}).status_code == 400


def test_somebody_elses_token_opens_nothing(guarded, people, client_for):
    """Sabotage: leave the comparison with the session out."""
    other = client_for(people.ahui)
    theirs = {"X-CSRFToken": token_of(other)}
    assert other.post("/care", headers=theirs).status_code == 302
    client = client_for(people.xiulan)
    token_of(client)
    assert client.post("/care", headers=theirs).status_code == 400


def test_over_tls_the_page_is_one_of_the_same_host(guarded, people, client_for, monkeypatch):
    """Sabotage: leave _from_here out."""
    client = client_for(people.xiulan)
    own = {"X-CSRFToken": token_of(client)}
    monkeypatch.setitem(guarded.config, "WTF_CSRF_SSL_STRICT", True)
    host = "https://localhost"
    secure = {"base_url": host}
    assert client.post("/care", headers=own, **secure).status_code == 400
    assert client.post("/care", headers={**own, "Referer": "https://evil.example/"}, **secure).status_code == 400
    assert client.post("/care", headers={**own, "Referer": f"{host}/me"}, **secure).status_code == 302
