"""The driver's own cursor inside the transaction that is open: the write and read paths are plain SQL (decision 11)."""

from collections.abc import Iterable
from typing import Any

from psycopg import Cursor
from sqlalchemy.orm import Session

from lms.foundation.database import Opening, db
from lms.foundation.errors import NotSignedIn
from lms.lrs.rules.keys import GOOD

Sql = Cursor[tuple[Any, ...]]

_GOOD = f"%(key)s::uuid is null or exists (select from lrs_key where id = %(key)s and {GOOD})"
TO_WRITE, TO_READ, PLAIN = (
    Opening(f"{first}, {_GOOD}") for first in ("lrs_take_seq()", "lrs_consistent_through()", "0")
)


def cursor() -> Sql:
    """A cursor on the connection of the open transaction; raises outside transaction()."""
    session: Session = db.session()
    return session.connection().connection.cursor()  # type: ignore[return-value]


def next_number(sql: Sql) -> int:
    """The first number of some statements. From here to the end of the transaction the watermark stays before it."""
    row = sql.execute("select lrs_take_seq()").fetchone()
    return int(row[0]) if row else 0


def ask(sql: Sql, opening: Opening) -> tuple[Any, ...]:
    """The answer to an opening question in a transaction that is open already."""
    row = sql.execute(f"select {opening.expressions}", opening.values).fetchone()
    return tuple(row or ())


def first_answer(row: tuple[Any, ...]) -> int:
    """What was asked along with the key, once the key is seen to be good; raises NotSignedIn.

    TO_WRITE gives a number as next_number does. TO_READ gives the watermark in milliseconds since 2020, asked before the
    statements themselves, so that what is read afterwards holds all it promises.
    """
    if not row or not row[1]:
        raise NotSignedIn
    return int(row[0])


def array(values: Iterable[object]) -> str:
    """A PostgreSQL array literal of numbers or UUIDs; None is null. Cheaper than the driver's own quoting."""
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"
