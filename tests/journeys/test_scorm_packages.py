"""SCOs in a browser: saved in whichever way the page is left, resumed, completed; a late beacon changes nothing."""

import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Frame, Page

from tests.learning.scorm import pages
from tests.learning.scorm.scos import ScoRoom, Shell, an_open_course, lesson, opened
from tests.people import bring_in

WAYS: dict[str, Callable[[Page], object]] = {
    "close": lambda page: page.close(),
    "navigate": lambda page: page.goto("about:blank"),
    "reload": lambda page: page.reload(),
    "remove": lambda page: page.evaluate("document.querySelector('iframe').remove()"),
}
LONG = 63_000
# Waits end as soon as there is what they wait for; a busy machine may take long.
PATIENCE_S = 60


@pytest.fixture
def port(live_app: Flask) -> Iterator[int]:
    with pages.served(live_app) as port:
        yield port


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="zh-CN", viewport={"width": 360, "height": 740})
    context.set_default_timeout(PATIENCE_S * 1000)
    yield context
    context.close()


class Reader:
    """A trainee's browser: a page of the app that frames the shell, as the lesson's page does."""

    def __init__(self, context: BrowserContext, room: ScoRoom, port: int) -> None:
        self.context, self.room, self.port = context, room, port
        self.complaints: list[str] = []
        self.refusals: list[int] = []

    def open(self) -> tuple[Page, Frame]:
        """Open the SCO; the page and the SCO's frame, once it is there."""
        self.shell: Shell = opened(self.room, None)  # type: ignore[arg-type]
        host = f"{self.shell.host.partition('.')[0]}.content.lms.localhost:{self.port}"
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("response", lambda got: self.refusals.append(got.status) if got.status >= 400 else None)
        page.goto(f"http://app.lms.localhost:{self.port}/framed?http://{host}/shell/{self.shell.token}")
        return page, self.sco(page)

    def sco(self, page: Page) -> Frame:
        """The SCO's frame, once it has asked its run-time where it is."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            for frame in page.frames:
                if "/c/" in frame.url and frame.query_selector("#place") and frame.inner_text("#place") != "?":
                    return frame
            page.wait_for_timeout(20)
        raise AssertionError([frame.url for frame in page.frames])

    def has_kept(self, location: str) -> bool:
        """Whether the server gets the place while somebody waits."""
        until = time.monotonic() + PATIENCE_S
        while self.room.attempts()[-1].location != location:
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
        return True


@pytest.mark.parametrize("standard", ["scorm12", "scorm2004"])
def test_the_four_ways_out_of_a_page_keep_the_last_save(
    standard: str, live_app: Flask, context: BrowserContext, port: int
) -> None:
    """Sabotage: add `addEventListener('pagehide', () => api.LMSFinish(''))` to the shell; send last words by plain fetch."""
    room = an_open_course(bring_in(), standard, [lesson("S1")], page=pages.sco(standard, LONG))
    reader = Reader(context, room, port)
    place = 1
    for name, leave in WAYS.items():
        place = _left(reader, place, leave) or _left(reader, place + 1, leave)
        assert place, name
        assert len(room.attempts()[-1].suspend_data) == LONG + 3, name
    page, sco = reader.open()
    assert sco.inner_text("#place") == str(place)
    sco.click("#finish")
    assert reader.has_kept(str(place))
    _passed(room)
    assert reader.complaints == []
    assert reader.refusals == []
    _late_beacon_is_refused(page, reader, room)


def test_a_last_word_too_large_for_a_beacon_comes_with_the_next_opening(
    live_app: Flask, context: BrowserContext, port: int
) -> None:
    """So does what a broken line kept back. Sabotage: keep the newest commit in memory alone; do not send `kept`."""
    room = an_open_course(bring_in(), "scorm12", [lesson("S1")], page=pages.sco("scorm12", LONG, noise=True))
    reader = Reader(context, room, port)
    page, sco = reader.open()
    sco.click("#next")
    page.close()
    _, sco = reader.open()
    assert (sco.inner_text("#place"), sco.inner_text("#entry")) == ("2", "resume")
    assert "kept" in [row.kind for row in room.log()]
    assert len(room.attempts()[-1].suspend_data) == LONG + 3


def _left(reader: Reader, place: int, leave: Callable[[Page], object]) -> int:
    """Go on to the next place and leave; the place if the page's last word has arrived, else 0.

    A browser gives a page that closes half a second, which a starved machine may sleep through: then the word comes with the
    next opening, and leaving is tried once more.
    """
    page, sco = reader.open()
    assert sco.inner_text("#place") == str(place)
    assert sco.inner_text("#entry") == ("resume" if place > 1 else "ab-initio")
    sco.click("#next")
    leave(page)
    arrived = reader.has_kept(str(place + 1))
    if not page.is_closed():
        page.close()
    return place + 1 if arrived else 0


def _passed(room: ScoRoom) -> None:
    until = time.monotonic() + PATIENCE_S
    while not room.attempts()[0].terminated:
        assert time.monotonic() < until
        time.sleep(0.02)
    [attempt] = room.attempts()
    assert (attempt.completion, attempt.success) == ("completed", "passed")
    assert attempt.number == 1


def _late_beacon_is_refused(page: Page, reader: Reader, room: ScoRoom) -> None:
    shell = next(frame for frame in page.frames[1:] if "/shell/" in frame.url)
    late = (
        "{method: 'POST', headers: {'Content-Type': 'text/plain'},"
        " body: JSON.stringify({run: 1, commitSequence: 1, cmi: {location: '1', core: {lesson_location: '1'}}})}"
    )
    status = shell.evaluate(f"fetch('/_rt/{reader.shell.token}/commit', {late}).then(answer => answer.status)")
    assert status == 409
    assert room.attempts()[0].location != "1"
