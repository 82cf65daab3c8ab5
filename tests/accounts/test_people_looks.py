"""How the pages about people look and read: in a real browser, served by the application in this very process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Route

from lms.web.headers import page_policy
from lms.web.manifest import STATIC
from tests.accounts.papers import papers_of
from tests.accounts.test_people_pages import agree, picture, say
from tests.journeys.conftest import AXE, PICTURES, SMALL_TARGETS
from tests.people import Cast

ORIGIN = "http://app.lms.localhost"
# Pages that look different once something is known; tests/journeys/test_every_page.py walks all of them empty.
MINE = ("details", "situation", "data")
FIRST_VISIT = 60_000


@contextmanager
def window(browser: Browser, client: FlaskClient, width: int) -> Iterator[Page]:
    """A page of a browser whose every request is answered by the test client, under the policy of the platform."""

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        if path.startswith("/static/"):
            return route.fulfill(path=STATIC / path.removeprefix("/static/").split("?")[0])
        sent = route.request.post_data_buffer
        kind = route.request.headers.get("content-type")
        got = client.open(path, method=route.request.method, data=sent, content_type=kind, follow_redirects=True)
        headers = {"content-type": got.content_type, "content-security-policy": page_policy(ORIGIN)}
        return route.fulfill(status=got.status_code, headers=headers, body=got.data)

    context = browser.new_context(locale="zh-CN", viewport={"width": width, "height": 800}, base_url=ORIGIN)
    context.route("**/*", answer)
    try:
        yield context.new_page()
    finally:
        context.close()


def looks_right(page: Page, name: str) -> None:
    """No fault that axe finds, targets for thumbs, nothing wider than the screen."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    faults = [(v["id"], [node["html"][:160] for node in v["nodes"]]) for v in found["violations"]]
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"people-{name}.png", full_page=True)
    assert (name, faults) == (name, [])
    assert (name, page.evaluate(SMALL_TARGETS)) == (name, [])
    size = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    page.set_viewport_size(size)


@pytest.fixture
def known(people: Cast, client_for: Callable[[UUID | None], FlaskClient]) -> dict[str, Any]:
    """xiulan with something of every kind said of her."""
    client, ids = client_for(people.xiulan), papers_of(people)
    agree(client)
    say(client, "disability", "visual", file=picture())
    say(client, "education", "3")
    client.post("/me/correction", data={"field": "name", "wanted": "黄秀兰·阿依", "reason": "名单写错"})
    return {**ids, "client": client}


def test_the_pages_of_oneself_on_a_phone(known: dict[str, Any], browser: Browser) -> None:
    """Sabotage: a label less, a table that does not become cards, a button of 30 px."""
    with window(browser, known["client"], 360) as page:
        for address in MINE:
            page.goto(f"/me/{address}")
            looks_right(page, f"{address.replace('/', '-')}-360")
            assert len(page.content().encode()) < FIRST_VISIT
        page.goto("/me/situation/add")
        page.get_by_label("是哪一方面").select_option("veteran_route")
        page.get_by_role("button", name="下一步").click()
        page.get_by_role("button", name="记下来").click()
        looks_right(page, "value-360")
        assert "从列出的几项里选一项" in page.inner_text("main")


def test_the_pages_of_staff_at_a_desk(
    people: Cast, known: dict[str, Any], browser: Browser, client_for: Callable[[UUID | None], FlaskClient]
) -> None:
    """Sabotage: a heading less, two buttons of one name."""
    with window(browser, client_for(people.liumin), 1280) as page:
        for name, address in (
            ("decide", f"/people/{people.xiulan}/corrections"),
            ("person", f"/people/{people.xiulan}"),
        ):
            page.goto(address)
            looks_right(page, f"{name}-1280")
        page.get_by_label("为什么要看", exact=True).fill("核残疾人证")
        page.get_by_role("button", name="打开来看").click()
        assert "残疾类别：视力残疾" in page.inner_text("main")
        looks_right(page, "opened-1280")
