"""`make run`: the whole platform on one machine, each process watched and started again when it dies.

It starts only what the settings do not point elsewhere, and stops what it started and nothing else. Starting is done from
the main thread, because a child is told to end when the thread that started it is gone.
"""

import errno
import fcntl
import hashlib
import json
import os
import shutil
import signal
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Protocol
from urllib.error import URLError

from lms.config import SettingError, Settings, load
from lms.foundation.services.credentials import ENDPOINTS, write_endpoints, write_private
from lms.foundation.services.given import refuse_unreachable
from lms.foundation.services.postgres import start_postgres
from lms.foundation.services.programs import (
    Program,
    ServiceFailed,
    last_words,
    refuse_full_disk,
    spawn,
    why_not_listen,
)
from lms.foundation.services.valkey import start_valkey

CHECKOUT = Path(__file__).resolve().parents[3]
WEB_WORKERS, WEB_THREADS = 2, 8

_GUNICORN = (
    "--preload",
    "--worker-class",
    "gthread",
    "--timeout",
    "60",
    "--graceful-timeout",
    "5",
    "--no-control-socket",
)
_CELERY = ("--loglevel", "WARNING", "--concurrency", "2", "--without-gossip", "--without-mingle")


class Stopped(BaseException):
    """Somebody asked us to end: Ctrl-C, SIGTERM or a closed terminal."""


class Child(Protocol):
    """Something that runs and can be ended."""

    def running(self) -> bool:
        """Whether it lives."""

    def stop(self) -> None:
        """End it."""


@dataclass
class Watched:
    """A child and how to start it again; it waits longer each time it dies young."""

    name: str
    start: Callable[[], Child]
    child: Child
    born: float = field(default_factory=time.monotonic)
    deaths: int = 0

    def heal(self) -> None:
        """Start it again if it has died."""
        if self.child.running() or time.monotonic() < self.born + min(2.0**self.deaths - 1, 15):
            return
        self.deaths = 0 if time.monotonic() - self.born > 30 else self.deaths + 1
        self.child.stop()
        self.born = time.monotonic()
        try:
            self.child = self.start()
            say(f"{self.name} had ended and was started again")
        except ServiceFailed as failure:
            say(f"{self.name} had ended and does not come back yet: {failure}")


@dataclass
class House:
    """The processes of one machine, in the order in which they were started."""

    settings: Settings
    environment: dict[str, str]
    watched: list[Watched] = field(default_factory=list)

    def watch(self, name: str, child: Child, start: Callable[[], Child]) -> None:
        """Watch something that runs, from now on."""
        self.watched.append(Watched(name, start, child))

    def program(self, name: str, *command: str) -> None:
        """Start one of our own processes and watch it; its output goes to its log."""
        self.watch(name, self._spawn(name, command), lambda: self._spawn(name, command))

    def step(self, name: str, *command: str) -> str:
        """Run one of our own commands to its end and give back what it printed; a failure is one sentence."""
        log = self.log(name)
        log.unlink(missing_ok=True)
        program = self._spawn(name, command)
        try:
            code = program.process.wait()
        finally:
            program.kill()
        if code:
            raise ServiceFailed(f"`lms {name}` failed: {last_words(log)} (all of it: {log}).")
        return log.read_text()

    def log(self, name: str) -> Path:
        """Where a process writes."""
        return self.settings.data / "logs" / f"{name.replace(' ', '-')}.log"

    def heal(self) -> None:
        """Start again what has died, the services first."""
        for watched in self.watched:
            watched.heal()

    def stop(self) -> None:
        """End everything: first all are asked, the last started first, then all are waited for."""
        for watched in reversed(self.watched):
            if isinstance(watched.child, Program) and watched.child.running():
                watched.child.process.send_signal(watched.child.end_with)
        for watched in reversed(self.watched):
            watched.child.stop()

    def _spawn(self, name: str, command: Sequence[str]) -> Program:
        command = (sys.executable, "-m", *command)
        return spawn(name, command, log=self.log(name), env=self.environment, cwd=CHECKOUT)


def run() -> int:
    """Start the platform and watch it until somebody stops it; the exit code, after one sentence if it cannot run."""
    _listen()
    os.environ.setdefault("LMS_DEMO", "1")
    try:
        data = load().data
        with _alone(data), _endpoints_of_this_run(data):
            _live(load())
    except (ServiceFailed, SettingError) as failure:
        print(failure, file=sys.stderr)
        return 1
    except Stopped:
        return 0
    return 0


def say(words: str) -> None:
    """Tell the person at the terminal."""
    print(words, flush=True)


def _live(settings: Settings) -> None:
    _refuse_taken_port(settings)
    refuse_unreachable(settings)
    os.umask(0o077)  # what the platform keeps on this machine is nobody else's to read
    house = House(settings, _environment(settings))
    try:
        _start_services(house)
        people = _prepare(house)
        _start_platform(house)
        say(f"ready {settings.app_origin}\n{people}")
        while True:
            time.sleep(0.2)
            house.heal()
    finally:
        _deaf_to_more()
        house.stop()


