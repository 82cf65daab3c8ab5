"""The platform and the floor, each behind a gunicorn of two workers with eight threads, on one PostgreSQL."""

import http.client
import json
import os
import re
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import psycopg

from benches.floor_tables import FILL, LEARNERS, ROWS, TABLES
from benches.records import statement
from lms.foundation.services import start_postgres, start_valkey
from lms.foundation.services.programs import Program, free_ports, port_is_free, spawn

CHECKOUT = Path(__file__).resolve().parents[1]
KEPT = CHECKOUT / "tests" / ".output" / "catalogue"
PHONES = ("13800000001", "13800000002")
PASSWORD = "yanxue-2026"
# the platform's clock runs ahead, so that beats sent at once are a second apart
CLOCK_RATE = 400


class Platform:
    """Everything that the measurements need; `close()` ends and removes it."""

    def __init__(self) -> None:
        self.data = Path(tempfile.mkdtemp(prefix="lms-bench-", dir="/tmp"))
        self.data.chmod(0o711)
        self._exit = ExitStack()
        self._exit.callback(shutil.rmtree, self.data, ignore_errors=True)
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End everything and remove the data."""
        self._exit.close()

    def lms(self, *words: str) -> str:
        """What a command of the platform prints; raises where it fails."""
        log = self.data / "command.log"
        log.unlink(missing_ok=True)
        program = spawn(
            words[0], [sys.executable, "-m", "lms.cli", *words], log=log, env=self.environment, cwd=CHECKOUT
        )
        program.process.wait()
        if program.process.returncode:
            raise RuntimeError(f"lms {' '.join(words)}: {log.read_text()}")
        return log.read_text()

    def _start(self) -> None:
        self.postgres = start_postgres(self.data)
        self._exit.callback(self.postgres.stop)
        valkey = start_valkey(self.data)
        self._exit.callback(valkey.stop)
        self.port, self.floor_port = free_ports(2)
        clock = {"since": time.time(), "offset": 0, "rate": CLOCK_RATE}
        (self.data / "clock").write_text(json.dumps(clock))
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("LMS_")},
            "LMS_DATA": str(self.data),
            "LMS_PORT": str(self.port),
            "LMS_REDIS_URL": valkey.url,
            "LMS_DATABASE_URL": self.postgres.app_url,
            "LMS_DATABASE_OWNER_URL": self.postgres.owner_url,
            "LMS_TESTING": "1",
            "LMS_DEMO": "1",
            "LMS_CATALOGUE": "first",
            "PYTHONDONTWRITEBYTECODE": "",
        }
        self._prepare()
        self.environment["LMS_CLOCK_FILE"] = str(self.data / "clock")
        self.environment["FLOOR_DATABASE_URL"] = self.postgres.superuser_url.replace("+psycopg", "")
        self.web = self._gunicorn("web", self.port, "wsgi:application")
        self.floor = self._gunicorn("floor", self.floor_port, "benches.floor:application")

    def _prepare(self) -> None:
        if KEPT.exists():
            shutil.copytree(KEPT, self.data / "catalogue")
        self.lms("migrate")
        self.lms("demo")
        self._work_off_jobs()
        with psycopg.connect(self.postgres.superuser_url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(TABLES)
            payload = json.dumps(statement(str(uuid4()), "1", "1"), ensure_ascii=False)
            connection.execute(FILL, [payload, LEARNERS, ROWS])
            connection.execute("vacuum (analyze) floor_page")

    def _work_off_jobs(self) -> None:
        """Run a worker until no job waits; it is gone before anything is measured."""
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "lms.worker",
            "worker",
            "--concurrency",
            "1",
            "--loglevel",
            "WARNING",
        ]
        worker = spawn("worker", command, log=self.data / "worker.log", env=self.environment, cwd=CHECKOUT)
        try:
            with psycopg.connect(self.postgres.superuser_url.replace("+psycopg", ""), autocommit=True) as connection:
                limit = time.monotonic() + 120
                while connection.execute("select 1 from job where state in ('queued', 'running')").fetchone():
                    if time.monotonic() > limit:
                        raise RuntimeError((self.data / "worker.log").read_text())
                    time.sleep(0.2)
        finally:
            worker.stop()

    def _gunicorn(self, name: str, port: int, application: str) -> Program:
        options = (
            "--worker-class",
            "gthread",
            "--workers",
            "2",
            "--threads",
            "8",
            "--no-control-socket",
            "--keep-alive",
            "30",
        )
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", *options, application]
        program = spawn(name, command, log=self.data / f"{name}.log", env=self.environment, cwd=CHECKOUT)
        self._exit.callback(program.stop)
        limit = time.monotonic() + 30
        while port_is_free(port):
            if time.monotonic() > limit or not program.running():
                raise RuntimeError((self.data / f"{name}.log").read_text())
            time.sleep(0.05)
        return program


class Trainee:
    """Somebody signed in on a phone, by plain HTTP as a browser does it."""

    def __init__(self, platform: Platform, phone: str) -> None:
        self.host, self.port = f"app.lms.localhost:{platform.port}", platform.port
        self.cookies: dict[str, str] = {}
        form = self.get("/sign-in/password")
        words = {
            "csrf_token": found(r'name="csrf_token"[^>]*value="([^"]+)"', form),
            "phone": phone,
            "password": PASSWORD,
        }
        self.post("/sign-in/password", urlencode(words).encode(), {"Content-Type": "application/x-www-form-urlencoded"})
        self.course = found(r'(/learn/courses/[0-9a-f-]{36})"', self.get("/learn"))
        self.lesson = found(r'(/learn/courses/[0-9a-f-]{36}/lessons/[0-9a-f-]{36})"', self.get(self.course))
        player = self.get(self.lesson)
        self.csrf, launch = found(r'data-csrf="([^"]+)"', player), found(r'data-launch="([^"]+)"', player)
        self.beats = json.loads(self.post(launch, b"{}", self.json_headers))["beats"]

    @property
    def headers(self) -> dict[str, str]:
        """What every request of this browser carries."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Host": self.host, "Cookie": cookie, "User-Agent": "bench"}

    @property
    def json_headers(self) -> dict[str, str]:
        """What the player sends with a beat."""
        return {"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": self.csrf}

    def get(self, path: str) -> str:
        """A page."""
        return self._ask("GET", path, None, {})

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> str:
        """What is answered to a form or to JSON."""
        return self._ask("POST", path, body, headers)

    def ask_host(self, path: str, body: bytes, headers: dict[str, str]) -> str:
        """What another host of the platform answers to JSON; `headers` name it."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        line.request("POST", path, body, headers)
        answer = line.getresponse()
        words = answer.read().decode()
        if answer.status >= 400:
            raise RuntimeError(f"POST {path} answered {answer.status}: {words[:300]}")
        return words

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> str:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        line.request(method, path, body, {**self.headers, **headers})
        answer = line.getresponse()
        words = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path} answered {answer.status}: {words[:300]}")
        return words


def found(pattern: str, page: str) -> str:
    """The first group of the first match; raises with what the page said."""
    match = re.search(pattern, page)
    if match is None:
        raise RuntimeError(f"no {pattern} in {page[:2000]}")
    return match[1]
