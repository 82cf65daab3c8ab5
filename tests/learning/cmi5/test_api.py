"""/api/cmi5 as an outside system sees it: a key of its own kind, packages in, launches, waivers, endings, and what is refused."""

import zipfile
from base64 import b64encode
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from lms.cli import cli
from lms.foundation.database import db, transaction
from lms.foundation.errors import NotFound, Refused
from lms.learning.actions.cmi5 import keys
from lms.learning.models import Launch
from lms.lrs import keys as lrs_keys
from lms.lrs.rules.vocabulary import Verb
from lms.publishing.models import Package
from tests.learning.cmi5.world import ACTOR, Au, content_client, verbs
from tests.people import SYSTEM

GIVEN = {"account": ACTOR["account"]}
SCHEMA = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"
TITLE = '<title><langstring lang="zh">{}</langstring></title><description><langstring lang="zh">。</langstring></description>'


def structure(*aus: str, course: str = "https://author.example/c") -> bytes:
    """A cmi5.xml with these AUs in one block."""
    block = f'<block id="https://author.example/b">{TITLE.format("单元")}{"".join(aus)}</block>'
    about = f'<course id="{course}">{TITLE.format("水稻育秧")}</course>'
    return f'<?xml version="1.0" encoding="utf-8"?><courseStructure xmlns="{SCHEMA}">{about}{block}</courseStructure>'.encode()


def an_au(number: int = 1, url: str = "index.html", attributes: str = 'moveOn="Completed"') -> str:
    """One AU of it."""
    return f'<au id="https://author.example/au/{number}" {attributes}>{TITLE.format(f"第 {number} 课")}<url>{url}</url></au>'


def a_zip(*aus: str, **files: bytes) -> bytes:
    """A package of these AUs."""
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cmi5.xml", structure(*(aus or (an_au(),))))
        for name, data in ({"index.html": b"<!doctype html><title>AU</title>"} | files).items():
            archive.writestr(name, data)
    return kept.getvalue()


class Outside:
    """A system with a key."""

    def __init__(self, app, issued) -> None:
        self.client = app.test_client()
        pair = b64encode(f"{issued.key}:{issued.secret}".encode()).decode()
        self.headers = {"Authorization": f"Basic {pair}"}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One request; a body that is no bytes goes as JSON."""
        sent = {"data": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        return self.client.open(f"/api/cmi5{path}", method=method, headers={**self.headers, **headers}, **sent)

    def take_in(self, data: bytes, kind: str = "application/zip") -> Any:
        """Send a package."""
        return self.ask("POST", "/courses", data, **{"Content-Type": kind})

    def course(self, *aus: str) -> str:
        """A course of theirs."""
        answer = self.take_in(a_zip(*aus))
        assert answer.status_code == 201, answer.text
        found: str = answer.get_json()["id"]
        return found


@pytest.fixture
def outside(app, people):
    """The school's own system."""
    with transaction(SYSTEM):
        issued = keys.issue(people.organisations["anyi"], "市平台", people.liumin)
    return Outside(app, issued)


def test_a_course_is_taken_in_launched_learnt_and_looked_at(app, people, outside):
    """The whole way of an outside system. Sabotage: answer with another course's AU, or forget what is satisfied."""
    taken = outside.take_in(a_zip(an_au(1), an_au(2, "index.html?a=1", 'moveOn="Passed" launchMethod="OwnWindow"')))
    assert taken.status_code == 201
    course = taken.get_json()
    assert [au["moveOn"] for au in course["aus"]] == ["Completed", "Passed"]
    assert course["publisherId"] == "https://author.example/c"
    assert outside.ask("GET", f"/courses/{course['id']}").get_json() == course
    asked = {"actor": GIVEN, "auIndex": 0, "returnURL": "https://other.example/back"}
    first = outside.ask("POST", f"/courses/{course['id']}/launches", asked)
    assert first.status_code == 201 and first.get_json()["launchMethod"] == "AnyWindow"
    opened = first.get_json()
    au = Au(content_client(app), opened["url"])
    assert au.actor == ACTOR
    au.begin()
    assert au.read_launch_data()["returnURL"] == "https://other.example/back"
    assert au.say(Verb.COMPLETED).status_code == 204
    standing = outside.ask("GET", f"/registrations/{opened['registration']}").get_json()
    assert [au["satisfied"] for au in standing["aus"]] == [True, False]
    assert standing["satisfied"] is False and standing["sessions"][0]["state"] == "open"
    assert (
        outside.ask(
            "POST", f"/registrations/{opened['registration']}/waivers", {"auIndex": 1, "reason": "已有证书"}
        ).status_code
        == 201
    )
    assert outside.ask("POST", f"/sessions/{opened['session']}/abandonment").status_code == 201
    standing = outside.ask("GET", f"/registrations/{opened['registration']}").get_json()
    assert standing["satisfied"] is True and standing["blocks"][0]["satisfied"] is True
    assert standing["aus"][1]["waived"] is True and standing["sessions"][0]["state"] == "abandoned"
    wanted = ["launched", "initialized", "completed", "waived", "satisfied", "satisfied", "abandoned"]
    assert verbs(people, opened["registration"]) == wanted


