"""The driver's own cursor inside the transaction that is open: the write and read paths are plain SQL (decision 11)."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from psycopg import Cursor
from sqlalchemy.orm import Session

from lms.foundation.database import db
from lms.foundation.errors import NotSignedIn
from lms.lrs.rules.keys import GOOD

Sql = Cursor[tuple[Any, ...]]

_GOOD = f"%(key)s::uuid is null or exists (select from lrs_key where id = %(key)s and {GOOD})"
_OPEN_TO_WRITE = f"select lrs_take_seq(), {_GOOD}"
_OPEN_TO_READ = f"select lrs_consistent_through(), {_GOOD}"
_OPEN = f"select 0, {_GOOD}"


def cursor() -> Sql:
    """A cursor on the connection of the open transaction; raises outside transaction()."""
    session: Session = db.session()
    return session.connection().connection.cursor()  # type: ignore[return-value]


def open_to_write(sql: Sql, key_id: UUID | None) -> int:
    """The first number of a request, once the key is seen to be good; raises NotSignedIn.

    From here to the end of the transaction the watermark stays before this number.
    """
    return _opened(sql, _OPEN_TO_WRITE, key_id)


def open_to_read(sql: Sql, key_id: UUID | None) -> int:
    """The watermark in milliseconds since 2020, once the key is seen to be good; raises NotSignedIn.

    Asked before the statements themselves, so that what is read afterwards holds all it promises.
    """
    return _opened(sql, _OPEN_TO_READ, key_id)


def open_plain(sql: Sql, key_id: UUID | None) -> None:
    """See that the key is good; raises NotSignedIn."""
    _opened(sql, _OPEN, key_id)


def array(values: Iterable[object]) -> str:
    """A PostgreSQL array literal of numbers or UUIDs; None is null. Cheaper than the driver's own quoting."""
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


def _opened(sql: Sql, query: str, key_id: UUID | None) -> int:
    row = sql.execute(query, {"key": key_id}).fetchone()
    if row is None or not row[1]:
        raise NotSignedIn
    return int(row[0])
