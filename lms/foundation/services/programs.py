"""Programs that we start and stop: where a wheel keeps them, as whom they run, how they end."""

import ctypes
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)
_LOG_LIMIT = 20_000_000
SERVICE_ACCOUNTS = ("yanxue", "nobody")


class ServiceFailed(Exception):
    """A service cannot run; the message is one sentence for the operator."""


@dataclass(frozen=True)
class Account:
    """The unprivileged account that services use when we are root."""

    name: str
    uid: int
    gid: int


@dataclass
class Program:
    """A process that we started; `end_with` is the signal that it takes as a wish to stop."""

    name: str
    process: "subprocess.Popen[bytes]"
    end_with: signal.Signals = signal.SIGTERM

    def running(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def stop(self, patience: float = 10.0) -> None:
        """Ask it to end, and after `patience` seconds end its whole process group."""
        if self.running():
            self.process.send_signal(self.end_with)
            self.wait(patience)
        self.kill()

    def wait(self, seconds: float) -> bool:
        """Whether it ended within so many seconds."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End what is left of its process group at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def spawn(
    name: str,
    command: Sequence[object],
    *,
    log: Path | None,
    account: Account | None = None,
    end_with: signal.Signals = signal.SIGTERM,
    env: dict[str, str] | None = None,
    feed: bytes | None = None,
    cwd: Path | None = None,
) -> Program:
    """Start a program in a process group of its own; it is told to end when we die, however we die.

    Its output goes to the log file, or to ours without one. `feed` is handed to its standard input.
    """
    out = open_log(log) if log else None
    try:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE if feed is not None else subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT if out else None,
            start_new_session=True,
            preexec_fn=_end_with_parent(os.getpid(), end_with),
            env=env,
            cwd=cwd,
            **_identity(account),  # type: ignore[call-overload]
        )
    except OSError as error:
        raise ServiceFailed(f"{name} cannot be started ({command[0]}: {error.strerror}).") from error
    finally:
        if out:
            os.close(out)
    if feed is not None:
        _feed(process, feed)
    return Program(name, process, end_with)


def open_log(path: Path) -> int:
    """A descriptor that appends to the log; a log that has grown large makes room first."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > _LOG_LIMIT:
            path.replace(path.with_suffix(".old"))
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError as error:
        raise ServiceFailed(f"The log {path} cannot be written: {error.strerror}.") from error


def last_words(log: Path) -> str:
    """The last line of a log that says anything."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"


def wheel_file(distribution: str, name: str) -> Path:
    """The file of an installed wheel whose path ends in `name`; the package itself is never imported."""
    try:
        files = metadata.files(distribution) or []
    except metadata.PackageNotFoundError as error:
        raise ServiceFailed(f"The package {distribution} is not installed: `make run` installs it.") from error
    for file in files:
        if f"/{file}".endswith(f"/{name}"):
            return Path(str(file.locate())).resolve()
    raise ServiceFailed(f"The package {distribution} has no {name} for this kind of machine.")


def service_account() -> Account | None:
    """As root, the account that services run under: `yanxue` where an operator made one, else `nobody`."""
    if os.geteuid() != 0:
        return None
    for name in SERVICE_ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise ServiceFailed("Root needs an unprivileged account for PostgreSQL: run `useradd --system yanxue`.")


def open_to_others(path: Path) -> bool:
    """Whether an account that owns nothing can reach the path through all its parents."""
    return all(_passable(parent) for parent in (path.resolve(), *path.resolve().parents) if parent.is_dir())


def reachable(binary: Path, data: Path, account: Account | None) -> Path:
    """A program in one file; as root a copy of it in the data folder when the account cannot reach the original."""
    if account is None or open_to_others(binary.parent):
        return binary
    copy = data / "programs" / binary.name
    if not copy.exists() or copy.stat().st_size != binary.stat().st_size:
        _copy(binary, copy)
    return copy


def private_folder(path: Path, account: Account | None) -> Path:
    """Make a folder that only the account which uses it can look into; its parent lets others pass through, no more."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)
        if account:
            os.chown(path, account.uid, account.gid)
            path.parent.chmod(0o711)
            _must_be_reachable(path.parent, account)
    except OSError as error:
        raise ServiceFailed(f"The folder {path} cannot be used: {error.strerror}.") from error
    return path


def free_port() -> int:
    """A port of the loopback address that nothing listens on at this moment."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """So many different ports of the loopback address that nothing listens on at this moment."""
    with ExitStack() as probes:
        sockets = [probes.enter_context(socket.socket()) for _ in range(count)]
        for probe in sockets:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in sockets]


def port_is_free(port: int, address: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    return why_not_listen(port, address) is None


def why_not_listen(port: int, address: str = "127.0.0.1") -> int | None:
    """The error number that a server would meet on that port, or None where it could listen now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            return error.errno
    return None


def wait_until(ready: Callable[[], bool], program: Program, log: Path, seconds: float = 30.0) -> None:
    """Wait for a program to answer; raises ServiceFailed with its last words when it ends or takes too long."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if ready():
            return
        if not program.running():
            raise ServiceFailed(f"{program.name} did not start: {last_words(log)}.")
        time.sleep(0.05)
    program.kill()
    raise ServiceFailed(f"{program.name} did not answer within {seconds:.0f} s; its log is {log}.")


def refuse_full_disk(folder: Path, megabytes: int = 300) -> None:
    """Say that the disk is full before a database has to find out."""
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < megabytes:
        raise ServiceFailed(f"The disk under {folder} has {free} MB left and {megabytes} MB are needed: make room.")


def _copy(binary: Path, copy: Path) -> None:
    fresh = copy.with_suffix(".new")
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.parent.chmod(0o755)
        shutil.copyfile(binary, fresh)
        fresh.chmod(0o755)
        fresh.replace(copy)
    except OSError as error:
        raise ServiceFailed(f"The program {binary.name} cannot be copied to {copy}: {error.strerror}.") from error


def _identity(account: Account | None) -> dict[str, object]:
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def _end_with_parent(parent: int, sign: signal.Signals) -> Callable[[], None]:
    def before_exec() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(sign))
        if os.getppid() != parent:
            os._exit(1)

    return before_exec


def _feed(process: "subprocess.Popen[bytes]", words: bytes) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError):
        process.stdin.write(words)
        process.stdin.close()


def _passable(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)


def _must_be_reachable(folder: Path, account: Account) -> None:
    closed = [parent for parent in (folder, *folder.parents) if not _passable(parent)]
    if closed:
        raise ServiceFailed(
            f"Root runs PostgreSQL as {account.name}, who may not enter {closed[-1]}:"
            f" set LMS_DATA to a folder outside it, such as /var/lib/yanxue."
        )