def test_a_structure_alone_is_taken_in_with_a_thousand_aus(outside):
    """Bare XML, over 1000 AUs (6.1.0.0-2, 14.0.0.0-1). Sabotage: want a zip, or end at 1000."""
    aus = [an_au(n, f"https://au.example/{n}/") for n in range(1, 1102)]
    answer = outside.take_in(structure(*aus), "text/xml")
    assert answer.status_code == 201 and len(answer.get_json()["aus"]) == 1101


REFUSED = {
    "an endpoint in the query": a_zip(an_au(1, "index.html?endpoint=x")),
    "no such file": a_zip(an_au(1, "other.html")),
    "two AUs of one id": a_zip(an_au(1), an_au(1)),
    "an id that is no IRI": a_zip(an_au(1).replace("https://author.example/au/1", "au-1")),
    "no zip": b"PK not a zip",
    "nothing": b"",
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_package_is_refused_with_its_reasons_and_leaves_nothing(outside, what):
    """Sabotage: store before reading, or answer without findings."""
    answer = outside.take_in(REFUSED[what])
    assert answer.status_code == 422 and answer.get_json()["error"] == "package_refused"
    assert answer.get_json()["findings"] and answer.get_json()["message"]
    with transaction(SYSTEM):
        assert db.session.scalar(select(func.count()).select_from(Package)) == 0


def test_other_kinds_of_packages_are_refused_here(outside):
    """A page in a zip is a document elsewhere, and nothing here. Sabotage: leave formats out of import_now."""
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("index.html", "<!doctype html><title>x</title>")
    assert outside.take_in(kept.getvalue()).status_code == 422
    assert outside.take_in(b"# words", "text/markdown").status_code == 415
    assert outside.take_in(structure(an_au(1)), "text/xml").status_code == 422


def test_only_a_key_made_for_it_opens_the_door(app, people, outside):
    """Sabotage: take any good key, or let this one into the record store."""
    with transaction(SYSTEM):
        records = Outside(app, lrs_keys.issue(people.organisations["anyi"], "记录", ("all",)))
    answer = records.ask("GET", f"/courses/{uuid4()}")
    assert answer.status_code == 403 and answer.get_json()["error"] == "wrong_key"
    assert records.take_in(a_zip()).status_code == 403
    front = outside.client.get("/xapi/statements", headers={**outside.headers, "X-Experience-API-Version": "1.0.3"})
    assert front.status_code == 403
    outside.headers = {"Authorization": "Basic Zm9vOmJhcg=="}
    answer = outside.ask("GET", f"/courses/{uuid4()}")
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Basic")


def test_another_organisation_finds_nothing(app, people, outside):
    """Absent and forbidden are told alike. Sabotage: load by id alone."""
    course = outside.course()
    opened = outside.ask("POST", f"/courses/{course}/launches", {"actor": GIVEN}).get_json()
    with transaction(SYSTEM):
        other = Outside(app, keys.issue(people.organisations["qiming"], "别家"))
    assert other.ask("GET", f"/courses/{course}").status_code == 404
    assert other.ask("POST", f"/courses/{course}/launches", {"actor": GIVEN}).status_code == 404
    assert other.ask("GET", f"/registrations/{opened['registration']}").status_code == 404
    waiver = {"auIndex": 0, "reason": "x"}
    assert other.ask("POST", f"/registrations/{opened['registration']}/waivers", waiver).status_code == 404
    assert other.ask("POST", f"/sessions/{opened['session']}/abandonment").status_code == 404


LAUNCHES = {
    "no actor": {},
    "a mailbox": {"actor": {"mbox": "mailto:a@example.com"}},
    "a name": {"actor": {**GIVEN, "name": "张三"}},
    "a group": {"actor": {**GIVEN, "objectType": "Group"}},
    "an account without home": {"actor": {"account": {"name": "x"}}},
    "a home that is no IRI": {"actor": {"account": {"homePage": "here", "name": "x"}}},
    "an empty name": {"actor": {"account": {"homePage": "https://o.example", "name": " "}}},
    "a negative AU": {"actor": GIVEN, "auIndex": -1},
    "an AU in words": {"actor": GIVEN, "auIndex": "first"},
    "a mode of nobody": {"actor": GIVEN, "launchMode": "Fast"},
    "a registration that is none": {"actor": GIVEN, "registration": "x"},
    "a script to return to": {"actor": GIVEN, "returnURL": "javascript:alert(1)"},
    "an unknown field": {"actor": GIVEN, "x": 1},
    "a list": [GIVEN],
}


@pytest.fixture
def course(outside):
    """A course of the outside system."""
    return outside.course()


def test_launches_that_say_nothing_sensible_are_refused_and_begin_nothing(outside, course):
    """Sabotage: take any field as it comes."""
    for what, body in LAUNCHES.items():
        answer = outside.ask("POST", f"/courses/{course}/launches", body)
        assert answer.status_code == 422 and answer.get_json()["message"], what
    for body in (b"{", b"\xff", b"[" * 3000, b'{"actor":' + b" " * 30_000 + b"{}}"):
        assert outside.ask("POST", f"/courses/{course}/launches", body).status_code == 422
    beyond = outside.ask("POST", f"/courses/{course}/launches", {"actor": GIVEN, "auIndex": 1})
    assert beyond.status_code == 404 and "1 个 AU" in beyond.get_json()["message"]
    with transaction(SYSTEM):
        assert db.session.scalar(select(func.count()).select_from(Launch)) == 0


def test_waivers_and_endings_that_cannot_be_are_refused_with_their_reason(outside, course):
    """Sabotage: waive without a reason, end twice."""
    opened = outside.ask("POST", f"/courses/{course}/launches", {"actor": GIVEN}).get_json()
    address = f"/registrations/{opened['registration']}/waivers"
    for body in ({"auIndex": 0}, {"auIndex": 0, "reason": "  "}, {"reason": "x"}, {"auIndex": 0, "reason": "x" * 501}):
        assert outside.ask("POST", address, body).status_code == 422
    assert outside.ask("POST", address, {"auIndex": 9, "reason": "x"}).status_code == 404
    assert outside.ask("POST", address, {"auIndex": 0, "reason": "x"}).status_code == 201
    assert outside.ask("POST", address, {"auIndex": 0, "reason": "x"}).status_code == 409
    assert outside.ask("POST", f"/registrations/{uuid4()}/waivers", {"auIndex": 0, "reason": "x"}).status_code == 404
    assert outside.ask("POST", f"/sessions/{opened['session']}/abandonment").status_code == 201
    assert outside.ask("POST", f"/sessions/{opened['session']}/abandonment").status_code == 409
    assert outside.ask("POST", f"/sessions/{uuid4()}/abandonment").status_code == 404


def test_a_taken_registration_is_a_conflict(outside, course):
    """Sabotage: let the second actor have it."""
    opened = outside.ask("POST", f"/courses/{course}/launches", {"actor": GIVEN}).get_json()
    again = {"actor": GIVEN, "registration": opened["registration"]}
    assert outside.ask("POST", f"/courses/{course}/launches", again).status_code == 201
    other = {"actor": {"account": {**GIVEN["account"], "name": "u-2"}}, "registration": opened["registration"]}
    answer = outside.ask("POST", f"/courses/{course}/launches", other)
    assert answer.status_code == 409 and answer.get_json()["error"] == "registration_taken"


def test_somebody_answers_for_a_key(app, people):
    """Sabotage: make keys that nobody answers for."""
    with transaction(SYSTEM):
        with pytest.raises(NotFound):
            keys.issue(people.organisations["anyi"], "市平台", people.chenbo)
        with pytest.raises(Refused):
            keys.issue(uuid4(), "市平台")
    run = app.test_cli_runner().invoke(cli, ["cmi5-key", "市平台", "--organisation", "安颐职业培训学校", "--json"])
    assert run.exit_code == 0 and '"secret"' in run.output
    assert app.test_cli_runner().invoke(cli, ["cmi5-key", "x", "--organisation", "没有"]).exit_code == 1
