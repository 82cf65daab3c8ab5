"""`make lts SUITE=path`: the official cmi5 suite for LMSs (adlnet/CATAPULT, its folder `lts`) on a fresh instance of ours.

SUITE is a checkout of it with its node modules and its packages built (docs/cmi5.md says how). The suite drives a browser
and speaks to us through adapter.js, which uses nothing but our public API.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from benches.conformance import ORGANISATION, Instance

TESTS = 87
LONGEST_SECONDS = 1200
TEST_MS = 60_000  # the five seconds of jest are too few on a busy machine
ADAPTER = Path(__file__).with_name("adapter.js")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class Platform(Instance):
    """A fresh instance with somebody who answers for the key of the course API."""

    def keys(self) -> dict[str, str]:
        """What the adapter needs to know, as environment variables."""
        self._lms("plans", "load")
        made = json.loads(self._lms("cmi5-key", "suite", "--organisation", ORGANISATION, "--json"))
        base = f"http://127.0.0.1:{self.port}"
        return {
            "YANXUE_API": f"{base}/api/cmi5",
            "YANXUE_XAPI": f"{base}/xapi",
            "YANXUE_CMI5_KEY": f"{made['key']}:{made['secret']}",
            "YANXUE_LRS_KEY": f"{self.key['key']}:{self.key['secret']}",
        }

    def founded(self, superuser_url: str) -> None:
        """The organisation, and one clerk who works for it."""
        super().founded(superuser_url)
        with psycopg.connect(superuser_url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(_A_CLERK)


_A_CLERK = """
with clerk as (
  insert into person (id, created_at, name) values (gen_random_uuid(), now(), '刘敏') returning id
)
insert into membership (id, created_at, person_id, organisation_id, role)
select gen_random_uuid(), now(), clerk.id, organisation.id, 'clerk' from clerk, organisation
"""


def main() -> None:
    """Run the suite; the exit code is 0 when every test passed."""
    suite = Path(sys.argv[1] if len(sys.argv) > 1 else "").absolute()
    if not (suite / "pkg" / "dist").is_dir() or not (suite / "node_modules").is_dir():
        sys.exit("make lts SUITE=path: the folder lts of a checkout of adlnet/CATAPULT, built as docs/cmi5.md says")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit("make lts needs Chromium")
    platform = Platform()
    try:
        passed, told = _run(suite, platform, browser)
    finally:
        platform.close()
    print(f"cmi5 LMS test suite: {passed}/{TESTS} passed")
    for line in told:
        print(line)
    sys.exit(0 if passed == TESTS and not told else 1)


def _run(suite: Path, platform: Platform, browser: str) -> tuple[int, list[str]]:
    with tempfile.TemporaryDirectory(prefix="lms-lts-") as folder:
        puppeteer, report = Path(folder) / "puppeteer.js", Path(folder) / "report.json"
        options = {"executablePath": browser, "args": ["--no-sandbox", "--disable-dev-shm-usage"]}
        puppeteer.write_text(f"module.exports = {json.dumps({'launch': options})};")
        environment = {
            **os.environ,
            **platform.keys(),
            "CATAPULT_LMS": str(ADAPTER),
            "JEST_PUPPETEER_CONFIG": str(puppeteer),
            "JEST_JUNIT_OUTPUT_DIR": folder,
        }
        command = ["npx", "jest", "--runInBand", f"--testTimeout={TEST_MS}", "--json", f"--outputFile={report}"]
        began = time.monotonic()
        done = subprocess.run(
            command, cwd=suite, env=environment, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False
        )
        print(f"({time.monotonic() - began:.0f} s)", flush=True)
        if not report.is_file():
            return 0, [done.stdout[-2000:] + done.stderr[-2000:]]
        found = counted(json.loads(report.read_text()))
        if found[1]:
            print(done.stderr[-6000:], (platform.data / "web.log").read_text()[-3000:])
        return found


def counted(report: dict[str, Any]) -> tuple[int, list[str]]:
    """How many tests passed, and a line for each that did not."""
    tests = [test for file in report["testResults"] for test in file["assertionResults"]]
    others = [test for test in tests if test["status"] != "passed"]
    broken = [str(file["message"])[:500] for file in report["testResults"] if not file["assertionResults"]]
    lines = [
        f"{test['status'].upper()} {test['fullName']}: {''.join(test['failureMessages'])[:600]}" for test in others
    ]
    return len(tests) - len(others), [*lines, *broken]


if __name__ == "__main__":
    main()
