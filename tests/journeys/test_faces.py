"""确认是你本人 in a browser: the ways by their headings, a face from the yes to the hours, the roll of a class."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from lms import config
from lms.app import create_wsgi
from lms.foundation.services.programs import free_ports
from tests.journeys.conftest import DESK, PHONE, Visitor
from tests.learning.classroom import Classroom, an_open_class
from tests.learning.face_house import FaceHouse, open_face_house
from tests.people import PEOPLE, bring_in

# The data of the plans ask for a proof in the classes of this programme (identity_level 1).
SAFETY = "P09-new_staff"


@dataclass(frozen=True)
class Place:
    """Where pages are served; all that a visitor asks of a house."""

    origin: str


@contextmanager
def served(settings: config.Settings, faces: FaceHouse) -> Iterator[Place]:
    """The pages, with every header, and an account at a provider of faces."""
    [port] = free_ports(1)
    origins = {
        "app_origin": f"http://app.lms.localhost:{port}",
        "content_origin": f"http://content.lms.localhost:{port}",
    }
    house = create_wsgi(replace(settings, port=port, **origins, providers=faces.environ("aliyun")))
    server = make_server("127.0.0.1", port, house, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Place(origins["app_origin"])
    finally:
        server.shutdown()
        thread.join()


@pytest.fixture
def faces() -> Iterator[FaceHouse]:
    with open_face_house() as house:
        yield house


@pytest.fixture
def room(live_app: Flask) -> Classroom:
    opened = an_open_class(bring_in())
    opened.change(programme_code=SAFETY, place="镇文化站二楼")
    return opened


def sound(visitor: Visitor) -> None:
    """One heading, nothing that axe finds, nothing too wide, a quiet console."""
    assert visitor.page.locator("h1").count() == 1
    assert visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    visitor.accessible()
    visitor.no_complaints()


def test_a_face_from_the_yes_to_the_hours_and_the_roll_of_the_class(
    room: Classroom, faces: FaceHouse, settings: config.Settings, browser: Browser
) -> None:
    """Sabotage: run the provider's script in the page, send the form straight to the provider, leave the frame out of the policy."""
    with served(settings, faces) as place:
        trainee = Visitor(browser, place, **PHONE)  # type: ignore[arg-type]
        page = trainee.page
        trainee.sign_in(PEOPLE["xiulan"].phone)
        page.goto(f"/learn/courses/{room.registrations['xiulan']}/identity")
        assert page.locator("h2").all_inner_texts() == ["短信验证码", "手机的通行密钥", "请老师当面确认", "刷脸"]
        sound(trainee)
        page.get_by_role("link", name="先看刷脸的同意书").click()
        page.get_by_role("heading", name="同意由阿里云看脸确认是你本人").wait_for()
        sound(trainee)
        assert faces.asked == []
        page.get_by_role("button", name="我同意").click()
        page.get_by_role("button", name="刷脸确认").click()
        page.get_by_role("link", name="打开阿里云的页面").wait_for()
        sound(trainee)
        page.get_by_role("link", name="打开阿里云的页面").click()
        page.wait_for_url(f"**/learn/courses/{room.registrations['xiulan']}")
        page.goto(f"/learn/courses/{room.registrations['xiulan']}/identity")
        page.get_by_text("用的是人脸核验").wait_for()
        sound(trainee)
        assert [action for action, _ in faces.asked] == ["InitFaceVerify", "DescribeFaceVerify"]
        trainee.context.close()
        _roll(room, browser, place)


def _roll(room: Classroom, browser: Browser, place: Place) -> None:
    clerk = Visitor(browser, place, **DESK)  # type: ignore[arg-type]
    clerk.sign_in(PEOPLE["liumin"].phone)
    page = clerk.page
    page.goto(f"/learn/cohorts/{room.cohort_id}/attest")
    sound(clerk)
    assert page.locator("nav [aria-current]").inner_text().strip() == "班级"
    page.get_by_label("何阿辉").check()
    page.get_by_role("button", name="确认勾上的人在教室").click()
    page.get_by_role("heading", name="今天确认过的 1 人").wait_for()
    page.set_viewport_size({"width": 320, "height": 640})
    sound(clerk)
    clerk.context.close()
