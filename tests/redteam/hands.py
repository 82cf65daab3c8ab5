"""The hands of whoever sends: a browser that is signed in, and a lesson that it has open."""

import http.client
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode
from uuid import UUID, uuid4

PASSWORD = "daxue-2026-lychee"
PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) Mobile Safari/537.36"
DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) Chrome/130"


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    text: str
    where: str = ""

    @property
    def data(self) -> dict[str, Any]:
        """The JSON of it; empty where it is none."""
        try:
            found = json.loads(self.text)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def refused(self) -> bool:
        """Whether the server would not do it."""
        return 400 <= self.status < 500


class Line(Protocol):
    """A way to the server."""

    def keep(self, name: str, value: str) -> None:
        """Keep a cookie."""
        ...

    def call(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """Send one request."""
        ...


class HttpLine:
    """A browser with a cookie jar in front of a real server."""

    def __init__(self, port: int, agent: str = PHONE) -> None:
        self.port, self.agent = port, agent
        self.host = f"app.lms.localhost:{port}"
        self.cookies: dict[str, str] = {}
        self.held: dict[str, str] = {}

    def keep(self, name: str, value: str) -> None:
        """Keep a cookie, whatever the server says later."""
        self.held[name] = value

    def sign_in(self, phone: str) -> None:
        """Sign in with the password that everybody here has."""
        page = self.call("GET", "/sign-in/password", None, {}).text
        words = {"csrf_token": _csrf(page), "phone": phone, "password": PASSWORD}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self.call("POST", "/sign-in/password", urlencode(words).encode(), kind)
        if answer.status not in {302, 303}:
            raise RuntimeError(f"no sign-in: {answer.status} {answer.text[:300]}")

    def call(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """Send one request over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        cookie = "; ".join(f"{name}={value}" for name, value in {**self.cookies, **self.held}.items())
        own = {"Host": self.host, "Origin": f"http://{self.host}", "Cookie": cookie, "User-Agent": self.agent}
        connection.request(method, path, body, {**own, **headers})
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        for said in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = said.split(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        return Answer(answer.status, text, answer.headers.get("Location", ""))


class TestLine:
    """The same without a server: a test client of the application."""

    __test__ = False

    def __init__(self, client: Any, agent: str = PHONE) -> None:
        self.client, self.agent = client, agent

    def keep(self, name: str, value: str) -> None:
        """Keep a cookie."""
        self.client.set_cookie(name, value)

    def call(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """Call the application."""
        answer = self.client.open(path, method=method, data=body, headers={"User-Agent": self.agent, **headers})
        return Answer(answer.status_code, answer.get_data(as_text=True), answer.headers.get("Location", ""))


def _csrf(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page) or re.search(r'data-csrf="([^"]+)"', page)
    return found[1] if found else ""


@dataclass
class Browser:
    """Somebody's browser; `turn` moves the server's clock on by seconds."""

    line: Line
    turn: Callable[[float], None]
    csrf: str = ""

    def get(self, path: str) -> Answer:
        """A page."""
        return self.line.call("GET", path, None, {})

    def send(self, method: str, path: str, data: Any, **headers: str) -> Answer:
        """JSON, as the player sends it."""
        if not self.csrf:
            self.csrf = _csrf(self.get("/me").text) or _csrf(self.get("/learn").text) or "none"
        own = {"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": self.csrf}
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        return self.line.call(method, path, body, {**own, **headers})

    def form(self, path: str, **words: str) -> Answer:
        """A form of a page, as a browser without a script sends it."""
        self.csrf = self.csrf or _csrf(self.get(path).text) or _csrf(self.get("/me").text)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.line.call("POST", path, urlencode({"csrf_token": self.csrf, **words}).encode(), kind)

    def upload(self, path: str, name: str, data: bytes) -> Answer:
        """A form with a file of this name."""
        self.csrf = self.csrf or _csrf(self.get(path).text) or _csrf(self.get("/me").text)
        head = '--cut\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + self.csrf
        head += f'\r\n--cut\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        kind = {"Content-Type": "multipart/form-data; boundary=cut"}
        return self.line.call("POST", path, head.encode() + data + b"\r\n--cut--\r\n", kind)

    def post(self, path: str, data: Any, **headers: str) -> Answer:
        """JSON by POST."""
        return self.send("POST", path, data, **headers)

    def be_device(self, name: str) -> None:
        """Take the cookie by which a device is known again."""
        self.line.keep("__Host-device", name)

    def open(self, registration_id: UUID, lesson_id: UUID) -> "Lesson":
        """Open a lesson here; RuntimeError where the server will not."""
        answer = self.post(f"/learn/courses/{registration_id}/lessons/{lesson_id}/launch", {})
        if answer.status != 200:
            raise RuntimeError(f"launch answered {answer.status}: {answer.text[:300]}")
        return Lesson(self, answer.data["beats"], answer.data.get("stopped", ""))


@dataclass
class Lesson:
    """An open lesson; seconds everywhere."""

    browser: Browser
    beats: str
    stopped: str = ""
    seq: int = 0
    sent: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    # what to do about a presence check in an answer; an honest trainee answers, a machine does not
    attend: Callable[["Lesson", dict[str, Any]], None] | None = None
    # what the person does after so many seconds of the server's time, while the lesson goes on
    soon: tuple[float, Callable[[], object]] | None = None

    def beat(
        self, stretches: Sequence[tuple[float, float]] = (), why: str = "tick", *, after: float = 0.0, **more: Any
    ) -> Answer:
        """Let server time pass, then send the next beat."""
        pass_time(self.browser.turn, [self], after)
        return self.deliver(self.next(stretches, why, **more))

    def next(self, stretches: Sequence[tuple[float, float]] = (), why: str = "tick", **more: Any) -> dict[str, Any]:
        """The next beat, not sent yet."""
        self.seq += 1
        spans = [[round(a * 1000), round(b * 1000)] for a, b in stretches]
        place = spans[-1][1] if spans else 0
        return {"id": str(uuid4()), "seq": self.seq, "why": why, "position_ms": place, "stretches": spans, **more}

    def deliver(self, *beats: dict[str, Any], **headers: str) -> Answer:
        """Send beats in one delivery."""
        answer = self.browser.post(self.beats, {"beats": list(beats)}, **headers)
        self.sent += beats
        self.answers.append(answer)
        if self.attend:
            self.attend(self, answer.data)
        return answer

    def watch(self, start: float, end: float, *, rate: float = 1.0, every: float = 30.0, why: str = "tick") -> "Lesson":
        """Play from one place to another, with a beat every so many seconds of the server's time."""
        while start < end:
            to = min(end, start + every * rate)
            self.beat([(start, to)], why if to >= end else "tick", after=(to - start) / rate)
            start = to
        return self.rest()

    def rest(self) -> "Lesson":
        """Nothing plays until what the person was about to do is done."""
        if self.soon:
            pass_time(self.browser.turn, [self], self.soon[0])
        return self

    @property
    def last(self) -> Answer:
        """The newest answer."""
        return self.answers[-1]


def pass_time(turn: Callable[[float], None], lessons: Sequence[Lesson], seconds: float) -> None:
    """Let server time pass for lessons that are open at once; what somebody was about to do meanwhile is done in its time."""
    while waiting := [lesson for lesson in lessons if lesson.soon and lesson.soon[0] <= seconds]:
        first = min(waiting, key=lambda lesson: lesson.soon[0] if lesson.soon else 0.0)
        after, act = first.soon or (0.0, lambda: None)
        _step(turn, lessons, after)
        seconds -= after
        first.soon = None
        act()
    _step(turn, lessons, seconds)


def _step(turn: Callable[[float], None], lessons: Sequence[Lesson], seconds: float) -> None:
    if seconds:
        turn(seconds)
    for lesson in lessons:
        if lesson.soon:
            lesson.soon = (lesson.soon[0] - seconds, lesson.soon[1])
