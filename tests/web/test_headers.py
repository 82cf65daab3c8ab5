"""Every response of the house, errors included, says what a browser may do with it."""

import pytest
from werkzeug.test import Client

from lms.app import create_wsgi


@pytest.fixture(scope="module")
def wsgi(whole_app, settings):
    """The applications behind their hosts, as gunicorn runs them."""
    return Client(create_wsgi(settings))


def ask(wsgi, host, path, **more):
    """A request with a Host header."""
    return wsgi.get(path, headers={"Host": host}, **more)


APP, CONTENT = "app.lms.localhost:8000", "v1.content.lms.localhost:8000"


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        (APP, "/sign-in", 200),
        (APP, "/me", 302),
        (APP, "/nowhere", 404),
        (APP, "/static/nowhere.js", 404),
        (CONTENT, "/nowhere", 404),
        (CONTENT, "/sign-in", 404),
        ("127.0.0.1:8000", "/healthz", 200),
        ("127.0.0.1:8000", "/sign-in", 302),
        ("evil.example", "/sign-in", 421),
        ("app.lms.localhost:8000.evil.example", "/", 421),
        ("", "/", 421),
    ],
)
def test_each_host_answers_with_a_policy(wsgi, host, path, status):
    """Sabotage: serve pages under any Host; leave the headers off errors."""
    answer = ask(wsgi, host, path)
    assert answer.status_code == status
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors" in policy and "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_content_host_has_no_cookie_and_a_sandbox(wsgi):
    """Sabotage: run one application on both hosts."""
    answer = ask(wsgi, CONTENT, "/nowhere")
    assert "Set-Cookie" not in answer.headers and "sandbox" in answer.headers["Content-Security-Policy"]


def test_the_content_host_gives_no_service_worker(wsgi):
    """Sabotage: leave it out of hosts.py: a worker of content outlives its launch."""
    for path in ("/c/token/sw.js", "/static/player.js"):
        assert ask(wsgi, CONTENT, path).status_code != 403
        answer = wsgi.get(path, headers={"Host": CONTENT, "Service-Worker": "script"})
        assert answer.status_code == 403


def test_only_our_pages_are_framed_by_nobody_and_frame_content_alone(wsgi):
    """Sabotage: let any page be framed, or let ours frame anything."""
    policy = ask(wsgi, APP, "/sign-in").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "frame-src http://*.content.lms.localhost:8000;" in policy


def test_a_fault_answers_with_a_page_and_a_policy(wsgi, whole_app, monkeypatch, caplog):
    """Sabotage: let Flask write its own page for faults."""

    def stumble(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("flask.app.Flask.dispatch_request", stumble)
    answer = ask(wsgi, APP, "/sign-in")
    assert answer.status_code == 500 and "你学过的都在" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_assets_are_kept_for_ever(wsgi):
    """Sabotage: serve assets without a hash in their name."""
    page = ask(wsgi, APP, "/sign-in").text
    name = page.split('href="/static/')[1].split('"')[0]
    answer = ask(wsgi, APP, f"/static/{name}")
    assert answer.status_code == 200 and "immutable" in answer.headers["Cache-Control"]


def test_the_session_cookie_is_the_servers_alone(wsgi):
    """Sabotage: leave the prefix or a flag off the cookie."""
    cookie = ask(Client(wsgi.application), APP, "/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("__Host-lms=")
    for flag in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert flag in cookie


def test_machines_get_json(wsgi):
    """Sabotage: answer machines with a page."""
    answer = ask(wsgi, APP, "/api/session")
    assert answer.status_code == 401 and answer.json["error"] == "not_signed_in" and answer.json["message"]


def test_a_form_without_its_token_is_refused(wsgi):
    """Sabotage: leave CSRFProtect out."""
    answer = wsgi.post("/sign-out", headers={"Host": APP})
    assert answer.status_code == 400 and "打开太久" in answer.text


def test_readiness_names_what_is_missing(wsgi):
    """Sabotage: always answer ready. There is no broker in this test."""
    answer = ask(wsgi, "127.0.0.1:8000", "/readyz")
    assert set(answer.json["checks"]) == {"database", "storage", "broker"} and answer.json["checks"]["database"]


def test_metrics_count_requests_by_endpoint(wsgi):
    """Sabotage: label by address; addresses hold ids and tokens."""
    ask(wsgi, APP, "/sign-in")
    text = ask(wsgi, "127.0.0.1:8000", "/metrics").text
    assert (
        'lms_requests_total{endpoint="accounts.sign_in",method="GET",status="200"}' in text and "/sign-in" not in text
    )
