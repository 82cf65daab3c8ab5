"""The content host for launches: files of a package, shells, reports; each door guarded by the token in its path."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.foundation.database import db, transaction
from lms.foundation.permissions import Access, declared
from lms.learning.actions import abroad, opening
from lms.learning.models import BlockedHost
from lms.learning.queries.launches import CONTENT
from lms.learning.routes import content_host
from lms.publishing import queries as publishing
from lms.publishing.links import label_of, origin_of
from tests.learning import packages
from tests.learning.packages import PackageRoom
from tests.people import SYSTEM, Cast

GBK = "<meta charset=gb2312><title>催芽</title>".encode("gb2312")
MEMBERS = {
    "index.html": GBK,
    "Images/Rice.PNG": b"\x89PNG rice",
    "图/水稻é.js": b"alert(1)",
    "deep/index.html": b"<p>deep",
    "data.xml": b"<a/>",
    "strange.bin2": b"?",
}


@dataclass
class Host:
    """The content host, a version there and a token of it."""

    client: FlaskClient
    room: PackageRoom
    opened: opening.Opened

    def get(self, path: str, **more: object) -> TestResponse:
        """Ask the version's own host for a path under /c/<token>/."""
        return self.client.get(f"{origin_of(self.room.version_id)}/c/{self.opened.token}/{path}", **more)


@pytest.fixture
def room(people: Cast) -> PackageRoom:
    lesson = {"kind": "document", "entry": "index.html", "settings": {"type": "html"}, "places": 1}
    return packages.a_package(people, "document", MEMBERS, [lesson])


@pytest.fixture
def host(app: Flask, room: PackageRoom) -> Iterator[Host]:
    clerk = room.people.principal("liumin")
    with transaction(clerk):
        opened = opening.preview(room.version_id, room.lesson_id, person_id=clerk.person())
    yield Host(packages.content_client(app), room, opened)


def test_a_file_of_the_package(host: Host) -> None:
    whole = host.get("index.html?a=1&b=2")
    assert (whole.status_code, whole.data) == (200, GBK)
    # No charset: the page names its own.
    assert whole.headers["Content-Type"] == "text/html"
    part = host.get("index.html", headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.data) == (206, GBK[2:6])
    assert host.get("index.html", headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    assert host.get("index.html", headers={"Range": "bytes=9999-"}).status_code == 416


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("%E5%9B%BE/%E6%B0%B4%E7%A8%BBe%CC%81.js", "text/javascript"),  # asked in NFD, kept in NFC
        ("images/rice.png", "image/png"),  # written on Windows
        ("deep/", "text/html"),
        ("", "text/html"),
        ("data.xml", "text/xml"),
        ("strange.bin2", "application/octet-stream"),
    ],
)
def test_names_are_found_as_authors_write_them(host: Host, path: str, kind: str) -> None:
    answer = host.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)


@pytest.mark.parametrize(
    "path",
    ["none.html", "../index.html", "%2e%2e/index.html", "..%2findex.html", "index.html%00", "\\index.html", "%ff"],
)
def test_what_the_package_does_not_have_is_404_in_words(host: Host, path: str) -> None:
    answer = host.get(path)
    assert answer.status_code == 404
    assert "没有" in answer.text


def test_pages_are_shut_in(host: Host) -> None:
    """Sabotage: leave any of these out; tests/journeys/test_isolation.py shows what each of them stops."""
    answer = host.get("index.html")
    policy = answer.headers["Content-Security-Policy"]
    app_origin = "http://app.lms.localhost:8000"
    for rule in ("object-src 'none'", "base-uri 'self'", "form-action 'self'", f"frame-ancestors 'self' {app_origin}"):
        assert rule in policy
    assert "allow-top-navigation" not in policy and "escape" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "unload=*" in answer.headers["Permissions-Policy"]
    assert "Set-Cookie" not in answer.headers
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_a_token_does_nothing_on_another_host(host: Host) -> None:
    """Sabotage: leave the label out of read()."""
    other = f"http://{label_of(uuid4())}.content.lms.localhost:8000"
    assert host.client.get(f"{other}/c/{host.opened.token}/index.html").status_code == 404
    assert host.client.get(f"{other}/shell/{host.opened.token}").status_code == 404


