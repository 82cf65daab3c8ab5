"""A running platform and a browser for the journeys."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.house import ROOT, House, open_house

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / "tests" / ".output" / "screenshots"
PHONE = {"viewport": {"width": 360, "height": 800}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
DESK = {"viewport": {"width": 1280, "height": 800}}
# Waits end as soon as there is what they wait for; a busy machine may take long.
PATIENCE_S = 60


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """The platform, started once for all journeys."""
    running = open_house()
    yield running
    running.stop()


class Visitor:
    """Somebody in front of a browser; every error of the console or the policy is remembered."""

    def __init__(self, browser: Browser, house: House, **screen: object) -> None:
        self.context = browser.new_context(locale="zh-CN", base_url=house.origin, **screen)  # type: ignore[arg-type]
        self.context.set_default_timeout(PATIENCE_S * 1000)
        self.origin = house.origin
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._heard)

    def _heard(self, message) -> None:  # type: ignore[no-untyped-def]
        if message.type == "error" and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def sign_in(self, phone: str) -> None:
        """Open the sign-in page and sign in."""
        self.page.goto("/sign-in")
        self.enter(phone)

    def enter(self, phone: str) -> None:
        """Sign in from the sign-in page with what the demonstration shows: the code, and for staff the second factor."""
        self.page.get_by_label("手机号").fill(phone)
        self.page.get_by_role("button", name="收短信验证码").click()
        code = re.search(r"验证码是 (\d{6})", self.page.inner_text("main"))
        assert code, self.page.inner_text("main")
        self.page.get_by_label("短信验证码").fill(code[1])
        self.page.get_by_role("button", name="登录", exact=True).click()
        self.page.wait_for_url(lambda address: "/sign-in/code" not in address)
        if "/sign-in/second" in self.page.url or "/sign-in/enrol" in self.page.url:
            self._second()
        self.page.wait_for_url(lambda address: "/sign-in" not in address)

    def _second(self) -> None:
        """Give the code of the app; whoever has none yet enrols and keeps the ten codes."""
        first_time = "/sign-in/enrol" in self.page.url
        shown = re.search(r"动态码是 (\d{6})", self.page.inner_text("main"))
        assert shown, self.page.inner_text("main")
        self.page.get_by_label("动态码", exact=True).fill(shown[1])
        self.page.get_by_role("button", name="设好了" if first_time else "登录", exact=True).click()
        if first_time:
            self.page.get_by_role("link", name="存好了，继续").click()

    def until(self, expression: str, seconds: float = PATIENCE_S) -> None:
        """Wait for something to become true; the page's policy forbids the evaluation of strings inside it."""
        end = time.monotonic() + seconds
        while not self.page.evaluate(expression):
            assert time.monotonic() < end, f"{expression}\n{self.page.inner_text('main')}"
            self.page.wait_for_timeout(100)

    def picture(self, name: str) -> None:
        """Keep a picture of the whole page for people to look at."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)

    def accessible(self) -> None:
        """No fault that axe finds, and every target big enough for a thumb."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        faults = [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found["violations"]]
        assert faults == [], faults
        assert self.page.evaluate(SMALL_TARGETS) == []

    def no_complaints(self) -> None:
        """The console stayed clean: no script error, nothing stopped by the policy."""
        assert self.complaints == []


SMALL_TARGETS = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')]
  .filter(e => e.getClientRects().length && !e.closest('.vh, p, dd, li p, caption, .note p, td div > a'))
  .filter(e => !(e.matches('input[type=radio], input[type=checkbox]') && e.closest('label')))
  .map(e => [e, e.getBoundingClientRect()])
  .filter(([e, r]) => r.height < 43.5 || r.width < 43.5)
  .map(([e, r]) => `${e.outerHTML.slice(0, 90)} ${Math.round(r.width)}x${Math.round(r.height)}`)"""


@pytest.fixture
def phone(browser: Browser, house: House) -> Iterator[Visitor]:
    """Somebody with a phone of 360 × 800."""
    visitor = Visitor(browser, house, **PHONE)
    yield visitor
    visitor.context.close()


@pytest.fixture
def desk(browser: Browser, house: House) -> Iterator[Visitor]:
    """Somebody at a desk."""
    visitor = Visitor(browser, house, **DESK)
    yield visitor
    visitor.context.close()


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A folder for files to upload."""
    return tmp_path
