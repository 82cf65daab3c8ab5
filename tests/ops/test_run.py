"""`make run` seen from outside: ready, healed after every SIGKILL, stopped without a trace, refused in one sentence."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError

import psutil
import pytest

from lms.foundation.services import start_postgres, start_valkey
from lms.foundation.services.programs import free_port
from tests.ops.lesson import lay_out

CHECKOUT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "lms.foundation.services"]
pytestmark = pytest.mark.services


class Platform:
    """The platform as a person starts it, with what it has printed so far."""

    def __init__(self, data: Path, port: int, **settings: str) -> None:
        self.data, self.port = data, port
        self.started = time.monotonic()
        self.output = data.with_suffix(".out")
        own = {**environment(data, port), **settings}
        with self.output.open("w") as out:
            self.process = subprocess.Popen(
                COMMAND, cwd=CHECKOUT, env=own, stdout=out, stderr=out, start_new_session=True
            )

    def wait(self) -> float:
        """Wait for `ready` and return how many seconds it took."""
        wait_for(lambda: "ready http" in self.said() or self.process.poll() is not None, 240)
        assert self.process.poll() is None, self.said()
        return time.monotonic() - self.started

    def said(self) -> str:
        """All that it has printed."""
        return self.output.read_text()

    def answers(self) -> bool:
        """Whether it says that it is ready for people."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def family(self) -> list[psutil.Process]:
        """Every process that it started, by whatever way."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def one(self, *words: str) -> psutil.Process:
        """The oldest of its processes with these words on the command line."""
        found = [p for p in self.family() if all(word in command_line(p) for word in words)]
        return min(found, key=lambda p: p.create_time())

    def stop(self, sign: signal.Signals = signal.SIGINT) -> int:
        """Ask it to end, as Ctrl-C does, and return its exit code."""
        self.process.send_signal(sign)
        return self.process.wait(60)


def command_line(process: psutil.Process) -> str:
    """What it was started with; empty for one that has just ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def living(family: list[psutil.Process]) -> list[psutil.Process]:
    """Those that have not ended; one that waits to be collected has."""
    return [p for p in family if p.is_running() and command_line(p)]


def environment(data: Path, port: int) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    return {**inherited, "LMS_DATA": str(data), "LMS_PORT": str(port), "LMS_CATALOGUE": "first"}


