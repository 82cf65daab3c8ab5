"""Packages on the content host: one that attacks, framed and in a tab of its own, and wins nothing; one that is read.

The browser is Chromium as it comes, the hosts are siblings as in production (design.md, decision 5; packages.md 4). The
attempts are in probe/probe.js; what shows from outside alone is looked at here. Sabotage: leave out of the
policy connect-src, form-action, frame-src, base-uri, default-src or frame-ancestors; the sandbox of the frame; the refusal
of service workers; the label in launch_of(); the prefix of a cookie; serve one application on both hosts.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Frame, Page, Request

from tests.journeys import stages
from tests.journeys.conftest import PHONE, Visitor
from tests.journeys.house import House
from tests.learning.pdfs import a_pdf

PROBE = Path(__file__).with_name("probe")
XIULAN, AHUI = "13800000001", "13800000002"
ELSEWHERE = "https://elsewhere.invalid/won"
LEAST = 60
KEPT_BACK = "ERR_BLOCKED_BY_RESPONSE"
CODE = "2026-6"
DOCUMENT = {"kind": "document", "title": "探针", "entry": "index.html", "settings": {"type": "html", "pages": None}}

BOOK = {
    "kind": "document",
    "title": "水稻育秧",
    "entry": "book.pdf",
    "settings": {"type": "pdf", "pages": 4},
    "places": 4,
}


@dataclass
class Victim:
    """A signed-in trainee whose browser plays the probe; `reached` are requests of other people's pages that the app answered."""

    visitor: Visitor
    app: str
    own: list[Page] = field(default_factory=list)
    reached: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Look at every request that the app or the machines' door answered, also where the browser then kept the answer back."""
        context = self.visitor.context
        context.on("response", lambda response: self._answered(response.request))
        context.on(
            "requestfailed", lambda request: self._answered(request) if KEPT_BACK in (request.failure or "") else None
        )

    def _answered(self, request: Request) -> None:
        if urlsplit(request.url).netloc not in {urlsplit(self.app).netloc, f"127.0.0.1:{urlsplit(self.app).port}"}:
            return
        try:
            frame = request.frame
        except Exception:
            # A window that is not there yet, which is a link like any other; or a worker.
            if request.method != "GET" or not request.is_navigation_request():
                self.reached.append(f"{request.method} {request.url} from a worker or a new window")
            return
        ours = frame.page in self.own and frame == frame.page.main_frame
        if not ours and not self._a_link(request, frame):
            self.reached.append(f"{request.method} {request.url} from {frame.url}")

    def _a_link(self, request: Request, frame: Frame) -> bool:
        """A window that the probe opened may show the app: it is a link like any other, and nobody reads it."""
        alone = frame.page not in self.own and frame == frame.page.main_frame and request.method == "GET"
        return alone and (request.is_navigation_request() or frame.url.startswith(self.app))


@pytest.fixture(scope="module")
def both(house: House, tmp_path_factory: pytest.TempPathFactory) -> list[stages.Stage]:
    """The probe, as two lessons of both trainees; and a package of somebody else."""
    probe, other = tmp_path_factory.mktemp("probe"), tmp_path_factory.mktemp("other")
    shutil.copytree(PROBE, probe, dirs_exist_ok=True)
    (other / "index.html").write_text("<!doctype html><title>别的课</title><h1>别的课</h1>")
    (probe / "book.pdf").write_bytes(a_pdf([[f"第 {n} 页", "先把种子在清水里泡两天"] for n in range(1, 5)]))
    lessons = [DOCUMENT, {**DOCUMENT, "title": "探针二"}, BOOK]
    one = {"format": "document", "lessons": lessons, "phones": [XIULAN, AHUI], "code": CODE + "1"}
    two = {"format": "document", "lessons": [DOCUMENT], "phones": [AHUI], "code": CODE + "2"}
    return stages.put_on(house, (probe, one), (other, two))


@pytest.fixture(scope="module")
def stage(both: list[stages.Stage]) -> stages.Stage:
    """The probe."""
    return both[0]


def opened(visitor: Visitor, address: str) -> tuple[str, str]:
    """Open a lesson on its page; gives the address of its shell and of its beats."""
    visitor.page.goto(address)
    # Pressed before the script was there, the button leads back to it.
    with visitor.page.expect_response(lambda answer: answer.url.endswith("/open") and answer.status == 200) as answered:
        visitor.page.locator("[data-do=open]").click()
    told = answered.value.json()
    return told["url"], told["beats"]


def file_of(shell: str) -> str:
    """The first file of the package whose shell this is."""
    return shell.replace("/shell/", "/c/") + "/index.html"


@pytest.fixture(scope="module")
def stranger(browser, house: House, both: list[stages.Stage]) -> Iterator[str]:  # type: ignore[no-untyped-def]
    """The shell that another trainee has open at this moment, of another package."""
    visitor = Visitor(browser, house, **PHONE)
    visitor.sign_in(AHUI)
    yield opened(visitor, both[1].address(AHUI))[0]
    visitor.context.close()


def facts(house: House, shell: str, beats: str, stranger: str, page: Page) -> dict[str, Any]:
    """What an attacker would know in the best of cases, and more."""
    token, other_token = shell.rpartition("/")[2], stranger.rpartition("/")[2]
    script = page.locator("script[src*=package]").first.get_attribute("src") or ""
    other_origin = stranger.partition("/shell/")[0]
    return {
        "app": house.origin,
        "machine": house.machine,
        "site": "lms.localhost",
        "elsewhere": ELSEWHERE,
        "signIn": f"{house.origin}/sign-in",
        "script": house.origin + script,
        "asset": script,
        "beats": beats,
        "token": token,
        "otherToken": other_token,
        "otherShell": stranger,
        "otherFile": file_of(stranger),
        "otherHostOwnToken": f"{other_origin}/c/{token}/index.html",
    }


