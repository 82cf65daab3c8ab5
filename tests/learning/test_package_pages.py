"""The page that frames a package, the looks before it is taught, and the hosts abroad."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.foundation.database import db, transaction
from lms.learning.models import HourLedger, Launch, RemoteHost, StudySession
from lms.publishing.links import label_of
from tests.learning import classroom, packages
from tests.people import SYSTEM, Cast

Client = Callable[[UUID | None], FlaskClient]
WECHAT = "Mozilla/5.0 (Linux; Android 13; Mobile) MicroMessenger/8.0"
OWN_WINDOW = {
    "kind": "document",
    "entry": "index.html",
    "settings": {"type": "html", "launch_method": "OwnWindow"},
    "places": 3,
}


@pytest.fixture
def learnt(people: Cast) -> dict[str, UUID]:
    """A document that xiulan learns."""
    return packages.learnt(people)


def page_of(learnt: dict[str, UUID]) -> str:
    return f"/learn/courses/{learnt['registration_id']}/lessons/{learnt['lesson_id']}"


def test_the_page_says_what_opening_costs(client_for: Client, people: Cast, learnt: dict[str, UUID]) -> None:
    """Sabotage: show the frame before anybody has asked for it."""
    page = client_for(people.xiulan).get(page_of(learnt)).text
    assert "全部打开约" in page and "0:00" in page and "/ 10:00" in page
    assert "<iframe" not in page
    assert "allow-top-navigation" not in page and "allow-scripts allow-same-origin" in page
    assert "JavaScript 关着" in page


def test_opening_gives_an_address_of_the_versions_own_host(
    client_for: Client, people: Cast, learnt: dict[str, UUID]
) -> None:
    told = client_for(people.xiulan).post(page_of(learnt) + "/open", json={}).json
    assert told["url"].startswith(f"http://{label_of(learnt['version_id'])}.content.lms.localhost:8000/shell/")
    assert told["beats"] == f"/learn/sessions/{told['session']}/beats"
    assert (told["own_window"], told["beat_seconds"]) == (False, 30)
    with transaction(SYSTEM):
        [launch] = db.session.scalars(select(Launch))
        assert (launch.kind, str(launch.session_id), launch.tied) == ("class", told["session"], True)
        assert launch.actor["account"]["name"] == str(people.xiulan)


def test_signing_out_ends_the_lesson(client_for: Client, people: Cast, learnt: dict[str, UUID], app) -> None:
    """Sabotage: open it without the browser."""
    client = client_for(people.xiulan)
    shell = client.post(page_of(learnt) + "/open", json={}).json["url"]
    content = packages.content_client(app)
    assert content.get(shell).status_code == 200
    client.post("/sign-out")
    assert content.get(shell).status_code == 410


def test_a_button_pressed_before_the_script_was_there(
    client_for: Client, people: Cast, learnt: dict[str, UUID]
) -> None:
    """On a bad line people press first. Sabotage: open it in the tab, where nobody sends beats."""
    answer = client_for(people.xiulan).post(page_of(learnt) + "/open")
    assert (answer.status_code, answer.location) == (303, page_of(learnt) + "#open")
    with transaction(SYSTEM):
        assert db.session.scalar(select(func.count()).select_from(Launch)) == 0


def look(learnt: dict[str, UUID]) -> str:
    return f"/learn/versions/{learnt['version_id']}/lessons/{learnt['lesson_id']}/preview"


@pytest.mark.parametrize("who", ["liumin", "hequan"])
def test_a_look_is_as_a_trainees_and_leaves_nothing(
    client_for: Client, people: Cast, learnt: dict[str, UUID], who: str
) -> None:
    """Sabotage: begin a study session, or show the trainee's figures."""
    client = client_for(people.ids[who])
    page = client.get(look(learnt)).text
    assert "不记学习记录" in page and "计入时间" not in page
    [back] = re.findall(r'class="back" href="([^"]+)"', page)
    assert client.get(back).status_code == 200
    told = client.post(look(learnt), json={}).json
    assert (told["session"], told["beats"]) == (None, "")
    with transaction(SYSTEM):
        assert db.session.scalar(select(func.count()).select_from(StudySession)) == 0
        assert db.session.scalar(select(func.count()).select_from(HourLedger)) == 0
        [launch] = db.session.scalars(select(Launch))
        assert (launch.kind, launch.mode) == ("preview", "Normal")
        assert str(people.ids[who]) not in str(launch.actor)


def test_nobody_else_looks(client_for: Client, people: Cast, learnt: dict[str, UUID]) -> None:
    """Published versions are seen by everybody; their lessons are not. Sabotage: leave out seen()."""
    for who in ("chenbo", "zhaojun", "xiulan"):
        client = client_for(people.ids[who])
        assert client.get(look(learnt)).status_code == 404
        assert client.post(look(learnt), json={}).status_code == 404


def test_wechat_is_told_where_a_window_of_its_own_opens(client_for: Client, people: Cast) -> None:
    """Sabotage: say it to everybody, or to nobody."""
    room = packages.a_package(people, "cmi5", {"index.html": b"x"}, [OWN_WINDOW])
    address = f"/learn/versions/{room.version_id}/lessons/{room.lesson_id}/preview"
    client = client_for(people.liumin)
    assert "在浏览器打开" in client.get(address, headers={"User-Agent": WECHAT}).text
    assert "在浏览器打开" not in client.get(address).text
    assert client.post(address, json={}).json["own_window"] is True
    # Without a script a page leads to it.
    page = client.post(address)
    assert page.status_code == 200 and "/shell/" in page.text and 'rel="noreferrer"' in page.text


def test_a_lesson_abroad_opens_only_where_it_was_allowed(client_for: Client, people: Cast) -> None:
    """Sabotage: frame whatever a package names."""
    abroad = {"kind": "document", "entry": "https://player.example.com/c/1", "settings": {"type": "html"}}
    room = packages.a_package(people, "document", {"index.html": b"x"}, [abroad], "approved")
    administrator = client_for(people.hequan)
    hosts = f"/learn/versions/{room.version_id}/hosts"
    assert "还没有" in administrator.get(hosts).text
    for junk in ("", "http://player.example.com", "javascript:alert(1)", "a b", "*.example.com", "localhost"):
        answer = administrator.post(hosts, data={"host": junk, "do": "let"})
        assert answer.status_code == 422
    assert administrator.post(hosts, data={"host": "Player.example.com", "do": "let"}).status_code == 303
    assert "player.example.com" in administrator.get(hosts).text
    administrator.post(hosts, data={"host": "player.example.com", "do": "forbid"})
    with transaction(SYSTEM):
        assert db.session.scalar(select(func.count()).select_from(RemoteHost)) == 0


def test_videos_and_quizzes_are_looked_at_too(client_for: Client, people: Cast) -> None:
    """Sabotage: show the answers, or the figures of a trainee."""
    room = classroom.an_open_class(people, trainees=("xiulan",))
    client = client_for(people.liumin)
    address = f"/learn/versions/{room.version_id}/lessons/"
    film = client.get(f"{address}{room.video_id}/preview").text
    assert "拍好产品照片" in film and "不记学习记录" in film and "计入时间" not in film
    questions = client.get(f"{address}{room.quiz_id}/preview").text
    assert "拍水果用哪种光" in questions and "闪光灯" in questions
    assert "窗边的光软" not in questions
    assert client.post(f"{address}{room.quiz_id}/preview", json={}).status_code == 404
