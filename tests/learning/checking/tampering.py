"""The tables of a house changed at random by somebody with the superuser's password, and who finds it.

Each change is made in a savepoint, looked for by the nightly round and by `lms verify --database`, and rolled back.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError

from lms.foundation import clock
from lms.foundation.database import db
from lms.foundation.services import RunningPostgres
from lms.learning.checking import reading, rounds
from lms.learning.checking.sealed import unsealed
from lms.subsidies.bundle.auditing import DatabaseReport, check_rows, check_tree
from tests.learning.checking.house import a_reviewed_class, open_house

# What carries seconds or says how they came about, and how often each is tried.
TABLES = {
    "hour_ledger": 30,
    "beat": 20,
    "study_session": 10,
    "coverage": 6,
    "lease": 4,
    "presence_check": 4,
    "presence_answer": 4,
    "identity_proof": 3,
    "lesson_completion": 3,
    "hour_policy": 2,
    "anomaly": 2,
    "hold_decision": 2,
    "hour_correction": 2,
    "correction_decision": 2,
    "evidence_leaf": 6,
    "evidence_position": 4,
    "evidence_node": 6,
    "evidence_checkpoint": 3,
}
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
PLACED = {"tenant_id", "region_code", "plan_code"}
# What nobody looks at, because it carries no second and decides none. docs/decisions.md says the same to people.
UNSEEN = {
    "hour_ledger": {"id"},
    "study_session": {"lesson_title", "ip", "device_key", "position_ms", "segment_from_ms", "segment_to_ms"}
    | {"ended_at", "observed_seq"},
    "coverage": {"misses", "online_ms"},
    "lease": {"session_id", "held_until", "last_at", "check_after_ms", "proved_at", "version"},
    "presence_check": PLACED,
    "presence_answer": PLACED,
    "identity_proof": PLACED | {"image_hash", "face_id"},
    "lesson_completion": PLACED | {"completed_at", "person_id"},
    "hour_policy": {"created_at"},
    "anomaly": PLACED | {"due_at", "registration_id"},
    "hold_decision": PLACED | {"id", "person_id"},
    "hour_correction": PLACED | {"person_id", "registration_id", "cohort_id", "appeal_id"},
    "correction_decision": PLACED | {"id", "person_id", "proposed_by"},
    "evidence_leaf": {"marks", "created_at", "kind", "subject"},
    "evidence_checkpoint": {"created_at"},
}
# Whole rows that may go or come: a completion is written anew by the next beat, an older checkpoint is in the newer ones.
GONE = {"lesson_completion.-row", "evidence_checkpoint.-row"}
NIGHT_FIRST = {"beat", "study_session", "coverage", "lease", "presence_check", "presence_answer", "identity_proof"}
NIGHT_FIRST |= {"lesson_completion", "hour_policy"}
SHIFTS_MS = (1_000, -1_000, 1, 60_000, 3_600_000, -86_400_000)


@dataclass
class Tally:
    """How often each kind of change was tried, who found it first, and what nobody found though somebody should."""

    tried: Counter[str] = field(default_factory=Counter)
    night: Counter[str] = field(default_factory=Counter)
    database: Counter[str] = field(default_factory=Counter)
    unseen: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """A line for each table, and one for all."""
        found = [f"{'table':<22}{'tried':>7}{'night':>7}{'verify':>7}{'unseen':>7}{'missed':>7}"]
        for table in [*TABLES, "all"]:
            of = [sum(n for name, n in one.items() if table in (name.split(".")[0], "all")) for one in self._counts()]
            found.append(f"{table:<22}" + "".join(f"{n:>7}" for n in of))
        return found

    def _counts(self) -> list[Counter[str]]:
        return [self.tried, self.night, self.database, self.unseen, Counter(one.split(" ")[0] for one in self.missed)]


@dataclass
class Attacked:
    """A house under one connection of the superuser, in a transaction that is never committed."""

    connection: Connection
    columns: dict[str, dict[str, str]]
    keys: dict[str, list[str]]

    def change(self, dice: random.Random) -> tuple[str, str]:
        """Change something at random; gives table.column (or table.-row, table.+row) and the row's key."""
        table = dice.choices(list(TABLES), list(TABLES.values()))[0]
        if (row := self._row(dice, table)) is None:
            return f"{table}.same", ""
        how = dice.random()
        if how < 0.08:
            return f"{table}.-row", self._run(table, row, f"delete from {table}")
        if how < 0.13 and table not in {"hour_policy", "lease", "coverage", "evidence_node"}:
            return f"{table}.+row", self._double(table, row)
        column = dice.choice([name for name in self.columns[table] if name != "leaf_id"])
        value = other(dice, self.columns[table][column], row[column])
        if value == row[column]:
            return f"{table}.same", ""
        kind = self.columns[table][column]
        return f"{table}.{column}", self._run(
            table, row, f"update {table} set {column} = cast(:value as {kind})", value
        )

    def _row(self, dice: random.Random, table: str) -> dict[str, Any] | None:
        many = self.connection.scalar(text(f"select count(*) from {table}"))
        order = ", ".join(self.keys[table])
        query = text(
            f"select {', '.join(f'{c}::text' for c in self.columns[table])} from {table} order by {order} offset :n limit 1"
        )
        found = self.connection.execute(query, {"n": dice.randrange(many or 1)}).first()
        return dict(found._mapping) if found else None

    def _run(self, table: str, row: dict[str, Any], statement: str, value: str | None = None) -> str:
        where = " and ".join(f"{key}::text = :k_{key}" for key in self.keys[table])
        values = {f"k_{key}": row[key] for key in self.keys[table]}
        self.connection.execute(text(f"{statement} where {where}"), {**values, "value": value})
        return " ".join(str(row[key]) for key in self.keys[table])

    def _double(self, table: str, row: dict[str, Any]) -> str:
        """The same row once more under another key; a unique index may forbid it, and then it is no change."""
        fresh = {
            "uuid": "gen_random_uuid()",
            "integer": "(random() * 1e6)::integer + 1000",
            "bigint": "(random() * 1e9)::bigint + 1000",
        }
        key = self.keys[table][-1]
        new = ", ".join(fresh[self.columns[table][c]] if c == key else c for c in self.columns[table])
        listed = ", ".join(self.columns[table])
        into = f"insert into {table} ({listed}) overriding system value select {new} from {table}"
        return self._run(table, row, into)


