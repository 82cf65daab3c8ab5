"""A course taken away as cmi5 plays elsewhere: its pages in a browser, against a store that only writes down what it is told."""

import json
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from courses.cmi5.writing import Part, Unit, Written, write_package
from courses.course import Format, LessonKind
from tests.journeys.conftest import PATIENCE_S
from tests.publishing import uploads

TEMPLATE = {"contextActivities": {"grouping": [{"id": "https://example.org/au"}]}, "extensions": {"x:session": "s1"}}
QUIZ = {
    "pass_percent": 60,
    "questions": [
        {"kind": "single", "text": "先做什么", "options": ["预冷", "水洗"], "answer": [0]},
        {"kind": "multiple", "text": "哪两样", "options": ["甲", "乙", "丙"], "answer": [0, 2]},
        {"kind": "order", "text": "排好", "options": ["装箱", "预冷"], "answer": [1, 0]},
    ],
}
SCO = b"""<!doctype html><title>s</title><script>
const api = parent.API; api.LMSInitialize(""); api.LMSSetValue("cmi.core.lesson_status", "passed");
api.LMSSetValue("cmi.core.score.raw", "90"); api.LMSSetValue("cmi.suspend_data", "page 3"); api.LMSCommit("");
</script>"""


class Elsewhere(ThreadingHTTPServer):
    """Another platform: serves the package and keeps statements and state."""

    def __init__(self, package: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        archive = zipfile.ZipFile(BytesIO(package))
        self.files = {name: archive.read(name) for name in archive.namelist()}
        self.said: list[dict[str, Any]] = []
        self.kept: dict[str, bytes] = {}

    def launch(self, path: str) -> str:
        """The address of a unit as cmi5 launches it."""
        origin = f"http://127.0.0.1:{self.server_port}"
        actor = {"objectType": "Agent", "account": {"homePage": origin, "name": "1"}}
        query = {"endpoint": f"{origin}/xapi", "fetch": f"{origin}/fetch", "actor": json.dumps(actor)}
        return f"{origin}/{path}?{urlencode({**query, 'registration': 'r1', 'activityId': 'https://example.org/run'})}"

    @property
    def verbs(self) -> list[str]:
        """What was said, in order."""
        return [one["verb"]["id"].rpartition("/")[2] for one in self.said]


class Answers(BaseHTTPRequestHandler):
    """Just enough of a store."""

    server: Elsewhere

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        """Files and state."""
        parts = urlsplit(self.path)
        state = parse_qs(parts.query).get("stateId", [""])[0]
        if parts.path.startswith("/xapi"):
            data = {"contextTemplate": TEMPLATE, "launchMode": "Normal", "masteryScore": 0.6}
            found = json.dumps(data).encode() if state == "LMS.LaunchData" else self.server.kept.get(state)
        else:
            found = self.server.files.get(parts.path.lstrip("/"))
        self._say(200 if found is not None else 404, found or b"", parts.path)

    def do_POST(self) -> None:
        """The token, and statements."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/fetch"):
            self._say(200, b'{"auth-token": "dDE6dDI="}', ".json")
            return
        self.server.said.append(json.loads(body))
        self._say(200, b"[]", ".json")

    def do_PUT(self) -> None:
        """State."""
        state = parse_qs(urlsplit(self.path).query)["stateId"][0]
        self.server.kept[state] = self.rfile.read(int(self.headers["Content-Length"]))
        self._say(204, b"", "")

    def _say(self, status: int, body: bytes, path: str) -> None:
        kinds = {
            "html": "text/html",
            "js": "text/javascript",
            "css": "text/css",
            "mp4": "video/mp4",
            "json": "application/json",
        }
        self.send_response(status)
        self.send_header("Content-Type", kinds.get(path.rpartition(".")[2], "application/octet-stream"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    """Another platform with a course of every kind that we write."""
    video = (Part("video.mp4", lambda: [uploads.video_bytes(2)]), Part("captions.vtt", lambda: [uploads.VTT.encode()]))
    units = (
        Unit(1, "荔枝 <b>怎么</b>装箱", LessonKind.VIDEO, media=video),
        Unit(2, "小测验", LessonKind.QUIZ, quiz=QUIZ),
        Unit(3, "课件", LessonKind.SCO, entry="sco.html", settings={"edition": "1.2", "mastery_score": 60.0}),
        Unit(4, "手册", LessonKind.DOCUMENT, entry="page.html"),
    )
    members = (Part("sco.html", lambda: [SCO]), Part("page.html", lambda: [b"<!doctype html><title>p</title><p>words"]))
    out = BytesIO()
    write_package(Written("荔枝", "https://example.org/c", Format.SERIES, units, members), out)
    server = Elsewhere(out.getvalue())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser, elsewhere: Elsewhere) -> Iterator[Page]:
    """A browser that has not been there."""
    elsewhere.said.clear()
    context = browser.new_context(locale="zh-CN")
    context.set_default_timeout(PATIENCE_S * 1000)
    yield context.new_page()
    context.close()


def opened(page: Page, elsewhere: Elsewhere, number: int) -> None:
    """Launch a unit and wait until it has connected."""
    page.goto(elsewhere.launch(f"lesson-{number:03}/index.html"))
    page.locator("html[data-ready]").wait_for()
    page.get_by_text("已经接上").wait_for()


def left(page: Page) -> None:
    """End the lesson by its button and wait until that was said."""
    with page.expect_response(
        lambda answer: "/statements" in answer.url and "terminated" in (answer.request.post_data or "")
    ):
        page.get_by_role("button", name="结束这一课").click()


def test_a_video_plays_and_is_completed(page: Page, elsewhere: Elsewhere) -> None:
    """Sabotage: say completed at once; or forget the context template."""
    opened(page, elsewhere, 1)
    assert page.inner_text("h1") == "荔枝 <b>怎么</b>装箱"
    with page.expect_response(lambda answer: "completed" in (answer.request.post_data or "")):
        page.evaluate("document.querySelector('video').muted = true, document.querySelector('video').play()")
    left(page)
    assert elsewhere.verbs == ["initialized", "completed", "terminated"]
    said = elsewhere.said[1]
    assert said["context"]["contextActivities"]["grouping"] == TEMPLATE["contextActivities"]["grouping"]
    assert said["result"]["completion"] is True
    assert {one["id"].rpartition("/")[2] for one in said["context"]["contextActivities"]["category"]} == {
        "cmi5",
        "moveon",
    }


def test_a_quiz_is_passed_from_its_mark_on(page: Page, elsewhere: Elsewhere) -> None:
    """Sabotage: say passed whatever was answered."""
    opened(page, elsewhere, 2)
    page.get_by_role("button", name="交卷").click()
    assert "再答一遍" in page.inner_text("#result")
    page.get_by_label("预冷", exact=True).check()
    page.get_by_label("甲").check()
    page.get_by_label("丙").check()
    page.get_by_label("装箱").select_option("第 2")
    page.locator("select").last.select_option("第 1")
    with page.expect_response(lambda answer: "passed" in (answer.request.post_data or "")):
        page.get_by_role("button", name="交卷").click()
    left(page)
    assert elsewhere.verbs == ["initialized", "completed", "passed", "terminated"]
    assert elsewhere.said[2]["result"]["score"] == {"scaled": 1}


def test_a_sco_speaks_through_the_adapter(page: Page, elsewhere: Elsewhere) -> None:
    """And goes on where it was. Sabotage: drop the values at a commit."""
    with page.expect_response(lambda answer: "passed" in (answer.request.post_data or "")):
        opened(page, elsewhere, 3)
    left(page)
    assert elsewhere.verbs == ["initialized", "completed", "passed", "terminated"]
    assert elsewhere.said[2]["result"]["score"] == {"scaled": 0.9}
    assert json.loads(elsewhere.kept["cmi"])["cmi.suspend_data"] == "page 3"


def test_a_document_is_read(page: Page, elsewhere: Elsewhere) -> None:
    opened(page, elsewhere, 4)
    page.get_by_role("button", name="我看完了").click()
    page.get_by_text("记下了，已经看完").wait_for()
    left(page)
    assert elsewhere.verbs == ["initialized", "completed", "terminated"]
