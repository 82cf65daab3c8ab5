"""`make bench`: what requests cost in processor time, beside one INSERT or one SELECT of the same stack.

`make bench ARGS="300 100000"`: so many requests a row (600), and up to so many statements stored (a million).
"""

import http.client
import json
import os
import sys
from collections.abc import Callable
from functools import partial
from uuid import uuid4

from benches import gate
from benches.floor_tables import LEARNERS
from benches.measure import Cost, Request, measure
from benches.platform import PHONES, Platform, Trainee
from benches.ranges import Files
from benches.records import PAGE, Store, median
from benches.scorm import shells

REQUESTS, MANY = 600, 1_000_000
FEW = 10_000
ROUNDS = 3
HEAD = f"{'':<22}{'stored':>9}{'CPU ms':>8}{'web':>8}{'database':>10}{'median ms':>11}{'per s':>8}{'floor ms':>10}{'ratio':>8}"
FLOOR_ROW = "/row?id=00000000-0000-4000-8000-000000000000"

Make = Callable[[int, int], Request]


class Bench:
    """Our server and its floor, measured in turns, so that a busy machine is busy for both."""

    def __init__(self, platform: Platform, requests: int) -> None:
        same = {"postgres": platform.postgres.program.process.pid, "threads": len(PHONES)}
        self._ours = partial(measure, platform.port, server=platform.web.process.pid, **same)
        self._floor = partial(measure, platform.floor_port, server=platform.floor.process.pid, **same)
        self._requests = requests

    def row(self, name: str, ours: Make, floor: Make, stored: str = "", rounds: int = ROUNDS) -> Cost:
        """Measure both in turns, and print the medians."""
        beside, costs = [], []
        for _ in range(rounds):
            beside.append(self._floor(floor, requests=self._requests))
            costs.append(self._ours(ours, requests=self._requests))
        _line(name, median(costs), median(beside), stored)
        return median(costs)


def main() -> None:
    """Measure, and print a line for each kind of request."""
    asked = [int(word) for word in sys.argv[1:3]]
    requests, many = asked + [REQUESTS, MANY][len(asked) :]
    platform = Platform()
    try:
        print(f"load before: {os.getloadavg()[0]:.1f}\n{HEAD}", flush=True)
        _measure(platform, Bench(platform, requests), many)
        gate.main()
        print(f"load after: {os.getloadavg()[0]:.1f}", flush=True)
    finally:
        platform.close()


def _measure(platform: Platform, bench: Bench, many: int) -> None:
    trainees = [Trainee(platform, phone) for phone in PHONES]
    bench.row("beat", lambda t, n: _beat(trainees[t], n + 41), update_row(platform.floor_port), rounds=1)
    scos = shells(platform.postgres.superuser_url, trainees)
    bench.row("SCORM commit", lambda t, n: scos[t].commit(n + 41), update_row(platform.floor_port), rounds=1)
    bench.row("course page", lambda t, _: Request("GET", trainees[t].course, None, trainees[t].headers), select)
    files = Files(platform, trainees[0])
    bench.row("range of a video", files.video, files.floor)
    bench.row("range of a package", files.member, files.floor)
    store = Store(
        platform.postgres.superuser_url, platform.port, json.loads(platform.lms("lrs-key", "bench", "--json"))
    )
    costs: dict[str, list[Cost]] = {}
    for stored in sorted({min(FEW, many), many}):
        store.grow_to(stored)
        for name, make in store.reads().items():
            costs.setdefault(name, []).append(bench.row(name, make, select_page, f"{stored:,}"))
        for name, make in store.writes().items():
            bench.row(name, make, insert_batch(store) if name == "POST 50" else insert, f"{stored:,}")
    for name, (*few, last) in costs.items():
        if few:
            print(
                f"{name}: {100 * (last.cpu_ms / few[0].cpu_ms - 1):+.0f} % from {FEW:,} to {many:,} stored", flush=True
            )


def insert(*_: int) -> Request:
    """The floor of a write: one INSERT of a kilobyte."""
    return Request("POST", "/row", b"x" * 1000, status=204)


def update_row(port: int) -> Make:
    """The floor of a save: one UPDATE of a row of a kilobyte, each connection its own."""
    rows = [str(uuid4()) for _ in PHONES]
    for row in rows:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        line.request("POST", f"/row?id={row}", b"x" * 1000)
        line.getresponse().read()
    return lambda t, _: Request("PUT", f"/row?id={rows[t]}", b"x" * 1000, status=204)


def insert_batch(store: Store) -> Make:
    """The floor of a batch: one INSERT of fifty rows out of a JSON array."""
    return lambda *_: Request("POST", "/rows", store.post(50).body, status=204)


def select(*_: int) -> Request:
    """The floor of a page: one SELECT of one row."""
    return Request("GET", FLOOR_ROW)


def select_page(_: int, number: int) -> Request:
    """The floor of a page of records: one SELECT of fifty payloads of the same size."""
    return Request("GET", f"/rows?learner={number % LEARNERS}&limit={PAGE}")


def _beat(trainee: Trainee, order: int) -> Request:
    """A second of the lesson after the one before; numbers of requests begin below nought, beats at one."""
    stretch = [(order - 1) * 1000, order * 1000]
    beat = {"id": str(uuid4()), "seq": order, "why": "tick", "position_ms": stretch[1], "stretches": [stretch]}
    headers = {**trainee.headers, **trainee.json_headers}
    return Request("POST", trainee.beats, json.dumps({"beats": [beat]}).encode(), headers)


def _line(name: str, cost: Cost, floor: Cost, stored: str) -> None:
    ratio = cost.cpu_ms / floor.cpu_ms
    figures = f"{cost.cpu_ms:>8.2f}{cost.server_ms:>8.2f}{cost.database_ms:>10.2f}{cost.median_ms:>11.1f}{cost.per_second:>8.0f}"
    print(f"{name:<22}{stored:>9}{figures}{floor.cpu_ms:>10.2f}{ratio:>8.1f}", flush=True)


if __name__ == "__main__":
    main()