def other(dice: random.Random, kind: str, value: str | None) -> str | None:
    """Another value of a column's type, as text; the same where there is none."""
    if value is None:
        return {"uuid": str(UUID(int=dice.getrandbits(128))), "text": "x", "jsonb": "[[0, 1]]"}.get(kind)
    return OTHERS.get(kind, _text)(dice, value)


def _jsonb(dice: random.Random, value: str) -> str:
    digits = [at for at, sign in enumerate(value) if sign.isdigit()]
    if not digits:
        return "[[0, 1000]]" if value.startswith("[") else '{"x": 1}'
    at = dice.choice(digits)
    return value[:at] + str((int(value[at]) + 1) % 9 + 1) + value[at + 1 :]


def _bytea(dice: random.Random, value: str) -> str:
    at = dice.randrange(2, max(3, len(value)))
    return value[:at] + dice.choice("0123456789abcdef") + value[at + 1 :] if len(value) > 2 else "\\x00"


def _text(dice: random.Random, value: str) -> str:
    return value[:-1] + chr(ord(value[-1]) + 1) if value and dice.random() < 0.7 else f"{value}x"


def _number(dice: random.Random, value: str) -> str:
    return str(int(value) + dice.choice([-1, 1, 7, -1000, 1000, 30_000]))


def _moment(dice: random.Random, value: str) -> str:
    return (datetime.fromisoformat(value) + timedelta(milliseconds=dice.choice(SHIFTS_MS))).isoformat()


OTHERS: dict[str, Callable[[random.Random, str], str]] = {
    "integer": _number,
    "bigint": _number,
    "smallint": _number,
    "boolean": lambda _, value: "false" if value == "true" else "true",
    "uuid": lambda dice, _: str(UUID(int=dice.getrandbits(128))),
    "bytea": _bytea,
    "date": lambda dice, value: str(date.fromisoformat(value) + timedelta(days=dice.choice([-1, 1, 30]))),
    "timestamp with time zone": _moment,
    "jsonb": _jsonb,
}


