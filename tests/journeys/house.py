"""The whole platform, started as `make run` starts it, for journeys in a browser."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ops.lesson import lay_out

ROOT = Path(__file__).parents[2]
LONGEST_START = 240


@dataclass
class House:
    """A running platform: where its pages are, and the hands of its clock."""

    process: subprocess.Popen[str]
    data: Path
    port: int
    environ: dict[str, str]
    ahead: float = 0.0

    @property
    def origin(self) -> str:
        """Where the pages are."""
        return f"http://app.lms.localhost:{self.port}"

    @property
    def machine(self) -> str:
        """Where machines ask."""
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def fast_clock(self, rate: float) -> Iterator[None]:
        """Let the platform's clock run `rate` times as fast inside the block; it never goes back afterwards."""
        since = time.time()
        self._set_clock(since, rate)
        try:
            yield
        finally:
            now = time.time()
            self.ahead += (now - since) * (rate - 1)
            self._set_clock(now, 1)

    def _set_clock(self, since: float, rate: float) -> None:
        hands = json.dumps({"since": since, "offset": self.ahead, "rate": rate})
        beside = self.data / "clock.new"
        beside.write_text(hands)
        beside.replace(self.data / "clock")

    def lms(self, *words: str) -> str:
        """What a command of the platform prints; raises where it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "lms.cli", *words],
            cwd=ROOT,
            env=self.environ,
            text=True,
            capture_output=True,
            check=False,
            timeout=120,
        )
        if done.returncode:
            raise RuntimeError(f"lms {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def stop(self) -> None:
        """Ctrl-C, and away with the data."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)
        shutil.rmtree(self.data, ignore_errors=True)


def open_house() -> House:
    """Start everything and wait for `ready`."""
    data, port = Path(tempfile.mkdtemp(prefix="lms-house-", dir="/tmp")), free_port()
    data.chmod(0o711)
    lay_out(data)
    own = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    more = {"LMS_PORT": str(port), "LMS_DATA": str(data), "LMS_TESTING": "1", "LMS_DEMO": "1", "LMS_CATALOGUE": "first"}
    environ = own | more | {"LMS_CLOCK_FILE": str(data / "clock")}
    process = subprocess.Popen(
        [sys.executable, "-m", "lms.foundation.services"],
        cwd=ROOT, env=environ, text=True, stdout=subprocess.PIPE, stderr=(data / "house.log").open("w"),
    )  # fmt: skip
    _wait_until_ready(process, data / "house.log")
    return House(process, data, port, environ)


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(process: subprocess.Popen[str], log: Path) -> None:
    assert process.stdout is not None
    until = time.monotonic() + LONGEST_START
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("ready "):
            return
        if time.monotonic() > until:
            break
    process.kill()
    raise RuntimeError("the platform did not start: " + "".join(said[-5:]) + log.read_text()[-3000:])
