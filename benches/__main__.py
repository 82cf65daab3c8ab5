"""`make bench`: what four requests cost in processor time, beside one INSERT or one SELECT of the same stack."""

import base64
import json
import sys
from uuid import uuid4

from benches.measure import Cost, Request, measure
from benches.platform import PHONES, Platform, Trainee

REQUESTS = 600
HEAD = f"{'':<24}{'CPU ms':>8}{'web':>8}{'database':>10}{'median ms':>11}{'per s':>8}{'floor ms':>10}{'ratio':>8}"
FLOOR_ROW = "/row?id=00000000-0000-4000-8000-000000000000"


def main() -> None:
    """Measure the floors, then ours, and print a line for each."""
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else REQUESTS
    platform = Platform()
    try:
        _measure(platform, requests)
    finally:
        platform.close()


def _measure(platform: Platform, requests: int) -> None:
    postgres, threads = platform.postgres.program.process.pid, len(PHONES)
    ours = {"server": platform.web.process.pid, "postgres": postgres, "requests": requests, "threads": threads}
    floor = {"server": platform.floor.process.pid, "postgres": postgres, "requests": requests, "threads": threads}
    trainees = [Trainee(platform, phone) for phone in PHONES]
    key = json.loads(platform.lms("lrs-key", "bench", "--json"))
    insert = measure(platform.floor_port, lambda *_: Request("POST", "/row", b"x" * 700, status=204), **floor)
    select = measure(platform.floor_port, lambda *_: Request("GET", FLOOR_ROW), **floor)
    print(HEAD)
    _line("floor: one INSERT", insert, insert)
    _line("floor: one SELECT", select, select)
    _line("beat", measure(platform.port, lambda t, n: _beat(trainees[t], n), **ours), insert)
    _line("POST /xapi, 1", measure(platform.port, lambda *_: _statement(platform, key), **ours), insert)
    _line("GET /xapi, 50", measure(platform.port, lambda *_: _statements(platform, key), **ours), select)
    _line("course page", measure(platform.port, lambda t, _: _page(trainees[t]), **ours), select)


def _beat(trainee: Trainee, number: int) -> Request:
    """A second of the lesson after the one before; numbers begin below nought, beats at one."""
    order = number + 41
    stretch = [(order - 1) * 1000, order * 1000]
    beat = {"id": str(uuid4()), "seq": order, "why": "tick", "position_ms": stretch[1], "stretches": [stretch]}
    headers = {**trainee.headers, **trainee.json_headers}
    return Request("POST", trainee.beats, json.dumps({"beats": [beat]}).encode(), headers)


def _statement(platform: Platform, key: dict[str, str]) -> Request:
    words = {
        "id": str(uuid4()),
        "actor": {"account": {"homePage": "https://yanxue.example", "name": "bench"}, "name": "学员"},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced", "display": {"zh-CN": "学了"}},
        "object": {"id": "https://yanxue.example/lesson/1", "definition": {"name": {"zh-CN": "拍好产品照片"}}},
        "context": {"registration": "7a0b9a4e-5c0f-4a58-8a35-3a3b7c5d4f10", "platform": "bench"},
        "result": {
            "duration": "PT30S",
            "extensions": {"https://w3id.org/xapi/video/extensions/played-segments": "0[.]30"},
        },
        "timestamp": "2026-11-22T08:00:00.000Z",
    }
    return Request("POST", "/xapi/statements", json.dumps(words).encode(), _basic(platform, key))


def _statements(platform: Platform, key: dict[str, str]) -> Request:
    return Request("GET", "/xapi/statements?limit=50", None, _basic(platform, key))


def _basic(platform: Platform, key: dict[str, str]) -> dict[str, str]:
    words = base64.b64encode(f"{key['key']}:{key['secret']}".encode()).decode()
    common = {"Host": f"127.0.0.1:{platform.port}", "X-Experience-API-Version": "1.0.3"}
    return {**common, "Content-Type": "application/json", "Authorization": f"Basic {words}"}


def _page(trainee: Trainee) -> Request:
    return Request("GET", trainee.course, None, trainee.headers)


def _line(name: str, cost: Cost, floor: Cost) -> None:
    ratio = cost.cpu_ms / floor.cpu_ms
    figures = f"{cost.cpu_ms:>8.2f}{cost.server_ms:>8.2f}{cost.database_ms:>10.2f}{cost.median_ms:>11.1f}{cost.per_second:>8.0f}"
    print(f"{name:<24}{figures}{floor.cpu_ms:>10.2f}{ratio:>8.1f}", flush=True)


if __name__ == "__main__":
    main()