def run(frame: Frame | Page, known: dict[str, Any]) -> dict[str, Any]:
    """Let the probe do all it can."""
    return frame.evaluate("known => run(known)", known)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def signed_in(browser, house: House) -> Path:  # type: ignore[no-untyped-def]
    """The session of the victim, which each test finds as it was."""
    visitor = Visitor(browser, house, **PHONE)
    visitor.sign_in(XIULAN)
    visitor.context.storage_state(path=house.data / "victim.json")
    visitor.context.close()
    return house.data / "victim.json"


@pytest.fixture
def victim(browser, house: House, signed_in: Path) -> Iterator[Victim]:  # type: ignore[no-untyped-def]
    """A trainee who has something to lose."""
    visitor = Visitor(browser, house, storage_state=signed_in, **PHONE)
    visitor.page.goto("/learn")
    visitor.page.evaluate(
        "localStorage.setItem('secret', 'of the app'); sessionStorage.setItem('secret', 'of the app')"
    )
    yield Victim(visitor, house.origin, [visitor.page])
    visitor.context.close()


def test_a_framed_package_wins_nothing(victim: Victim, house: House, stage: stages.Stage, stranger: str) -> None:
    """At least sixty attempts from inside the frame."""
    visitor, page = victim.visitor, victim.visitor.page
    shell, beats = opened(visitor, stage.address(XIULAN))
    page.frame_locator("#stage iframe").frame_locator("iframe").locator("h1").wait_for()
    probe = next(frame for frame in page.frames if frame.url.endswith("/index.html"))
    before, address = session_of(victim), page.url
    page.evaluate("new BroadcastChannel('yanxue').postMessage('of the app')")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/beats") else None)
    victim.watch()
    found = run(probe, facts(house, shell, beats, stranger, page))
    assert found["won"] == {}
    assert len(found["lost"]) >= LEAST
    assert victim.reached == []
    assert (page.url, page.locator("#stage").is_visible()) == (address, True)
    assert len(sent) < 20, "a flood of messages is no flood of beats"
    harmless(victim, before)


def test_a_package_in_a_tab_of_its_own_wins_nothing(
    victim: Victim, house: House, stage: stages.Stage, stranger: str
) -> None:
    """An AU that asks for its own window has no frame around it: the headers alone shut it in."""
    visitor = victim.visitor
    shell, beats = opened(visitor, stage.address(XIULAN, 2))
    before, known = session_of(victim), facts(house, shell, beats, stranger, visitor.page)
    page = visitor.context.new_page()
    page.goto(file_of(shell))
    victim.watch()
    found = run(page, known)
    assert found["won"] == {}
    assert victim.reached == []
    assert page.url.partition("#")[0] == file_of(shell)
    page.close()
    harmless(victim, before)


def session_of(victim: Victim) -> str:
    """The session that the app knows the person by."""
    return next(one["value"] for one in victim.visitor.context.cookies(victim.app) if one["name"] == "__Host-lms")  # type: ignore[typeddict-item]


def harmless(victim: Victim, session: str) -> None:
    """Afterwards the person is who they were, the pages are as they were, and nothing stays behind."""
    visitor = victim.visitor
    assert visitor.context.service_workers == []
    visitor.page.goto("/learn")
    assert urlsplit(visitor.page.url).path == "/learn"
    assert session_of(victim) == session
    assert not visitor.page.evaluate("document.documentElement.hasAttribute('data-care')")


def test_a_pdf_is_read_page_by_page_and_found_again(victim: Victim, stage: stages.Stage) -> None:
    """Without its fonts, by keys and by buttons, on a phone upright and on its side. Sabotage: tell no place; keep none;
    leave the maps of characters out of the bundle; lay the bar over the page."""
    visitor, page = victim.visitor, victim.visitor.page
    opened(visitor, stage.address(XIULAN, 3))
    shell = page.frame_locator("#stage iframe")
    shell.locator(".text").get_by_text("第 1 页").wait_for()
    with page.expect_request(
        lambda request: request.url.endswith("/beats") and '"place":"3"' in (request.post_data or "")
    ):
        shell.locator("#after").click()
        shell.locator(".text").get_by_text("第 2 页").wait_for()
        page.keyboard.press("ArrowRight")
        shell.locator(".text").get_by_text("第 3 页").wait_for()
    shell.get_by_role("button", name="看文字").click()
    assert "先把种子" in shell.locator("#plain").inner_text()
    for width, height in ((360, 740), (740, 360)):
        page.set_viewport_size({"width": width, "height": height})
        bar, frame = (page.locator(part).bounding_box() for part in (".stagebar", "#stage iframe"))
        assert bar and frame
        assert bar["y"] + bar["height"] <= frame["y"] or bar["x"] + bar["width"] <= frame["x"], (
            "the bar covers the page"
        )
    visitor.accessible()
    page.get_by_role("button", name="返回").click()
    visitor.until("document.getElementById('live').innerText.includes('停着')")
    visitor.accessible()
    page.locator("[data-do=open]").click()
    shell.locator(".text").get_by_text("第 3 页").wait_for()
    visitor.no_complaints()
