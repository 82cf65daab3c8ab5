"""One PostgreSQL for the run, built by the migrations; every test is rolled back, or cleaned up after."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import create_engine, text
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from lms import config
from lms.accounts import sessions
from lms.app import create_app
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.services import RunningPostgres, start_postgres
from lms.plans import actions as plans
from tests import people as cast_of

# These start the platform, drive a browser in it or make the film: they run one after the other, whatever runs beside them.
MACHINE = ("tests/courses/test_catalogue.py", "tests/journeys/", "tests/ops/test_run.py")
# These of them begin what they need themselves: whoever has time takes them, at the end.
APART = (
    "tests/journeys/test_scorm_packages.py",
    "tests/journeys/test_cmi5_",
    "tests/journeys/test_faces.py",
    "tests/publishing/test_builtin.py",
    "tests/test_demo_filling.py",
)
# The longest of the other files: begun last, one process would wait for the other.
LONG = ("tests/test_permission_matrix.py", "tests/ops/", "tests/lrs/test_requirements.py")
# A busy machine is no failing example. What runs unattended tries the same examples each time; people try new ones.
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], derandomize="CI" in os.environ
)
hypothesis.settings.load_profile("house")
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # a Friday noon in Guangdong


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: what runs beside it then ends with it."""
    items.sort(key=lambda item: _turn(item.nodeid))


def _turn(nodeid: str) -> int:
    if nodeid.startswith(APART):
        return 3
    return 0 if nodeid.startswith(MACHINE) else 1 if nodeid.startswith(LONG) else 2


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: no collection of garbage looks through it again (a tenth of the time)."""
    gc.collect()
    gc.freeze()


class WholeFiles(LoadScopeScheduling):
    """Two processes share the run (make test): each takes a whole file at a time, one all that needs the platform."""

    def _split_scope(self, nodeid: str) -> str:
        return "machine" if _turn(nodeid) == 0 else nodeid.split("::", maxsplit=1)[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> WholeFiles:
    """The hook by which xdist asks; its own groups by mark are not read with pytest 9.2."""
    return WholeFiles(config, log)


@pytest.fixture(scope="session")
def postgres() -> Iterator[RunningPostgres]:
    """A PostgreSQL of our own for the run."""
    folder = Path(tempfile.mkdtemp(prefix="lms-test-", dir="/tmp"))
    running = start_postgres(folder)
    yield running
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def settings(postgres: RunningPostgres, tmp_path_factory: pytest.TempPathFactory) -> config.Settings:
    """What a test run decides."""
    return config.load(
        {
            "LMS_DATA": str(tmp_path_factory.mktemp("data")),
            "LMS_DATABASE_URL": postgres.app_url,
            "LMS_DATABASE_OWNER_URL": postgres.owner_url,
            "LMS_TESTING": "1",
            "LMS_DEMO": "1",
        }
    )


@pytest.fixture(scope="session")
def whole_app(settings: config.Settings) -> Flask:
    """The application on a database that the migrations made, with the ten plans loaded."""
    app = create_app(settings)
    app.extensions["wake"] = lambda job_id: None
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        upgrade()
        with transaction(cast_of.SYSTEM):
            plans.load(*plans.read())
    db.session.session_factory.configure(join_transaction_mode="create_savepoint")
    return app


@pytest.fixture
def as_it_was(whole_app: Flask) -> Iterator[None]:
    """What a test hangs into the application (listeners, storage, keys) is gone after it."""
    before = dict(whole_app.extensions)
    yield
    whole_app.extensions.clear()
    whole_app.extensions.update(before)


@pytest.fixture
def app(whole_app: Flask, as_it_was: None) -> Iterator[Flask]:
    """The application; what a test writes is rolled back. An app context is open."""
    engines = db._app_engines[whole_app]
    real = engines[None]
    with real.connect() as connection:
        work = connection.begin()
        engines[None] = connection
        try:
            with whole_app.app_context():
                yield whole_app
        finally:
            engines[None] = real
            work.rollback()
    clock.reset()


@pytest.fixture
def live_app(whole_app: Flask, as_it_was: None, postgres: RunningPostgres) -> Iterator[Flask]:
    """The application with real commits, for threads and processes; the tables are emptied afterwards."""
    with whole_app.app_context():
        yield whole_app
        db.session.remove()
    empty_tables(postgres.superuser_url)
    clock.reset()


# What the migrations and the plans' data files have written stays.
STAYS = ("alembic_version", "region", "region_tag", "plan", "programme", "policy")


_RESTARTS = """select format('alter sequence %I restart', s.relname) from pg_class s
  join pg_depend d on d.objid = s.oid and d.deptype in ('a', 'i') join pg_class t on t.oid = d.refobjid
  where s.relkind = 'S' and s.relnamespace = 'public'::regnamespace and t.relname <> all(:stays)"""


def empty_tables(superuser_url: str) -> None:
    """Empty every table that has rows; as a replica does it, so that triggers and foreign keys look away.

    Far cheaper than truncating a hundred tables, of which a test fills ten.
    """
    engine = create_engine(superuser_url)
    with engine.begin() as connection:
        known = "select quote_ident(tablename) from pg_tables where schemaname = 'public' and tablename <> all(:stays)"
        names = connection.scalars(text(known), {"stays": list(STAYS)}).all()
        asked = " union all ".join(f"select '{name}' where exists (select from {name})" for name in names)
        connection.execute(text("set local session_replication_role = replica"))
        for name in connection.scalars(text(asked)).all():
            connection.execute(text(f"delete from {name}"))
        for restart in connection.scalars(text(_RESTARTS), {"stays": list(STAYS)}).all():
            connection.execute(text(restart))
    engine.dispose()


@pytest.fixture
def database(app: Flask) -> Flask:
    """The same as app, for tests that only need the tables."""
    return app


@pytest.fixture
def people(app: Flask) -> cast_of.Cast:
    """Everybody of tests/people.py."""
    return cast_of.bring_in()


@pytest.fixture
def client_for(app: Flask) -> Callable[[UUID | None], FlaskClient]:
    """A browser in which somebody is signed in (None: nobody)."""
    return lambda person_id: client_of(app, person_id)


def client_of(app: Flask, person_id: UUID | None) -> FlaskClient:
    """A test client with a session of its own."""
    client = app.test_client()
    if person_id is not None:
        session = sessions.ServerSession(f"token-{person_id}", {sessions.PERSON: str(person_id), "_fresh": True})
        sessions._keep(session)
        client.set_cookie(sessions.COOKIE, session.token)
    return client


@pytest.fixture
def turn_clock() -> Iterator[Callable[..., None]]:
    """Stop the clock at noon and turn it on by seconds, minutes …"""
    clock.freeze(NOON)
    yield lambda **by: clock.turn(timedelta(**by))
    clock.reset()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, with its stock settings but for the sandbox that root cannot have."""
    path = next(found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name)))
    quiet = ["--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-sync"]
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=[*quiet, *sandbox])
        yield browser
        browser.close()