def run_database(count: int, seed: int = 7) -> Tally:
    """Change a house of its own so many times."""
    with open_house() as (app, postgres):
        return tamper(app, postgres, count, seed)


def tamper(app: Flask, postgres: RunningPostgres, count: int, seed: int, events: int = 12) -> Tally:
    """Change the tables so many times; a change that is nobody's to see is counted apart. The house stays as it was."""
    dice, tally = random.Random(seed), Tally()
    with attacked(app, postgres, events) as house:
        tally.missed += [
            f"{name} raises an alarm where nothing was changed" for name, finds in FINDERS.items() if finds()
        ]
        while tally.tried.total() < count:
            before = tally.tried.total()
            _once(house, dice, tally)
            if tally.tried.total() > before and tally.tried.total() % 500 == 0:
                print(f"  {tally.tried.total()} changes of the tables, {len(tally.missed)} missed", flush=True)
    return tally


def _once(house: Attacked, dice: random.Random, tally: Tally) -> None:
    savepoint = house.connection.begin_nested()
    try:
        what, row = house.change(dice)
        table, _, column = what.partition(".")
        if column == "same":
            return
        found = next((name for name in _likely(table) if FINDERS[name]()), None)
        tally.tried[what] += 1
        if found:
            (tally.night if found == "night" else tally.database)[what] += 1
        elif column in UNSEEN.get(table, ()) or what in GONE:
            tally.unseen[what] += 1
        else:
            tally.missed.append(f"{what} of {row}")
    except (IntegrityError, DataError, ProgrammingError):
        pass  # the table itself refuses: no change was made
    finally:
        savepoint.rollback()


def _night() -> bool:
    """The nightly round over everybody; what cannot even be read is found."""
    return rounds.run("campaign", reading.everybody()).differences > 0


def _by(check: Callable[[DatabaseReport], None]) -> bool:
    report = DatabaseReport()
    check(report)
    return bool(report.troubles)


# The parts of `lms verify --database`, and the nightly round: the likely one is asked first, then all others.
FINDERS: dict[str, Callable[[], bool]] = {
    "night": _night,
    "tree": lambda: _by(check_tree),
    "rows": lambda: _by(check_rows),
    "decisions": lambda: next(unsealed(), None) is not None,
}


def _likely(table: str) -> list[str]:
    first = "night" if table in NIGHT_FIRST else "rows" if table == "hour_ledger" else "decisions"
    first = "tree" if table.startswith("evidence") else first
    return [first, *(name for name in FINDERS if name != first)]


@contextmanager
def attacked(app: Flask, postgres: RunningPostgres, events: int) -> Iterator[Attacked]:
    """A reviewed class, and from then on one connection that may change everything and commits nothing."""
    clock.freeze(NOON)
    a_reviewed_class(events)
    engine = create_engine(postgres.superuser_url)
    db.session.session_factory.configure(join_transaction_mode="create_savepoint")
    engines = db._app_engines[app]
    real, connection = engines[None], engine.connect()
    try:
        connection.begin()
        connection.execute(text("set session_replication_role = replica"))
        columns: dict[str, dict[str, str]] = {table: {} for table in TABLES}
        for table, name, kind in connection.execute(_COLUMNS, {"tables": list(TABLES)}):
            columns[table][name] = kind
        keys: dict[str, list[str]] = {table: [] for table in TABLES}
        for table, name in connection.execute(_KEYS, {"tables": list(TABLES)}):
            keys[table].append(name)
        engines[None] = connection
        yield Attacked(connection, columns, keys)
    finally:
        db.session.remove()
        engines[None] = real
        connection.close()
        engine.dispose()
        clock.reset()


_COLUMNS = text(
    "select table_name, column_name, data_type from information_schema.columns"
    " where table_schema = 'public' and table_name = any(:tables) order by table_name, ordinal_position"
)
_KEYS = text(
    "select c.relname, a.attname from pg_index i join pg_class c on c.oid = i.indrelid"
    " join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)"
    " where i.indisprimary and c.relname = any(:tables) order by c.relname, a.attnum"
)
