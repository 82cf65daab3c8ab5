"""The template of docker/ in a real nginx, before a small server that says what reached it."""

import http.client
import json
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lms.foundation.services.programs import Program, free_port, port_is_free, spawn

CHECKOUT = Path(__file__).resolve().parents[2]
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(NGINX is None, reason="nginx is not on this machine; CI installs it"),
]


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers that it got."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        left = int(self.headers.get("Content-Length", "0"))
        while left:
            left -= len(self.rfile.read(min(left, 65536)))
        self._answer()

    def _answer(self) -> None:
        body = json.dumps({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def upstream() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.fixture(scope="module")
def port(upstream: ThreadingHTTPServer) -> Iterator[int]:
    folder = Path(tempfile.mkdtemp(prefix="lms-nginx-", dir="/tmp"))
    port = free_port()
    program = start(folder, port, f"127.0.0.1:{upstream.server_port}")
    yield port
    program.stop()
    shutil.rmtree(folder)


def start(folder: Path, port: int, web: str) -> Program:
    """Fill in the template as the nginx image does, and run it in the foreground."""
    words = (CHECKOUT / "docker" / "nginx.conf.template").read_text()
    values = {"LISTEN": f"127.0.0.1:{port}", "WEB": web, "APP_HOST": "learn.test", "CONTENT_HOST": "content.test"}
    for name, value in values.items():
        words = words.replace(f"${{{name}}}", value)
    assert "${" not in words
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid;\ndaemon off;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\n{temporary}{words}\n}}\n"
    )
    program = spawn(
        "nginx", [NGINX, "-e", folder / "error.log", "-p", folder, "-c", folder / "nginx.conf"], log=folder / "log"
    )
    limit = time.monotonic() + 60
    while port_is_free(port):
        assert program.running() and time.monotonic() < limit, (folder / "log").read_text()
        time.sleep(0.02)
    return program


def ask(port: int, host: str, path: str = "/", body: bytes | None = None, **headers: str) -> http.client.HTTPResponse:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    line.request("POST" if body is not None else "GET", path, body, {"Host": host, **named})
    return line.getresponse()


@pytest.mark.parametrize("host", ["learn.test", "content.test", "v1.content.test"])
def test_both_hosts_reach_the_platform(port: int, host: str) -> None:
    """Sabotage: drop *.${CONTENT_HOST} from server_name."""
    answer = ask(port, host, "/x?y=1")
    assert answer.status == 200
    said = json.loads(answer.read())
    assert (said["host"], said["path"]) == (host, "/x?y=1")


def test_an_unknown_host_is_421(port: int) -> None:
    """Sabotage: make the app's server the default one."""
    assert ask(port, "evil.test").status == 421


def test_nobody_chooses_his_own_address(port: int) -> None:
    """Sabotage: $proxy_add_x_forwarded_for, which keeps what the client wrote."""
    said = json.loads(ask(port, "learn.test", X_Forwarded_For="6.6.6.6").read())
    assert said["x-forwarded-for"] == "127.0.0.1"


def test_content_never_sees_a_cookie(port: int) -> None:
    """Sabotage: drop `proxy_set_header Cookie` from the content server."""
    assert "cookie" in json.loads(ask(port, "learn.test", Cookie="a=b").read())
    assert "cookie" not in json.loads(ask(port, "v1.content.test", Cookie="a=b").read())


def test_only_lesson_uploads_may_be_large(port: int) -> None:
    """Sabotage: client_max_body_size 2g in the server itself."""
    large = b"x" * 21_000_000
    assert ask(port, "learn.test", "/packages/new", large).status == 200
    assert ask(port, "learn.test", "/sign-in", large).status == 413


def test_metrics_stay_inside(port: int) -> None:
    assert ask(port, "learn.test", "/metrics").status == 404


def test_a_storm_on_the_sign_in_page_is_shed_and_lessons_go_on(port: int) -> None:
    """Sabotage: remove `limit_req zone=sign_in`."""
    answers = [ask(port, "learn.test", "/sign-in") for _ in range(120)]
    shed = [answer for answer in answers if answer.status == 503]
    assert shed
    assert len(shed) < 120
    assert shed[0].getheader("Retry-After") == "5"
    assert "您的进度没有丢" in shed[0].read().decode()
    assert ask(port, "learn.test", "/learn").status == 200


def test_a_dead_platform_is_said_in_words(port: int) -> None:
    """Sabotage: drop error_page 502."""
    folder, own = Path(tempfile.mkdtemp(prefix="lms-nginx-", dir="/tmp")), free_port()
    program = start(folder, own, f"127.0.0.1:{free_port()}")
    try:
        answer = ask(own, "learn.test")
        assert (answer.status, answer.getheader("Retry-After")) == (503, "5")
        assert "等几秒钟再点一次" in answer.read().decode()
    finally:
        program.stop()
        shutil.rmtree(folder)
