"""A connection that the server ended is replaced before it is used; a first question travels with the settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from lms.foundation.database import Opening, db, transaction
from lms.foundation.principal import Principal
from lms.foundation.services import RunningPostgres
from tests.people import SYSTEM

PID = text("select pg_backend_pid()")


@contextmanager
def superuser(postgres: RunningPostgres) -> Iterator["psycopg.Connection[tuple[object]]"]:
    """Somebody who may end other people's connections."""
    with psycopg.connect(postgres.superuser_url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


def test_connections_that_the_server_ended_are_replaced(live_app: Flask, postgres: RunningPostgres) -> None:
    """Sabotage: leave the listener _refuse_hung_up out."""
    db.engine.dispose()
    with transaction(SYSTEM) as session:
        before = session.scalar(PID)
    with superuser(postgres) as connection:
        connection.execute("select pg_terminate_backend(%s, 10000)", [before])
    with transaction(SYSTEM) as session:
        assert session.scalar(PID) != before


def test_a_connection_that_is_well_is_used_again(live_app: Flask) -> None:
    """Sabotage: take every connection for dead."""
    db.engine.dispose()
    seen = set()
    for _ in range(5):
        with transaction(SYSTEM) as session:
            seen.add(session.scalar(PID))
    assert len(seen) == 1


def test_a_first_question_is_asked_as_the_principal(app: Flask) -> None:
    """Sabotage: ask it before the settings are set."""
    tenant, value = uuid4(), "a quoted ' %"
    asked = Opening("lms_tenants(), %(value)s::text").with_values(value=value)
    with transaction(Principal(organisations=frozenset({tenant})), asked):
        assert asked.row == ([tenant], value)


def test_a_question_that_fails_leaves_no_transaction(app: Flask) -> None:
    """Sabotage: leave the begin() out of transaction()."""
    with pytest.raises(Exception, match="division by zero"), transaction(SYSTEM, Opening("1 / 0")):
        pass
    with transaction(SYSTEM) as session:
        assert session.scalar(text("select 1")) == 1