def test_a_token_of_one_version_shows_no_file_of_another(host: Host, people: Cast) -> None:
    """Sabotage: look files up by their path alone."""
    packages.a_package(people, "document", {"secret.html": b"x"}, [{"kind": "document", "entry": "secret.html"}])
    assert host.get("secret.html").status_code == 404


def test_an_ended_launch_is_410_in_words(host: Host) -> None:
    with transaction(CONTENT):
        opening.end(host.opened.launch_id)
    answer = host.get("index.html")
    assert answer.status_code == 410
    assert "回到课程页" in answer.text


def test_every_door_there_says_that_it_is_public_and_opens_to_no_guess(app: Flask) -> None:
    """Sabotage: route anything on the content host that needs no token."""
    client = packages.content_client(app)
    content, origin = client.application, f"http://{label_of(uuid4())}.content.lms.localhost:8000"
    rules = [rule for rule in content.url_map.iter_rules() if "token" in rule.arguments]
    assert {rule.endpoint for rule in content.url_map.iter_rules()} == {rule.endpoint for rule in rules}
    for rule in rules:
        assert Access.PUBLIC in declared(content.view_functions[rule.endpoint]), rule
        values = dict.fromkeys(rule.arguments, "guessed") | {"token": "A" * 43}
        _, path = rule.build(values)
        for method in rule.methods - {"OPTIONS"}:
            # The door of cmi5 tokens says by its specification in the body that it gives none.
            if rule.endpoint == "package_records.fetch":
                assert "error-code" in client.post(origin + path).json
                continue
            # 422: what was sent is read before it is looked whose it is, and this is nothing.
            assert client.open(origin + path, method=method).status_code in {401, 403, 404, 422}, (rule, method)


def report(host: Host, uri: str) -> int:
    body = {"csp-report": {"blocked-uri": uri, "effective-directive": "script-src-elem"}}
    address = f"{origin_of(host.room.version_id)}/_csp/{host.opened.token}"
    return host.client.post(address, json=body, content_type="application/csp-report").status_code


def blocked() -> dict[str, int]:
    with transaction(SYSTEM):
        return {row.host: row.times for row in db.session.execute(select(BlockedHost.host, BlockedHost.times))}


def test_browsers_tell_which_hosts_they_stopped(host: Host, turn_clock: Callable[..., None]) -> None:
    """Sabotage: keep the whole address, or one row for each report."""
    for address in ("https://cdn.example.com/lib.js?who=1", "https://cdn.example.com/other.js", "inline", "data:", "{"):
        assert report(host, address) == 204
    assert blocked() == {"cdn.example.com": 1}
    turn_clock(minutes=61)
    report(host, "https://cdn.example.com/lib.js")
    assert blocked() == {"cdn.example.com": 2}


def test_no_page_can_fill_the_table_of_blocked_hosts(host: Host) -> None:
    """Sabotage: take every host."""
    for number in range(abroad.MOST_BLOCKED + 5):
        report(host, f"https://h{number}.example.com/")
    assert len(blocked()) == abroad.MOST_BLOCKED


def test_a_host_that_was_allowed_stands_in_the_policy(host: Host) -> None:
    administrator = host.room.people.principal("hequan")
    with transaction(administrator):
        version = publishing.version(host.room.version_id)
        abroad.let(version, " https://CDN.example.com/lib.js ", administrator.person())
    assert "https://cdn.example.com" in host.get("index.html").headers["Content-Security-Policy"]
    with transaction(administrator):
        abroad.forbid(version, "cdn.example.com")
    assert "cdn.example.com" not in host.get("index.html").headers["Content-Security-Policy"]


def test_kinds_without_a_shell_have_none(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_host, "_SHELLS", {})
    assert host.client.get(f"{origin_of(host.room.version_id)}/shell/{host.opened.token}").status_code == 404