def refused(data: Path, port: int, **settings: str) -> str:
    """Start where it cannot run: exit code 1 and one sentence, which is returned."""
    own = {**environment(data, port), **settings}
    done = subprocess.run(COMMAND, cwd=CHECKOUT, env=own, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    sentences = (done.stdout + done.stderr).strip().splitlines()
    assert len(sentences) == 1, sentences
    return sentences[0]


def wait_for(what: Callable[[], bool], seconds: float) -> None:
    limit = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < limit, "waited too long"
        time.sleep(0.1)


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="lms-run-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    """One platform for the tests below; they leave it running."""
    folder = Path(tempfile.mkdtemp(prefix="lms-run-", dir="/tmp"))
    folder.chmod(0o755)
    lay_out(folder / "data")
    running = Platform(folder / "data", free_port())
    running.wait()
    yield running
    if running.process.poll() is None:
        running.stop()
    shutil.rmtree(folder)


def test_it_says_where_to_go_and_how_to_sign_in_as_each_role(platform: Platform) -> None:
    """Sabotage: do not pass on what `lms demo` prints."""
    said = platform.said()
    assert f"ready http://app.lms.localhost:{platform.port}" in said
    assert platform.answers()
    assert len(said.split("ready http", 1)[1].splitlines()) > 3


def test_everything_listens_on_the_loopback_address(platform: Platform) -> None:
    """Sabotage: bind gunicorn to 0.0.0.0."""
    places = {
        c.laddr.ip for p in platform.family() for c in p.net_connections("inet") if c.status == psutil.CONN_LISTEN
    }
    assert places == {"127.0.0.1"}


def test_what_other_terminals_need_is_private(platform: Platform) -> None:
    path = platform.data / "endpoints.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(json.loads(path.read_text())) == {"LMS_DATABASE_URL", "LMS_DATABASE_OWNER_URL", "LMS_REDIS_URL"}


def test_no_other_account_reads_what_it_keeps(platform: Platform) -> None:
    """Sabotage: remove the umask from run()."""
    programs = {"postgres-install", "programs", "catalogue"}
    found = [path for path in platform.data.rglob("*") if path.is_file() and open_to_all(path, platform.data)]
    assert not [path for path in found if path.relative_to(platform.data).parts[0] not in programs]


def open_to_all(path: Path, below: Path) -> bool:
    """Whether an account that owns nothing could read the file, once it is in the data folder."""
    folders = [folder for folder in path.parents if below in folder.parents]
    return bool(path.stat().st_mode & 0o004) and all(folder.stat().st_mode & 0o001 for folder in folders)


def test_a_second_one_on_the_same_data_is_refused(platform: Platform) -> None:
    """Sabotage: drop the lock of run.lock."""
    assert f"runs already on {platform.data}" in refused(platform.data, free_port())
    assert platform.answers()


def test_a_taken_port_is_one_sentence(platform: Platform, folder: Path) -> None:
    """Sabotage: let gunicorn find out."""
    assert f"Port {platform.port} is taken" in refused(folder / "data", platform.port)


def test_a_wrong_setting_is_one_sentence(folder: Path) -> None:
    assert "LMS_PORT" in refused(folder / "data", 70000)


def test_a_database_that_does_not_answer_is_one_sentence(folder: Path) -> None:
    """Sabotage: let the migration find out."""
    url = f"postgresql://lms_app:secret@127.0.0.1:{free_port()}/lms"
    said = refused(folder / "data", free_port(), LMS_DATABASE_URL=url, LMS_DATABASE_OWNER_URL=url)
    assert "LMS_DATABASE_URL" in said
    assert "secret" not in said


def test_a_broker_that_does_not_answer_is_one_sentence(folder: Path) -> None:
    assert "LMS_REDIS_URL" in refused(folder / "data", free_port(), LMS_REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")


def test_a_data_folder_that_cannot_be_used_is_one_sentence(folder: Path) -> None:
    """Sabotage: let mkdir raise."""
    (folder / "file").write_text("")
    assert "cannot be used" in refused(folder / "file", free_port())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small file system")
def test_a_full_disk_is_one_sentence(folder: Path) -> None:
    """Sabotage: remove refuse_full_disk, and initdb says it in its own words."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("this machine mounts no file systems")
    try:
        assert "make room" in refused(folder / "data", free_port())
    finally:
        subprocess.run(["umount", folder], check=True)


VICTIMS = {
    "the web's first process": ("gunicorn",),
    "the worker": ("celery",),
    "the sequencer": ("sequencer",),
    "Valkey": ("valkey-server",),
    "PostgreSQL": ("bin/postgres", "-D"),
}


@pytest.mark.parametrize("victim", VICTIMS)
def test_it_heals_when_a_process_is_killed(platform: Platform, victim: str) -> None:
    """It says so once it is back: until then a child that outlived its parent may still answer. Sabotage: take heal() out."""
    said_before = platform.said().count("was started again")
    before = platform.one(*VICTIMS[victim])
    before.kill()
    wait_for(lambda: platform.said().count("was started again") > said_before, 60)
    wait_for(lambda: alive(platform, VICTIMS[victim], before.pid) and platform.answers(), 60)


def alive(platform: Platform, words: tuple[str, ...], but: int) -> bool:
    try:
        return platform.one(*words).pid != but
    except (ValueError, psutil.NoSuchProcess):
        return False


def children(platform: Platform, words: tuple[str, ...]) -> set[int]:
    """The children of a process; none while it, or what it was restarted for, comes and goes under our eyes."""
    try:
        return {p.pid for p in platform.one(*words).children()}
    except (ValueError, psutil.NoSuchProcess):
        return set()


@pytest.mark.parametrize("child", [("gunicorn",), ("celery",)], ids=["web", "worker"])
def test_it_heals_when_a_child_is_killed(platform: Platform, child: tuple[str, ...]) -> None:
    wait_for(lambda: len(children(platform, child)) > 1, 60)
    parent = platform.one(*child)
    victim = min(parent.children(), key=lambda p: p.pid)
    victim.kill()
    wait_for(lambda: victim.pid not in children(platform, child) and len(children(platform, child)) > 1, 60)
    wait_for(platform.answers, 60)


def test_stopping_leaves_no_process_of_ours_and_every_other(platform: Platform) -> None:
    """After this, a second start prepares nothing again. Sabotage: end children by name, or drop a stop()."""
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)", "gunicorn celery postgres"])
    family = platform.family()
    assert len(family) > 8
    assert platform.stop(signal.SIGINT) == 0
    left = living(family)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
    assert not left
    assert not (platform.data / "endpoints.json").exists()

    prepared = (platform.data / "logs" / "demo.log").stat().st_mtime_ns
    for sign in (signal.SIGTERM, signal.SIGHUP):
        again = Platform(platform.data, platform.port)
        again.wait()
        assert again.stop(sign) == 0
        assert (platform.data / "logs" / "demo.log").stat().st_mtime_ns == prepared


def test_its_own_sigkill_leaves_nothing_behind(platform: Platform) -> None:
    """Sabotage: remove PR_SET_PDEATHSIG."""
    last = Platform(platform.data, platform.port)
    last.wait()
    family = last.family()
    last.process.kill()
    last.process.wait()
    wait_for(lambda: not living(family), 30)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", platform.port))


@pytest.mark.slow
def test_given_services_are_used_and_left_running(folder: Path) -> None:
    """Sabotage: start our own PostgreSQL although LMS_DATABASE_URL is set."""
    postgres, valkey = start_postgres(folder), start_valkey(folder)
    given = {
        "LMS_DATABASE_URL": postgres.app_url,
        "LMS_DATABASE_OWNER_URL": postgres.owner_url,
        "LMS_REDIS_URL": valkey.url,
    }
    lay_out(folder / "data")
    guest = Platform(folder / "data", free_port(), **given)
    try:
        guest.wait()
        assert guest.answers()
        assert not [
            p for p in guest.family() if "valkey-server" in command_line(p) or "bin/postgres" in command_line(p)
        ]
        assert guest.stop() == 0
        assert postgres.running()
        assert valkey.running()
    finally:
        guest.process.kill()
        valkey.stop()
        postgres.stop()
