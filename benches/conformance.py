"""`make conformance SUITE=path`: the official suite of ADL on a fresh instance, for both versions of the standard.

SUITE is a checkout of adlnet/lrs-conformance-test-suite with its node modules. The suite ends with the number of failures
modulo 256 and counts no test whose hook broke, so its last summary is read, and compared with how many tests there are.
"""

import base64
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg

from lms.foundation.services import start_postgres
from lms.foundation.services.programs import free_port, port_is_free, spawn

CHECKOUT = Path(__file__).resolve().parents[1]
TESTS = {"1.0.3": 1365, "2.0.0": 1442}
LONGEST_SECONDS = 1800
ORGANISATION = "conformance"


class Instance:
    """Our server with a database, a port, keys and a data folder of its own; `close()` ends and removes all of it."""

    def __init__(self) -> None:
        self.data = Path(tempfile.mkdtemp(prefix="lms-conformance-", dir="/tmp"))
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

    def _start(self) -> None:
        postgres = start_postgres(self.data)
        self._exit.callback(postgres.stop)
        self.port = free_port()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("LMS_")},
            "LMS_DATA": str(self.data),
            "LMS_PORT": str(self.port),
            "LMS_DATABASE_URL": postgres.app_url,
            "LMS_DATABASE_OWNER_URL": postgres.owner_url,
        }
        self._lms("migrate")
        self.founded(postgres.superuser_url)
        self.key = json.loads(self._lms("lrs-key", "suite", "--organisation", ORGANISATION, "--json"))
        self._serve()

    def founded(self, superuser_url: str) -> None:
        """An organisation whose records these are."""
        _found(superuser_url)

    def _lms(self, *words: str) -> str:
        command = [sys.executable, "-m", "lms.cli", *words]
        done = subprocess.run(command, cwd=CHECKOUT, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"lms {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def _serve(self) -> None:
        options = ("--worker-class", "gthread", "--workers", "2", "--threads", "8", "--no-control-socket")
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{self.port}", *options, "wsgi:application"]
        program = spawn("web", command, log=self.data / "web.log", env=self.environment, cwd=CHECKOUT)
        self._exit.callback(program.stop)
        limit = time.monotonic() + 60
        while port_is_free(self.port):
            if time.monotonic() > limit or not program.running():
                raise RuntimeError((self.data / "web.log").read_text())
            time.sleep(0.1)
        self._warm_up()

    def _warm_up(self) -> None:
        """Both workers have answered once: the suite takes the time of its first request for the difference of clocks."""
        words = base64.b64encode(f"{self.key['key']}:{self.key['secret']}".encode()).decode()
        headers = {"X-Experience-API-Version": "1.0.3", "Authorization": f"Basic {words}"}
        for _ in range(20):
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            line.request("GET", "/xapi/statements?limit=1", headers=headers)
            line.getresponse().read()
            line.close()


def main() -> None:
    """Run both versions; the exit code is 0 when every test of both passed."""
    suite = Path(sys.argv[1] if len(sys.argv) > 1 else "").absolute()
    if not (suite / "bin" / "console_runner.js").is_file() or not (suite / "node_modules").is_dir():
        sys.exit("make conformance SUITE=path: a checkout of adlnet/lrs-conformance-test-suite after `npm install`")
    good = True
    for version, expected in TESTS.items():
        instance = Instance()
        try:
            good = _run(suite, version, expected, instance) and good
        finally:
            instance.close()
    sys.exit(0 if good else 1)


def _run(suite: Path, version: str, expected: int, instance: Instance) -> bool:
    began = time.monotonic()
    words = ["-x", version, "-e", f"http://127.0.0.1:{instance.port}/xapi", "-a", "-z"]
    words += ["-u", instance.key["key"], "-p", instance.key["secret"]]
    command = ["node", "bin/console_runner.js", *words]
    done = subprocess.run(command, cwd=suite, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False)
    passed, failed = counted(done.stdout)
    print(f"xAPI {version}: {passed}/{expected} passed, {failed} failed ({time.monotonic() - began:.0f} s)", flush=True)
    if (passed, failed) != (expected, 0):
        print(done.stdout[-2000:] + done.stderr[-2000:])
        _tell_failures(suite)
        print((instance.data / "web.log").read_text()[-2000:])
    return (passed, failed) == (expected, 0)


def counted(output: str) -> tuple[int, int]:
    """(passed, failed) of the suite's last summary; (0, 0) where it printed none."""
    found = re.findall(r'"?passed"?\s*:\s*(\d+)\s*,\s*"?failed"?\s*:\s*(\d+)', output)
    return (int(found[-1][0]), int(found[-1][1])) if found else (0, 0)


def _tell_failures(suite: Path) -> None:
    """The titles of the tests that failed, from the suite's own log."""
    logs = sorted((suite / "logs").glob("*.log"), key=lambda path: path.stat().st_mtime)
    for title, error in failures(json.loads(logs[-1].read_text()).get("log", {}) if logs else {}):
        print(f"FAILED {title}: {error}")


def failures(node: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """(title, error) of each test below a node of the log that failed."""
    way = (*above, str(node.get("title") or node.get("name") or ""))
    own = (
        [(" > ".join(way), str(node.get("error")))] if node.get("status") == "failed" and not node.get("tests") else []
    )
    return own + [found for inner in node.get("tests") or [] for found in failures(inner, way)]


def _found(superuser_url: str) -> None:
    """An organisation whose records these are."""
    with psycopg.connect(superuser_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "insert into organisation (id, created_at, kind, name, region_code)"
            " values (gen_random_uuid(), now(), 'institution', %s, '440606')",
            [ORGANISATION],
        )


if __name__ == "__main__":
    main()
