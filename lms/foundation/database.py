"""The one place that connects and commits."""

import logging
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg
from flask_sqlalchemy import SQLAlchemy
from psycopg.rows import namedtuple_row
from sqlalchemy import DateTime, LargeBinary, MetaData, TypeDecorator, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry
from sqlalchemy.pool import Pool, PoolProxiedConnection

from lms.config import SettingError
from lms.foundation import clock
from lms.foundation.principal import Principal

log = logging.getLogger(__name__)


class Model(DeclarativeBase):
    """What every table is declared on: aware times, jsonb for dictionaries, named constraints."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={datetime: DateTime(timezone=True), dict[str, Any]: JSONB, list[Any]: JSONB},
    )


class Hex(TypeDecorator[str]):
    """Hexadecimal digits, kept as the bytes that they spell: half the room of their text."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002 - the interface
        """Digits to bytes; raises ValueError for anything else."""
        return None if value is None else bytes.fromhex(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the interface
        """Bytes to digits."""
        return None if value is None else value.hex()


class Identified:
    """A row with an id that says nothing about it."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)


class Dated:
    """A row that knows when it was written, by the clock of the server."""

    created_at: Mapped[datetime] = mapped_column(default=clock.now)


# autobegin is off: a query outside transaction() is an error, not a silent second way to the tables.
db = SQLAlchemy(model_class=Model, session_options={"autobegin": False, "expire_on_commit": False})

# Driver SQL, which SQLAlchemy need not look at: every transaction of the house begins with it.
_SET_PRINCIPAL = (
    "select set_config('lms.person', %(person)s, true), set_config('lms.tenants', %(tenants)s, true),"
    " set_config('lms.scope', %(scope)s, true), set_config('lms.system', %(system)s, true)"
)
_SET_SYSTEM = text("select set_config('lms.system', :system, true)")


class Opening:
    """A first question of a transaction: SQL expressions, answered in `row` once the transaction is open."""

    def __init__(self, expressions: str) -> None:
        self.expressions, self.query = expressions, f"{_SET_PRINCIPAL}, {expressions}"
        self.values: dict[str, Any] = {}
        self.row: tuple[Any, ...] = ()

    def with_values(self, **values: Any) -> "Opening":
        """The same question with values of its own."""
        asked = copy(self)
        asked.values = values
        return asked


@contextmanager
def transaction(principal: Principal, opening: Opening | None = None) -> Iterator[Session]:
    """Open the one transaction of a piece of work on the principal's behalf; commit at the end, roll back on an error.

    Row-level security sees the principal through four settings that live as long as the transaction.
    Nothing slow belongs inside: no file, network, hashing of passwords or rendering. `opening` is a first question that
    travels with the settings; its answer is in `opening.row`.
    """
    session = db.session()
    if session.in_transaction():
        raise RuntimeError("transaction() inside a transaction: actions flush, the door commits")
    try:
        with session.begin():
            session.info["principal"] = principal
            _begin(session, principal, opening)
            yield session
    except BaseException:
        session.info.pop("after_commit", None)
        session.expunge_all()
        raise
    for call in session.info.pop("after_commit", ()):
        call()


def at_once(principal: Principal, statement: str, values: dict[str, Any]) -> list[Any]:
    """One statement that is a transaction of its own, in one round trip: its rows.

    It speaks for `principal` by the functions that it calls, which set what row-level security sees. Plain driver SQL with
    %(names)s; what it writes is committed when this returns. Raises RuntimeError inside transaction().
    """
    if db.session().in_transaction():
        raise RuntimeError("at_once() inside a transaction")
    engine = db.engine
    if not isinstance(engine, Engine):
        with transaction(principal) as session:
            return list(session.connection().exec_driver_sql(statement, values).fetchall())
    try:
        pooled = engine.raw_connection()
        try:
            return _by_itself(pooled, statement, values)
        finally:
            pooled.close()
    except psycopg.Error as problem:
        raise DBAPIError.instance(statement, values, problem, psycopg.Error) from problem


def _by_itself(pooled: PoolProxiedConnection, statement: str, values: dict[str, Any]) -> list[Any]:
    line: Any = pooled.driver_connection
    try:
        line.autocommit = True
        with line.cursor(row_factory=namedtuple_row) as cursor:
            return list(cursor.execute(statement, values).fetchall())
    except psycopg.OperationalError as problem:
        pooled.invalidate(problem)
        raise
    finally:
        if not line.closed:
            line.autocommit = False


def _begin(session: Session, principal: Principal, opening: Opening | None) -> None:
    query, values = (opening.query, opening.values) if opening else (_SET_PRINCIPAL, {})
    row = session.connection().exec_driver_sql(query, {**_claims(principal), **values}).one()
    if opening:
        opening.row = row[4:]


def acting() -> Principal:
    """On whose behalf the transaction under way is; in a job that is who asked for it."""
    return db.session().info["principal"]  # type: ignore[no-any-return]


def after_commit(call: Callable[[], object]) -> None:
    """Run something once the transaction under way has been committed; never if it is rolled back."""
    db.session().info.setdefault("after_commit", []).append(call)


def alive() -> bool:
    """Whether the database answers."""
    try:
        with transaction(Principal.system_of("readiness")) as session:
            return bool(session.scalar(text("select true")))
    except OperationalError:
        return False


def engine_options(application: str) -> dict[str, Any]:
    """How the platform connects: limits on every wait, and a name that the operator can find."""
    timeouts = "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"
    return {
        "pool_size": 10,
        "json_serializer": lambda value: msgspec.json.encode(value).decode(),
        "json_deserializer": msgspec.json.decode,
        "connect_args": {
            "connect_timeout": 5,
            "application_name": application,
            "options": f"{timeouts} -c timezone=UTC",
        },
    }


def refuse_unsafe_server(engine: Engine) -> None:
    """Refuse a server that may lose acknowledged rows, and a role that row-level security does not bind.

    Raises SettingError in one sentence; a server that does not answer yet is for /readyz to tell.
    Measured: synchronous_commit=off lost rows in every kill (security.md 0.1).
    No connection stays open: gunicorn forks its workers after this, and they must not share one.
    """
    try:
        with engine.connect() as connection:
            durable = connection.execute(text("select current_setting('fsync'), current_setting('synchronous_commit')"))
            unbound = connection.scalar(
                text("select rolsuper or rolbypassrls from pg_roles where rolname = current_user")
            )
            if "off" in durable.one():
                raise SettingError("PostgreSQL must run with fsync and synchronous_commit on: hours would be lost")
            if unbound:
                raise SettingError("LMS_DATABASE_URL must name a role without superuser or bypassrls")
    except OperationalError:
        log.warning("the database does not answer yet")
    finally:
        engine.dispose()


def _claims(principal: Principal) -> dict[str, str]:
    scope = [{"region": s.region, "plan": s.plan, "department": s.department} for s in principal.scope]
    return {
        "person": str(principal.person_id or ""),
        "tenants": "{" + ",".join(sorted(map(str, principal.organisations))) + "}",
        "scope": msgspec.json.encode(scope).decode(),
        "system": principal.system or "",
    }


@event.listens_for(Pool, "checkout")
def _refuse_hung_up(connection: Any, _record: Any, _proxy: Any) -> None:
    """A connection on which the server has said anything unasked is dead or dying: the pool brings another.

    A server that ends says so and closes, which can be seen here without a question to it and its 0.5 ms
    (`pool_pre_ping` asks, at every transaction). Nobody speaks on an idle connection otherwise.
    """
    line = select.poll()
    line.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    if line.poll(0):
        raise DisconnectionError("the server has hung up")


@event.listens_for(Session, "after_rollback")
def _forget_calls(session: Session) -> None:
    """What waits for the commit is dropped with the work it belonged to."""
    if not session.in_nested_transaction():
        session.info.pop("after_commit", None)


@contextmanager
def widened(reason: str) -> Iterator[None]:
    """Look across tenants for a moment inside a transaction: to link a person known elsewhere, to read a shared key.

    The caller answers for what it gives back; `reason` says why in the code, and stands in lms.system meanwhile.
    """
    session = db.session()
    before = session.scalar(text("select current_setting('lms.system', true)"))
    session.execute(_SET_SYSTEM, {"system": reason})
    try:
        yield
    finally:
        if session.is_active:
            session.execute(_SET_SYSTEM, {"system": before or ""})


_SORTING = text("select set_config('enable_sort', :value, true)")


@contextmanager
def in_index_order() -> Iterator[None]:
    """Read a page in the order that an index has.

    The planner takes it that row-level security leaves almost nothing, and would read and sort all that waits: of 3,000
    classes 3,000 instead of 51. Where no index has the order it sorts all the same.
    """
    session = db.session()
    session.execute(_SORTING, {"value": "off"})
    yield
    session.execute(_SORTING, {"value": "on"})
