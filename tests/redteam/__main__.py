"""`make redteam`: every attack and control of hours.md over HTTP against a running server, as a table.

`make redteam ARGS="16 H4"` plays these alone. Exit code 1 where anything is not as expected.
"""

import logging
import sys
import time

from tests.redteam.running import play
from tests.redteam.server import Server
from tests.redteam.telling import everything, line


def main(words: list[str]) -> int:
    """Play, print a line for each, and say how it ended."""
    logging.disable(logging.INFO)
    wanted = [one for one in everything() if not words or one.number in words]
    began, results = time.monotonic(), []
    server = Server()
    try:
        print(f"{'':>4}  {'scenario':<44}{'expected':>20}  {'found':>18}", flush=True)
        for result in play(server.ground(), wanted):
            results.append(result)
            print(line(result), flush=True)
    finally:
        server.close()
    failed = [result.scenario.number for result in results if not result.good]
    print(f"{len(results)} played, {len(results) - len(failed)} as expected, {time.monotonic() - began:.0f} s")
    if failed:
        print(f"FAILED: {' '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
