"""A class of thousands: a few people live through the doors, all others are their like, sealed one by one as they were.

Everything of a person is copied under new ids by the database itself; rows of the ledger get hashes of their own.
"""

import hashlib
import json
import random
from collections.abc import Container, Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from lms.foundation import clock, evidence
from lms.foundation.database import transaction
from lms.foundation.evidence.canonical import canonical, hash_of, marks
from lms.learning.actions import proving
from lms.learning.checking import reading
from lms.learning.models import Registration
from lms.learning.queries.ledger import ledger_page
from lms.learning.rules.ledger import KIND, LedgerRow, leaf_content
from lms.learning.rules.proofs import Method
from tests.learning.checking.lives import attend
from tests.learning.classroom import Classroom, Trainee, an_open_class
from tests.people import SYSTEM, bring_in

LIKE = ("xiulan", "ahui", "weijun")
# Whose rows are copied, by the column that names the person.
COPIED = {"person": "id", "known_to": "person_id", "enrolment": "person_id", "registration": "person_id"}
COPIED |= dict.fromkeys(("study_session", "lease", "coverage", "presence_check", "presence_answer"), "person_id")
COPIED |= dict.fromkeys(("identity_proof", "lesson_completion", "beat"), "person_id")
OWN = frozenset({"id", "person_id", "registration_id", "session_id", "check_id", "missed_id"})
MARKED = {"id_number_index", "phone_index"}
LEDGER = tuple(name for name in LedgerRow.__slots__ if name != "id")


def a_class(lessons: int, beats: int) -> Classroom:
    """A class of so many films of so many half minutes, and those who are copied have watched all of it."""
    clock.turn(timedelta(days=4))  # presence checks are put from 22 November 2026 on
    film = {"kind": "video", "duration_ms": beats * 30_000, "approved_seconds": beats * 30, "places": 0}
    room = an_open_class(bring_in(), LIKE, beats * 30, [{**film, "title": f"第 {n} 段"} for n in range(1, lessons)])
    room.change(place="容桂街道文化站二楼")
    for nth, key in enumerate(LIKE):
        _prove(room, key)
        _watch_all(room.trainee(key), [room.video_id, *room.lessons], beats, random.Random(nth))
        clock.turn(timedelta(hours=1))
    return room


def _prove(room: Classroom, key: str) -> None:
    """One by a code, one by a passkey, one is seen in the classroom."""
    teacher = room.people.principal("liumin")
    with transaction(teacher if key == LIKE[2] else SYSTEM) as session:
        if key == LIKE[2]:
            proving.attest(room.cohort_id, [room.people.ids[key]], teacher)
        else:
            method = Method.CODE if key == LIKE[0] else Method.PASSKEY
            proving.keep(session.get_one(Registration, room.registrations[key]), method)


def _watch_all(trainee: Trainee, films: Sequence[UUID], beats: int, dice: random.Random) -> None:
    for film in films:
        trainee.open(dice.choice(["phone", "phone", "desktop"]), film)
        for nth in range(beats):
            clock.turn(timedelta(seconds=30))
            answer = trainee.send(trainee.next(30 * nth, 30 * nth + dice.choice([30, 30, 30, 30, 30, 28])))
            if answer.check:
                attend(dice, trainee, UUID(answer.check["id"]))


def grow(room: Classroom, url: str, copies: int) -> int:
    """Copy each of the three so many times; gives the rows that the ledger has then."""
    people = [room.people.ids[key] for key in LIKE]
    with transaction(reading.CHECKER):
        rows = [row for row in ledger_page(0, 1_000_000) if row.person_id in people]
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as line:
        line.execute("set session_replication_role = replica")
        for table, owner in COPIED.items():
            _copy(line, table, owner, people, copies)
        _seal(line, rows, copies)
        for table in [*COPIED, "hour_ledger", "evidence_leaf", "evidence_pending"]:
            line.execute(sql.SQL("vacuum (analyze) {}").format(sql.Identifier(table)))
        found = line.execute("select count(*) from hour_ledger").fetchone()
    return int(found[0]) if found else 0


def _copy(line: "psycopg.Connection[Any]", table: str, owner: str, people: list[UUID], copies: int) -> None:
    query = "select column_name, data_type from information_schema.columns where table_schema = 'public' and table_name = %s"
    columns = line.execute(query + " order by ordinal_position", [table]).fetchall()
    new = sql.SQL(", ").join(_renewed(name, kind) for name, kind in columns)
    names = sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns)
    statement = sql.SQL(
        "insert into {table} ({names}) select {new} from {table} t, generate_series(1, %s) n where t.{owner} = any(%s)"
    )
    asked = statement.format(table=sql.Identifier(table), names=names, new=new, owner=sql.Identifier(owner))
    line.execute(asked, [copies, people])


