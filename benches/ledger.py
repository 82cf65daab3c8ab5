"""A million rows of the ledger: sealed, recomputed, exported and verified; `make bench-ledger ARGS="1000000"`.

Each step is a process of its own, so its memory is its own. CPU seconds are this process' and, in brackets, PostgreSQL's.
"""

import os
import secrets
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import text

from benches.measure import cpu_ms
from lms.foundation import clock, jobs
from lms.foundation.database import db, transaction
from lms.foundation.evidence import checkpoint_now
from lms.foundation.services import RunningPostgres
from lms.learning.checking import alarms, reading, rounds
from lms.subsidies import verify
from lms.subsidies.bundle.auditing import check_database
from lms.subsidies.bundle.gathering import Order
from lms.subsidies.bundle.making import make
from lms.subsidies.sheets import asking
from tests.conftest import NOON, client_of
from tests.learning.checking.crowd import LIKE, a_class, grow
from tests.learning.checking.house import open_house
from tests.learning.classroom import Classroom
from tests.people import SYSTEM

MANY, LESSONS, BEATS = 1_000_000, 40, 9
PLANTED = 30


@dataclass(frozen=True)
class House:
    """The house, its class, and a folder for what comes out of it."""

    app: Flask
    postgres: RunningPostgres
    room: Classroom
    folder: Path

    def step(self, name: str, work: Callable[["House"], object]) -> None:
        """Do something in a process of its own, and print what it took."""
        db.engine.dispose()
        server = self.postgres.program.process.pid
        before, began = cpu_ms(server), time.monotonic()
        if not (child := os.fork()):
            _child(lambda: work(self), name)
        _, status, used = os.wait4(child, 0)
        took = f"{used.ru_utime + used.ru_stime:8.1f} s CPU ({(cpu_ms(server) - before) / 1000:6.1f})"
        wall, mb = time.monotonic() - began, used.ru_maxrss / 1024
        print(f"{name:<34}{took}{wall:8.1f} s{mb:8.0f} MB{'   FAILED' if status else ''}", flush=True)

    def superuser(self, statement: str, *values: object) -> list[Any]:
        """Say something behind everybody's back."""
        with psycopg.connect(self.postgres.superuser_url.replace("+psycopg", ""), autocommit=True) as line:
            line.execute("set session_replication_role = replica")
            asked = line.execute(statement, values)  # type: ignore[arg-type]
            return asked.fetchall() if asked.description else []


def _child(work: Callable[[], object], name: str) -> None:
    try:
        if (said := work()) is not None:
            print(f"  {name}: {said}", flush=True)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def main() -> None:
    """Fill a house, then each step in turn."""
    asked = [int(word) for word in sys.argv[1:4]]
    many, lessons, beats = asked + [MANY, LESSONS, BEATS][len(asked) :]
    folder = Path(tempfile.mkdtemp(prefix="lms-bench-", dir="/tmp"))
    print(f"load before: {os.getloadavg()[0]:.1f}", flush=True)
    try:
        with open_house() as (app, postgres):
            clock.freeze(NOON)
            house = House(app, postgres, a_class(lessons, beats), folder)
            _measure(house, many)
    finally:
        clock.reset()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"load after: {os.getloadavg()[0]:.1f}", flush=True)


def _measure(house: House, many: int) -> None:
    here = sum(len(house.room.rows(key)) for key in LIKE)
    house.step("fill", lambda h: f"{grow(h.room, h.postgres.superuser_url, max(1, many // here)):,} rows")
    house.step("places in the tree, signature", lambda _: f"{checkpoint_now().size:,} leaves")
    house.superuser("vacuum analyze")
    clock.turn(timedelta(hours=3))
    planted = _plant(house)
    house.step("second checker, every beat", lambda _: _round(planted))
    _heal(house, planted)
    house.step("second checker, one night", _one_night)
    house.step("sheet: ledger, xlsx and CSV", lambda h: _sheet(h, "ledger"))
    house.step("the same again", lambda h: _sheet(h, "ledger"))
    house.step("sheet: platform data", lambda h: _sheet(h, "platform"))
    house.step("pages /sheets, /recomputed", _pages)
    house.step("bundle", _bundle)
    house.step("verify, where nothing of ours is", _verify)
    house.step("lms verify --database", lambda _: f"{(r := check_database()).rows:,} rows, {len(r.troubles)} troubles")