def _start_services(house: House) -> None:
    """PostgreSQL and Valkey, each only where no URL points to another; a restart keeps the port that others know."""
    data = house.settings.data
    urls: dict[str, str] = {}
    if not house.settings.database_url:
        postgres = start_postgres(data)
        house.watch("PostgreSQL", postgres, lambda: start_postgres(data, port=postgres.port))
        urls |= {"LMS_DATABASE_URL": postgres.app_url, "LMS_DATABASE_OWNER_URL": postgres.owner_url}
    if not house.settings.redis_url:
        valkey = start_valkey(data)
        house.watch("Valkey", valkey, lambda: start_valkey(data, port=valkey.port))
        urls |= {"LMS_REDIS_URL": valkey.url}
    house.environment |= urls
    write_endpoints(data, urls)


def _prepare(house: House) -> str:
    """Tables, the first course, demo people; gives back how to sign in as each role.

    With a PostgreSQL of our own and the same sources as the last time there is nothing to do: a second start is quick.
    """
    settings = house.settings
    marker = settings.data / "postgres" / "prepared.json"
    sources = "" if settings.database_url or settings.s3_url else _fingerprint()
    done = _read_marker(marker)
    if sources and done.get("sources") == sources:
        return done["people"]
    house.step("migrate", "lms.cli", "migrate")
    people = house.step("demo", "lms.cli", "demo")
    if sources:
        write_private(marker, {"sources": sources, "people": people})
    return people


def _fingerprint() -> str:
    """A hash of all that decides what the tables and the catalogue hold."""
    digest = hashlib.sha256()
    for top in ("lms", "courses", "media", "migrations"):
        for path in sorted((CHECKOUT / top).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and "web" not in path.parts:
                digest.update(f"{path.relative_to(CHECKOUT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _read_marker(marker: Path) -> dict[str, str]:
    try:
        content: dict[str, str] = json.loads(marker.read_text())
    except (OSError, ValueError):
        return {}
    return content


def _start_platform(house: House) -> None:
    """The web first: the others take a second of processor each, which people would wait for."""
    house.environment["PROMETHEUS_MULTIPROC_DIR"] = str(_empty_folder(house.settings.data / "metrics"))
    port = house.settings.port
    bind = ("--bind", f"127.0.0.1:{port}", "--workers", str(WEB_WORKERS), "--threads", str(WEB_THREADS))
    house.program("web", "gunicorn", *bind, *_GUNICORN, "wsgi:application")
    _wait_for_readiness(house)
    house.program("worker", "celery", "-A", "lms.worker", "worker", *_CELERY)
    house.program("sequencer", "lms.cli", "sequencer")


def _empty_folder(path: Path) -> Path:
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    return path


def _wait_for_readiness(house: House, seconds: float = 60.0) -> None:
    limit = time.monotonic() + seconds
    while not _ready(house.settings.port):
        dead = [watched for watched in house.watched if not watched.child.running()]
        if dead:
            raise ServiceFailed(f"The {dead[0].name} ended at once: {last_words(house.log(dead[0].name))}.")
        if time.monotonic() > limit:
            raise ServiceFailed(f"The pages did not answer within {seconds:.0f} s: see {house.log('web')}.")
        time.sleep(0.1)


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _environment(settings: Settings) -> dict[str, str]:
    """What our children inherit: our environment with what we decided for them. Compiled files halve each start."""
    decided = {"LMS_DATA": str(settings.data), "LMS_PORT": str(settings.port), "PYTHONUNBUFFERED": "1"}
    return {**os.environ, **decided, "PYTHONDONTWRITEBYTECODE": ""}


def _refuse_taken_port(settings: Settings) -> None:
    """Find out before anything is started, also what an ordinary account may not do."""
    port, error = settings.port, why_not_listen(settings.port)
    if error == errno.EACCES:
        raise ServiceFailed(f"Port {port} is only for root: set LMS_PORT to one above 1023.")
    if error is not None:
        raise ServiceFailed(f"Port {port} is taken by another program: stop that one, or set LMS_PORT to a free port.")


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Make the data folder and hold it: two platforms on one folder would fight over its database."""
    lock = _open_lock(data)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(lock, 20, 0).decode().strip()
            raise ServiceFailed(f"The platform runs already on {data} (stop it with `kill {owner}`).") from None
        refuse_full_disk(data)
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(lock)


@contextmanager
def _endpoints_of_this_run(data: Path) -> Iterator[None]:
    """The file that tells other terminals where our services are says nothing before and after they run."""
    (data / ENDPOINTS).unlink(missing_ok=True)
    try:
        yield
    finally:
        (data / ENDPOINTS).unlink(missing_ok=True)


def _open_lock(data: Path) -> int:
    try:
        data.mkdir(parents=True, exist_ok=True)
        return os.open(data / "run.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ServiceFailed(
            f"The data folder {data} cannot be used ({error.strerror}): set LMS_DATA to another."
        ) from error


def _listen() -> None:
    """Ctrl-C, SIGTERM and a closed terminal end us; under nohup the terminal may close."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if sign is not signal.SIGHUP or signal.getsignal(sign) is not signal.SIG_IGN:
            signal.signal(sign, _stop)


def _stop(_sign: int, _frame: FrameType | None) -> None:
    raise Stopped


def _deaf_to_more() -> None:
    """While everything is being ended, a second Ctrl-C changes nothing."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
