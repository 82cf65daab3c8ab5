"""What a trainee's page costs on a bad line, and whether it works by keyboard, at 200 % and in the larger version."""

from dataclasses import dataclass, field

import pytest

from tests.journeys.conftest import PHONE, Visitor

TRAINEE = "13800000001"
FIRST_VISIT, NEXT_VISIT, REQUESTS = 60_000, 10_000, 12
SIGNED_OUT = ["/sign-in", "/sign-in/password", "/verify", "/nowhere"]


@dataclass
class Meter:
    """Bytes and addresses of what a page transfers, as the browser's own network panel counts them."""

    hosts: dict[str, str] = field(default_factory=dict)
    own: int = 0
    requests: int = 0
    strangers: list[str] = field(default_factory=list)

    def watch(self, visitor: Visitor) -> "Meter":
        """Listen to a page; the content host (media) is counted apart, any other host is a stranger."""
        session = visitor.context.new_cdp_session(visitor.page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", lambda e: self.hosts.setdefault(e["requestId"], e["request"]["url"]))
        session.on("Network.responseReceived", lambda e: self._seen(e, visitor))
        session.on("Network.loadingFinished", lambda e: self._loaded(e, visitor))
        return self

    def _seen(self, event, visitor: Visitor) -> None:  # type: ignore[no-untyped-def]
        address = event["response"]["url"]
        if address.startswith("data:") or ".content.lms.localhost" in address:
            return
        if not address.startswith(visitor.origin):
            self.strangers.append(address)
        elif not event["response"].get("fromDiskCache"):
            self.requests += 1

    def _loaded(self, event, visitor: Visitor) -> None:  # type: ignore[no-untyped-def]
        if self.hosts.get(event["requestId"], "").startswith(visitor.origin):
            self.own += int(event["encodedDataLength"])


@pytest.fixture(scope="module")
def addresses(browser, house) -> dict[str, str]:
    """The trainee's pages by name, found as a thumb finds them, and the session that opens them."""
    visitor = Visitor(browser, house, **PHONE)
    visitor.sign_in(TRAINEE)
    page = visitor.page
    found = {"home": "/learn", "hours": "/learn/hours", "me": "/me"}
    page.goto("/learn")
    found["player"] = page.locator("main .main").first.get_attribute("href")
    page.goto(found["player"])
    found["transcript"] = found["player"].split("?")[0] + "/transcript"
    found["course"] = page.locator("a.back").get_attribute("href")
    page.goto(found["course"])
    found["quiz"] = page.locator("a.row").last.get_attribute("href")
    visitor.context.storage_state(path=house.data / "trainee.json")
    visitor.context.close()
    return found


@pytest.fixture
def trainee(browser, house, addresses):
    """The trainee with an empty cache."""
    visitor = Visitor(browser, house, storage_state=house.data / "trainee.json", **PHONE)
    yield visitor
    visitor.context.close()


PAGES = ["home", "course", "player", "transcript", "quiz", "hours", "me"]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_costs_little(trainee, addresses, name, record_property):
    """Sabotage: load a script library or a web font, or serve assets without a name to keep them by."""
    first = Meter().watch(trainee)
    trainee.page.goto(addresses[name], wait_until="networkidle")
    seen = (first.own, first.requests)
    second = Meter().watch(trainee)
    trainee.page.goto(addresses[name], wait_until="networkidle")
    record_property("page", f"{name}: first {seen[0]} bytes in {seen[1]} requests, next {second.own} bytes")
    print(f"{name}: first {seen[0]} bytes in {seen[1]} requests, next {second.own} bytes")
    assert 1000 < seen[0] <= FIRST_VISIT and seen[1] <= REQUESTS
    assert second.own <= NEXT_VISIT
    assert (second.own == 0) == (name == "transcript")  # a transcript is kept by the phone
    assert first.strangers == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_in_the_larger_version_and_the_dark(trainee, addresses, name):
    """Sabotage: a grey that is too light, a target too small, a heading twice."""
    page = trainee.page
    page.goto(addresses[name])
    trainee.accessible()
    page.emulate_media(color_scheme="dark")
    trainee.accessible()
    page.goto(addresses["home"])
    page.get_by_role("button", name="关怀版").click()
    page.locator("html[data-care]").wait_for(state="attached")
    page.goto(addresses[name])
    assert page.locator("html[data-care]").count() == 1
    trainee.accessible()
    assert page.evaluate("document.querySelectorAll('h1').length") == 1


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_cut_off_at_double_size(trainee, addresses, name):
    """Sabotage: give anything a fixed width. 200 % of a 640-pixel window is 320 CSS pixels."""
    trainee.page.set_viewport_size({"width": 320, "height": 640})
    trainee.page.goto(addresses[name])
    assert trainee.page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_lesson_is_reached_by_keyboard_alone(trainee, addresses):
    """Sabotage: take the focus ring away, or make the button a div."""
    page = trainee.page
    page.goto("/learn")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('main .main')"):
            break
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert page.evaluate("document.activeElement.matches('main .main')") and ring == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/lessons/**")
    assert page.locator("#player").count() == 1


@pytest.mark.parametrize("address", SIGNED_OUT)
def test_pages_before_sign_in_are_accessible(phone, address):
    """Sabotage: leave a label off."""
    phone.page.goto(address)
    phone.accessible()
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 360