# What somebody with the superuser's password might do to one person, and how it is undone.
_LESS = "update hour_ledger set credited_ms = credited_ms - 1000, excluded_ms = 1000, reason = 'gap' where id = {row}"
_MORE = "update hour_ledger set credited_ms = credited_ms + 1000, excluded_ms = 0, reason = null where id = {row}"
_SHIFT = (
    "update beat set received_at = received_at {sign} interval '1 second' where session_id = '{{session}}' and seq = 5"
)
_HOLD = "update coverage set credited_ms = credited_ms {sign} 1 where person_id = '{{person}}'"
PLANTS = (
    (_LESS, _MORE),
    (_SHIFT.format(sign="+"), _SHIFT.format(sign="-")),
    (_HOLD.format(sign="+"), _HOLD.format(sign="-")),
)


def _plant(house: House) -> list[dict[str, Any]]:
    """Change something of thirty people, in three ways."""
    found = house.superuser(
        "select distinct on (person_id) person_id, session_id, id from hour_ledger"
        " where check_id is null and reason is null and seq = 5 order by person_id, id limit %s",
        PLANTED,
    )
    planted = [{"person": row[0], "session": row[1], "row": row[2]} for row in found]
    for nth, one in enumerate(planted):
        house.superuser(PLANTS[nth % 3][0].format(**one))
    return planted


def _heal(house: House, planted: list[dict[str, Any]]) -> None:
    for nth, one in enumerate(planted):
        house.superuser(PLANTS[nth % 3][1].format(**one))
    for one in [row[0] for row in house.superuser("select id from hours_difference")]:
        with transaction(SYSTEM):
            for who in ("hequan", "suwen"):
                alarms.settle(one, house.room.people.ids[who], "查过了，是量速度时改的")


def _round(planted: list[dict[str, Any]]) -> str:
    tally = rounds.run("bench", reading.everybody())
    with transaction(reading.CHECKER) as session:
        found = set(session.scalars(text("select distinct person_id from hours_difference")))
    right = found == {one["person"] for one in planted}
    return (
        f"{tally.text()} · planted in {len(planted)} people: {'all found, nobody else' if right else 'NOT AS PLANTED'}"
    )


def _one_night(_: House) -> str:
    """A thirtieth of everybody, as the night takes them where nothing new came."""
    return rounds.run("bench night", reading.in_turn(7, rounds.SHARES)).text()


def _sheet(house: House, kind: str) -> str:
    clerk = house.room.people.principal("hequan")
    with transaction(clerk):
        sheet_id = asking.ask(asking.Wish(kind, house.room.cohort_id), secrets.token_hex(8), clerk)
        job_id = asking.sheet(sheet_id).job_id
    assert job_id is not None
    jobs.run(job_id)
    with transaction(SYSTEM):
        job, made = jobs.find(job_id), asking.result(sheet_id)
    assert made is not None, job.error
    sizes = f"xlsx {made.xlsx_bytes / 1e6:.0f} MB {made.xlsx_sha256[:12]}, CSV {made.csv_bytes / 1e6:.0f} MB {made.csv_sha256[:12]}"
    return f"{made.rows:,} rows, {sizes}"


def _pages(house: House) -> str:
    house.app.config["WTF_CSRF_ENABLED"] = False
    said = []
    for address, who in (("/sheets", "hequan"), ("/recomputed", "fangyu")):
        client = client_of(house.app, house.room.people.ids[who])
        client.get(address)
        began = time.process_time(), time.monotonic()
        assert client.get(address).status_code == 200
        said.append(
            f"{address} {(time.process_time() - began[0]) * 1000:.0f} ms CPU, {(time.monotonic() - began[1]) * 1000:.0f} ms"
        )
    return "; ".join(said)


def _bundle(house: House) -> str:
    work = house.folder / "bundle"
    work.mkdir()
    order = Order(house.room.cohort_id, "masked", "")
    made = make(order, house.room.people.principal("hequan"), work, lambda *_: None)
    shutil.move(made.bundle, house.folder / "bundle.zip")
    shutil.rmtree(work)
    return f"{made.figures.rows:,} rows, {(house.folder / 'bundle.zip').stat().st_size / 1e6:.0f} MB"


def _verify(house: House) -> None:
    """The one file and a bundle in an empty folder, in a Python that sees no other path."""
    shutil.copy(verify.__file__, house.folder / "verify.py")
    os.chdir(house.folder)
    os.execv(sys.executable, [sys.executable, "-I", "verify.py", "bundle.zip"])


if __name__ == "__main__":
    main()