def _renewed(name: str, kind: str) -> sql.Composable:
    column = sql.Identifier("t", name)
    if name in OWN and kind == "uuid":
        return sql.SQL("md5({}::text || ':' || n)::uuid").format(column)
    if name in MARKED:
        return sql.SQL("decode(md5(encode({}, 'hex') || ':' || n), 'hex')").format(column)
    return column


def like(value: object, nth: int) -> str:
    """The id that a copy has in place of this one."""
    return str(UUID(hashlib.md5(f"{value}:{nth}".encode()).hexdigest()))  # noqa: S324 - no secret


def _seal(line: "psycopg.Connection[Any]", rows: Sequence[LedgerRow], copies: int) -> None:
    """Copies of the ledger's rows, each with its leaf in the queue of the tree."""
    last = line.execute("select max(id) from evidence_leaf").fetchone()
    first = (last[0] if last else 0) + 1
    query = (
        "select column_name from information_schema.columns where table_name = 'hour_ledger' and data_type = 'bytea'"
    )
    made = [_Original(row, {name for (name,) in line.execute(query)}) for row in rows]
    names = ", ".join(LEDGER)
    with line.cursor() as cursor, cursor.copy(f"copy hour_ledger ({names}) from stdin") as into:
        for leaf_id, original, nth in _numbered(made, copies, first):
            into.write(original.ledger(nth, leaf_id))
    with (
        line.cursor() as cursor,
        cursor.copy("copy evidence_leaf (id, kind, subject, hash, marks, created_at) from stdin") as into,
    ):
        for leaf_id, original, nth in _numbered(made, copies, first):
            into.write(original.leaf(nth, leaf_id))
    upto = first + len(made) * copies
    line.execute("insert into evidence_pending select generate_series(%s::bigint, %s)", [first, upto - 1])
    line.execute("select setval(pg_get_serial_sequence('evidence_leaf', 'id'), %s)", [upto])


def _numbered(made: Sequence[Any], copies: int, first: int) -> Iterator[tuple[int, "_Original", int]]:
    for nth in range(1, copies + 1):
        for place, original in enumerate(made):
            yield first + (nth - 1) * len(made) + place, original, nth


class _Original:
    """A row that is copied: what of it stays the same is worked out once."""

    def __init__(self, row: LedgerRow, bytea: Container[str]) -> None:
        self._content = leaf_content(row, evidence.commitment)
        self._values = {name: _text(getattr(row, name), name in bytea) for name in LEDGER}
        self._keys = sorted(self._content)
        plain = marks(self._content)
        self._marks = {key: plain[2 * at : 2 * at + 2] for at, key in enumerate(self._keys)}
        self._own = [name for name in OWN & self._content.keys() if self._content[name] is not None]

    def _copy(self, nth: int) -> tuple[dict[str, str], dict[str, Any]]:
        own = {name: like(self._content[name], nth) for name in self._own}
        return own, {**self._content, **own}

    def ledger(self, nth: int, leaf_id: int) -> str:
        """The row as COPY reads it."""
        own, content = self._copy(nth)
        told = {**self._values, **own, "leaf_id": str(leaf_id), "leaf_hash": f"\\\\x{hash_of(KIND, content).hex()}"}
        return "\t".join(told[name] for name in LEDGER) + "\n"

    def leaf(self, nth: int, leaf_id: int) -> str:
        """Its leaf as COPY reads it."""
        own, content = self._copy(nth)
        told = {
            **self._marks,
            **{key: hashlib.sha256(canonical([key, value])).digest()[:2] for key, value in own.items()},
        }
        marked = b"".join(told[key] for key in self._keys).hex()
        hashed, subject = hash_of(KIND, content).hex(), content["cohort_id"]
        return f"{leaf_id}\t{KIND}\t{subject}\t\\\\x{hashed}\t\\\\x{marked}\t{self._values['created_at']}\n"


def _text(value: object, bytea: bool) -> str:
    if value is None:
        return "\\N"
    if bytea:
        return f"\\\\x{value.hex() if isinstance(value, bytes) else value}"
    return json.dumps(value) if isinstance(value, list) else str(value)
