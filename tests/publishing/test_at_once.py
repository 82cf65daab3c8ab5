"""Several windows, several workers, really at once: real commits, real threads."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from lms.foundation import jobs
from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict
from lms.publishing import queries
from lms.publishing.rules import State
from tests.people import SYSTEM, Cast, bring_in
from tests.publishing import uploads


@pytest.fixture
def everybody(live_app: Flask) -> Cast:
    uploads.video_bytes(), uploads.sheet_bytes()  # made before the threads ask: a workbook holds the second it was made
    return bring_in()


def at_once(app: Flask, calls: list) -> list:  # type: ignore[type-arg]
    """Start all calls at the same moment, each in a thread with an app context; give results or exceptions."""
    ready = Barrier(len(calls))

    def run(call):  # type: ignore[no-untyped-def]
        with app.app_context():
            ready.wait()
            try:
                return call()
            except Exception as problem:
                return problem

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_two_windows_with_the_same_files_make_one_version(live_app: Flask, everybody: Cast) -> None:
    """Sabotage: drop the unique index uq_package_version_source."""
    results = at_once(live_app, [lambda: uploads.received(everybody)] * 4)
    made = [result for result in results if isinstance(result, UUID)]
    refused = [result for result in results if isinstance(result, Conflict)]
    assert (len(made), len(refused)) == (1, 3), results
    assert all("一模一样" in refusal.sentence for refusal in refused)


def test_one_form_sent_twice_at_once_is_one_version(live_app: Flask, everybody: Cast) -> None:
    """Sabotage: drop unique (tenant_id, upload_token), answer Conflict to both, or leave the savepoint out of receive()."""
    token = uuid4()
    results = at_once(live_app, [lambda: uploads.received(everybody, upload_token=token)] * 4)
    assert len(set(results)) == 1, results
    with transaction(SYSTEM):
        [version] = queries.versions_of_tenant(everybody.organisations["anyi"])
        packages = db.session.scalar(text("select count(*) from package"))
    assert (version.id, packages) == (results[0], 1)


def test_two_uploads_of_one_package_at_once_get_two_numbers(live_app: Flask, everybody: Cast) -> None:
    """Sabotage: do not lock the package row before asking for the last number."""
    first = uploads.received(everybody)
    package_id = uploads.seen(first).package_id
    captions = [uploads.VTT.replace("荔枝", word).encode() for word in ("龙眼", "番薯", "陈皮")]
    calls = [lambda c=c: uploads.received(everybody, package_id=package_id, content={"captions": c}) for c in captions]
    assert all(isinstance(result, UUID) for result in at_once(live_app, calls))
    with transaction(SYSTEM):
        numbers = [version.number for version in queries.versions_of_tenant(everybody.organisations["anyi"])]
    assert sorted(numbers) == [1, 2, 3, 4]


def test_two_workers_check_once(live_app: Flask, everybody: Cast) -> None:
    version_id = uploads.received(everybody)
    job_id = uploads.seen(version_id).job_id
    assert job_id is not None
    assert sorted(at_once(live_app, [lambda: jobs.run(job_id)] * 3)) == [False, False, True]
    assert uploads.seen(version_id).state is State.CHECKED
    assert len(uploads.lessons(version_id)) == 2
