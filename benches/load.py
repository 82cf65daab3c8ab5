"""`make load`: thousands of learners whose players send a beat every thirty seconds, against a server of its own.

`make load ARGS="3000 10"`: so many learners, for so many minutes. Each learner has an account, a session and a lesson of
their own; each beat is a request as the player sends it, at its own moment whether or not the ones before it have been
answered, and its time runs from that moment. No presence check falls into the run: people answer those, not players.
The client runs on the same machine and takes its share of the processors; what it took is said at the end.
"""

import asyncio
import hashlib
import json
import os
import resource
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import psycopg

from benches.measure import cpu_ms
from benches.platform import CHECKOUT, PHONES, Platform, Trainee
from lms.foundation.services.programs import spawn

LEARNERS, MINUTES = 3000, 10
EVERY_S = 30
LINES = 64
PATIENCE_S = 30
LENGTH_MS = 6 * 3600 * 1000

# Everything is copied from one real learner; only what must differ does.
_COPY = """
with made as (select * from unnest(%(people)s::uuid[], %(registrations)s::uuid[], %(sessions)s::uuid[], %(tokens)s::bytea[])
  as made (person, registration, session, token)),
people as (insert into person select (jsonb_populate_record(null::person, to_jsonb(p) || jsonb_build_object(
    'id', m.person, 'id_number', null, 'id_number_index', null, 'phone', null, 'phone_index', null))).*
  from made m, person p where p.id = %(person)s),
enrolled as (insert into enrolment select (jsonb_populate_record(null::enrolment, to_jsonb(e) || jsonb_build_object(
    'id', gen_random_uuid(), 'person_id', m.person))).*
  from made m, enrolment e join registration r on r.cohort_id = e.cohort_id and r.person_id = e.person_id
  where r.id = %(registration)s),
registered as (insert into registration select (jsonb_populate_record(null::registration, to_jsonb(r) || jsonb_build_object(
    'id', m.registration, 'person_id', m.person))).* from made m, registration r where r.id = %(registration)s),
studying as (insert into study_session select (jsonb_populate_record(null::study_session, to_jsonb(s) || jsonb_build_object(
    'id', m.session, 'person_id', m.person, 'registration_id', m.registration, 'last_at', now(), 'launched_at', now(),
    'last_seq', 0, 'length_ms', %(length)s, 'approved_ms', %(length)s))).*
  from made m, study_session s where s.id = %(session)s),
leased as (insert into lease select (jsonb_populate_record(null::lease, to_jsonb(l) || jsonb_build_object(
    'person_id', m.person, 'session_id', m.session, 'held_until', now() + interval '1 hour', 'counted_until', null,
    'day_ms', 0, 'last_at', null, 'unproved_ms', 0, 'check_after_ms', 1e9::bigint, 'check_id', null))).*
  from made m, lease l where l.person_id = %(person)s)
insert into web_session select (jsonb_populate_record(null::web_session, to_jsonb(w) || jsonb_build_object(
    'id', gen_random_uuid(), 'token_hash', m.token, 'person_id', m.person,
    'data', jsonb_set(w.data, '{_user_id}', to_jsonb(m.person::text))))).*
  from made m, web_session w where w.token_hash = %(token)s
"""


