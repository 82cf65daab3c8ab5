"""How much processor time requests cost the processes that serve them, read from /proc."""

import http.client
import os
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Request:
    """What is sent; `status` is what must come back."""

    method: str
    path: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class Cost:
    """CPU milliseconds a request (our processes, PostgreSQL's), its median wall time in ms, and requests a second."""

    server_ms: float
    database_ms: float
    median_ms: float
    per_second: float

    @property
    def cpu_ms(self) -> float:
        """Both together."""
        return self.server_ms + self.database_ms


Make = Callable[[int, int], Request]


def measure(port: int, make: Make, *, server: int, postgres: int, requests: int = 600, threads: int = 4) -> Cost:
    """Send requests from several connections; make(thread, i) says what. server and postgres: their first processes."""
    _send(port, make, threads, range(-40, 0))
    before, started = (cpu_ms(server), cpu_ms(postgres)), time.perf_counter()
    times = _send(port, make, threads, range(requests // threads))
    seconds = time.perf_counter() - started
    after = (cpu_ms(server), cpu_ms(postgres))
    server_ms, database_ms = ((b - a) / len(times) for a, b in zip(before, after, strict=True))
    return Cost(server_ms, database_ms, statistics.median(times), len(times) / seconds)


def cpu_ms(first: int) -> float:
    """Processor time in ms of a process, its children, and those of them that have ended."""
    return sum(_ticks(pid, ended=pid == first) for pid in (first, *_children(first))) * 1000 / TICK


def _send(port: int, make: Make, threads: int, numbers: Sequence[int]) -> list[float]:
    times: list[float] = []
    failures: list[BaseException] = []
    crowd = [
        threading.Thread(target=_one_connection, args=(port, make, thread, numbers, times, failures))
        for thread in range(threads)
    ]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    if failures:
        raise failures[0]
    return times


def _one_connection(
    port: int, make: Make, thread: int, numbers: Sequence[int], times: list[float], failures: list[BaseException]
) -> None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        for number in numbers:
            times.append(_one(line, make(thread, number)))
    except BaseException as failure:
        failures.append(failure)


def _one(line: http.client.HTTPConnection, request: Request) -> float:
    started = time.perf_counter()
    line.request(request.method, request.path, request.body, request.headers)
    answer = line.getresponse()
    body = answer.read()
    if answer.status != request.status:
        raise RuntimeError(
            f"{request.method} {request.path} answered {answer.status}: {body[:300].decode(errors='replace')}"
        )
    return (time.perf_counter() - started) * 1000


def _children(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(child) for child in children]


def _ticks(pid: int, *, ended: bool) -> int:
    """utime + stime, and with `ended` those of children that were waited for (fields 14 to 17 of stat)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except FileNotFoundError:
        return 0
    return sum(int(value) for value in fields[11 : 15 if ended else 13])
