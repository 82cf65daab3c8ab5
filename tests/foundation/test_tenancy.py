"""Row-level security: what a forgotten filter cannot give away."""

import dataclasses

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError

from lms.accounts.models import Person
from lms.app import create_wsgi
from lms.config import SettingError
from lms.foundation import database
from lms.foundation.database import db, refuse_unsafe_server, transaction, widened
from lms.foundation.errors import Refused
from lms.foundation.principal import NOBODY, Principal, Scope
from tests.people import PEOPLE

ALL = select(Person.name)


def seen_by(principal):
    """Every name that a query without any filter gives."""
    with transaction(principal) as session:
        return set(session.scalars(ALL))


def test_a_person_sees_themself(people):
    """Sabotage: drop the policy of table person."""
    assert seen_by(people.principal("xiulan")) == {"黄秀兰"}
    assert seen_by(NOBODY) == set()


def test_a_clerk_sees_whom_the_school_deals_with(people):
    """Sabotage: leave the tenant out of the policy."""
    assert "黄秀兰" in seen_by(people.principal("liumin"))
    assert seen_by(people.principal("chenbo")) == {"陈波"}


def test_an_authority_sees_its_region_and_plan(people):
    """Sabotage: compare regions for equality, or forget the plan."""
    assert "黄秀兰" in seen_by(people.principal("hequan"))
    assert seen_by(people.principal("zhaojun")) == {"赵军"}
    for scope, sees in (("44", True), ("4406", True), ("440606", True), ("4401", False)):
        assert bool(seen_by(Principal(scope=(Scope(scope, None, "P06"),)))) is sees
    assert not seen_by(Principal(scope=(Scope("44", None, "P03"),)))


def test_the_principal_ends_with_the_transaction(people):
    """Sabotage: set the principal for the session instead of the transaction."""
    seen_by(people.principal("liumin"))
    assert seen_by(NOBODY) == set()


def test_widening_ends_with_its_block(people):
    """Sabotage: leave out the finally of widened()."""
    with transaction(people.principal("xiulan")) as session:
        with widened("test"):
            assert len(session.scalars(ALL).all()) == len(PEOPLE)
        assert len(session.scalars(ALL).all()) == 1


def test_a_query_outside_a_transaction_is_an_error(app):
    """Sabotage: turn autobegin on."""
    with pytest.raises(Exception, match=r"(?i)begin"):
        db.session.execute(text("select 1"))


def test_one_transaction_at_a_time(app):
    """Sabotage: leave the check out of transaction()."""
    with transaction(NOBODY), pytest.raises(RuntimeError, match="inside a transaction"), transaction(NOBODY):
        pass


def test_what_waits_for_the_commit_is_dropped_with_it(app):
    """Sabotage: call after_commit at once."""
    called = []
    with pytest.raises(Refused), transaction(NOBODY):
        database.after_commit(lambda: called.append("never"))
        raise Refused("没有办成")
    with transaction(NOBODY):
        database.after_commit(lambda: called.append("once"))
        assert called == []
    assert called == ["once"]


def test_the_application_role_owns_nothing(app):
    """Sabotage: run the application as the owner of the tables."""
    with transaction(NOBODY) as session:
        owned = session.scalars(text("select tablename from pg_tables where tableowner = current_user"))
        assert owned.all() == []
        flags = session.execute(text("select rolsuper, rolbypassrls from pg_roles where rolname = current_user"))
        assert flags.one() == (False, False)


def test_every_table_with_a_tenant_is_protected(app):
    """Sabotage: forget protect() in a migration. Partitions are reached through their parent."""
    query = text(
        "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid"
        " where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace"
        " and a.attname in ('tenant_id', 'person_id') and not (c.relrowsecurity and c.relforcerowsecurity)"
    )
    with transaction(NOBODY) as session:
        assert session.scalars(query).all() == []


@pytest.mark.parametrize("table", ["policy", "audit_entry", "hour_policy"])
def test_append_only_tables_refuse_change(app, table):
    """Sabotage: forget append_only() in the migration."""
    for statement in (f"delete from {table}", f"truncate {table}"):
        with pytest.raises(DBAPIError, match="permission denied"), transaction(Principal.system_of("test")) as session:
            session.execute(text(statement))


def test_a_role_that_policies_do_not_bind_is_refused(settings, postgres):
    """Sabotage: start as superuser: every policy would be blind."""
    with pytest.raises(SettingError, match="without superuser"):
        create_wsgi(dataclasses.replace(settings, database_url=postgres.superuser_url))


def test_a_server_that_may_lose_rows_is_refused(settings, postgres):
    """Sabotage: do not look at synchronous_commit."""
    unsafe = postgres.app_url + "?options=-csynchronous_commit%3Doff"
    with pytest.raises(SettingError, match="synchronous_commit"):
        refuse_unsafe_server(create_engine(unsafe))