@dataclass
class Learner:
    """One learner: where the beats go, the cookie they carry, and how far the lesson is."""

    session: UUID
    token: str
    seq: int = 0

    def beat(self, host: str, csrf: str, why: str = "tick") -> bytes:
        """The next beat, as the player writes it; who leaves has played nothing since the last."""
        self.seq += 1
        end = (self.seq - (why == "leave")) * EVERY_S * 1000
        stretches = [] if why == "leave" else [[end - EVERY_S * 1000, end]]
        one = {"seq": self.seq, "why": why, "position_ms": end, "stretches": stretches, "rate": 1}
        sent = {"sent_at": "2026-11-22T08:00:00.000Z", "hidden": False, "muted": False, "id": str(uuid4())}
        body = json.dumps({"beats": [{**one, **sent}]}, separators=(",", ":")).encode()
        head = (
            f"POST /learn/sessions/{self.session}/beats HTTP/1.1\r\nHost: {host}\r\nCookie: __Host-lms={self.token}\r\n"
            f"User-Agent: load (Mobile)\r\nX-CSRFToken: {csrf}\r\nAccept: application/json\r\nOrigin: http://{host}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


@dataclass
class Run:
    """What came of it: milliseconds from the moment a beat was due, and what was answered."""

    times: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Run the load, and print a table."""
    words = sys.argv[1:]
    learners = int(words[0]) if words else LEARNERS
    minutes = float(words[1]) if len(words) > 1 else MINUTES
    platform = Platform()
    try:
        _run(platform, learners, minutes)
    finally:
        platform.close()


def _run(platform: Platform, count: int, minutes: float) -> None:
    (platform.data / "clock").write_text(json.dumps({"since": time.time(), "offset": 0, "rate": 1}))
    trainee = Trainee(platform, PHONES[0])
    empty = _sizes(platform)
    learners = _seed(platform, trainee, count)
    print(f"{count:,} learners, a beat every {EVERY_S} s, {minutes:g} minutes; load before {os.getloadavg()[0]:.1f}")
    before = _used(platform)
    run = asyncio.run(_beat(platform.port, trainee, learners, minutes * 60))
    after = _used(platform)
    _say(run, [b - a for a, b in zip(before, after, strict=True)], minutes * 60)
    asyncio.run(_leave(platform.port, trainee, learners))
    _seal(platform)
    _say_storage(platform, empty)


def _used(platform: Platform) -> tuple[float, float, float]:
    """CPU milliseconds of the web processes, of PostgreSQL and of this client."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    ours = (own.ru_utime + own.ru_stime) * 1000
    return cpu_ms(platform.web.process.pid), cpu_ms(platform.postgres.program.process.pid), ours


def _seed(platform: Platform, trainee: Trainee, count: int) -> list[Learner]:
    token = trainee.cookies["__Host-lms"]
    registration, session = trainee.course.rsplit("/", 1)[1], trainee.beats.split("/")[3]
    learners = [Learner(uuid4(), f"load-{number}-{uuid4().hex}") for number in range(count)]
    with psycopg.connect(platform.postgres.superuser_url.replace("+psycopg", ""), autocommit=True) as line:
        person = line.execute("select person_id from registration where id = %s", [registration]).fetchone()
        values = {
            "people": [uuid4() for _ in learners],
            "registrations": [uuid4() for _ in learners],
            "sessions": [one.session for one in learners],
            "tokens": [hashlib.sha256(one.token.encode()).digest() for one in learners],
            "person": person[0] if person else None,
            "registration": registration,
            "session": session,
            "token": hashlib.sha256(token.encode()).digest(),
            "length": LENGTH_MS,
        }
        line.execute("set session_replication_role = replica")
        line.execute(_COPY, values)
        line.execute("analyze")
    return learners


async def _beat(port: int, trainee: Trainee, learners: list[Learner], seconds: float) -> Run:
    """Send every learner's beats at their moments, over as many lines as a proxy keeps."""
    run, due = Run(), asyncio.Queue[tuple[float, Learner] | None]()
    lines = [asyncio.create_task(_line(port, trainee, due, run)) for _ in range(LINES)]
    started, gap = time.monotonic(), EVERY_S / len(learners)
    # Lessons were opened at the first moment; the first beats come a whole interval after it.
    for number in range(int(seconds / EVERY_S) * len(learners)):
        moment = started + EVERY_S / 2 + number * gap
        await asyncio.sleep(max(0, moment - time.monotonic()))
        due.put_nowait((moment, learners[number % len(learners)]))
    for _ in lines:
        due.put_nowait(None)
    await asyncio.gather(*lines)
    return run


async def _leave(port: int, trainee: Trainee, learners: list[Learner]) -> None:
    """Everybody closes the lesson: the record store is told of what was played."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for learner in learners:
        writer.write(learner.beat(trainee.host, trainee.csrf, why="leave"))
        await _answer(reader)
    writer.close()


def _seal(platform: Platform) -> None:
    """Every row gets its place in the tree, as it does while the platform runs; then what is free is given back."""
    words = [sys.executable, "-m", "lms.cli", "sequencer"]
    sequencer = spawn("sequencer", words, log=platform.data / "sequencer.log", env=platform.environment, cwd=CHECKOUT)
    with psycopg.connect(platform.postgres.superuser_url.replace("+psycopg", ""), autocommit=True) as line:
        while line.execute("select exists (select from evidence_pending)").fetchone() == (True,):
            time.sleep(0.2)
        sequencer.stop()
        line.execute("vacuum")


async def _line(port: int, trainee: Trainee, due: asyncio.Queue[tuple[float, Learner] | None], run: Run) -> None:
    reader = writer = None
    while (next_one := await due.get()) is not None:
        moment, learner = next_one
        try:
            if writer is None or reader is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(learner.beat(trainee.host, trainee.csrf))
            said = await asyncio.wait_for(_answer(reader), PATIENCE_S)
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as problem:
            said, reader, writer = type(problem).__name__, None, None
        run.times.append((time.monotonic() - moment) * 1000)
        run.answers[said] += 1


async def _answer(reader: asyncio.StreamReader) -> str:
    """The status, and whether the beat was credited."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    sizes = [line for line in head.split("\r\n") if line.lower().startswith("content-length:")]
    body = await reader.readexactly(int(sizes[0].split(":")[1])) if sizes else b""
    status = head.split(" ")[1]
    return f"{status} credited" if b'"credited":true' in body else status


def _say(run: Run, used: list[float], seconds: float) -> None:
    beats = len(run.times)
    cuts = statistics.quantiles(run.times, n=100)
    wrong = sum(n for said, n in run.answers.items() if not said.startswith("200"))
    print(f"beats {beats:,}  errors {wrong:,}  answers {dict(run.answers)}")
    print(
        f"ms from due to answered: p50 {cuts[49]:.0f}  p95 {cuts[94]:.0f}  p99 {cuts[98]:.0f}  most {max(run.times):.0f}"
    )
    web, database, client = (one / beats for one in used)
    print(f"CPU ms a beat: web {web:.2f}  database {database:.2f}  client {client:.2f}")
    busy = sum(used) / (seconds + EVERY_S / 2) / 1000
    print(f"processors busy: {busy:.2f} of {os.cpu_count()}; load after {os.getloadavg()[0]:.1f}", flush=True)


# What grows with study: the raw, the judged, the tree, the working state, the statements that were told.
GROWING = ("beat", "hour_ledger", "evidence_%", "study_session", "coverage", "lease", "presence_%", "lrs_%")


def _sizes(platform: Platform) -> dict[str, int]:
    """Bytes of tables and indexes; those of the partitions of a table together."""
    query = """select t.relname, case t.relkind when 'r' then pg_total_relation_size(t.oid)
        else (select sum(pg_total_relation_size(relid)) from pg_partition_tree(t.oid) where isleaf) end
      from pg_class t where t.relkind in ('r', 'p') and not t.relispartition
      and t.relnamespace = 'public'::regnamespace and t.relname like any(%s)"""
    with psycopg.connect(platform.postgres.superuser_url.replace("+psycopg", ""), autocommit=True) as line:
        return {name: int(size or 0) for name, size in line.execute(query, [list(GROWING)])}


def _say_storage(platform: Platform, empty: dict[str, int]) -> None:
    """Bytes for each credited minute."""
    with psycopg.connect(platform.postgres.superuser_url.replace("+psycopg", ""), autocommit=True) as line:
        row = line.execute("select coalesce(sum(credited_ms), 0) / 60000.0 from hour_ledger").fetchone()
    minutes = max(1.0, float(row[0]) if row else 0.0)
    grown = {name: (size - empty.get(name, 0)) / minutes for name, size in _sizes(platform).items()}
    print(f"credited minutes {minutes:,.0f}; stored {sum(grown.values()):,.0f} bytes a minute:")
    print("  " + "  ".join(f"{name} {size:,.0f}" for name, size in sorted(grown.items()) if size >= 1))


if __name__ == "__main__":
    main()
