"""Work that comes round: once for each period, whoever asks and however often."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import text

from lms.foundation import commands, jobs, periodic
from lms.foundation.database import transaction
from tests.people import SYSTEM

KIND = "test-round"


@pytest.fixture
def rounds() -> Iterator[list[int]]:
    """A kind of work that counts its rounds, and nothing else that comes round."""
    kept, done = dict(periodic._table), []
    periodic._table.clear()

    @periodic.every(60, KIND, "数一数")
    def count(job: jobs.RunningJob) -> None:
        with job.finish():
            done.append(job.attempt)

    yield done
    jobs._handlers.pop(KIND)
    periodic._table.clear()
    periodic._table.update(kept)


def run() -> None:
    """Do what waits."""
    with transaction(SYSTEM) as session:
        found = list(
            session.scalars(text("select id from job where kind = :kind and state = 'queued'"), {"kind": KIND})
        )
    for job_id in found:
        jobs.run(job_id)


def rest() -> None:
    """Let its period pass."""
    with transaction(SYSTEM) as session:
        session.execute(
            text("update job set finished_at = finished_at - interval '61 seconds' where kind = :k"), {"k": KIND}
        )


def test_it_comes_round_in_one_row(app: Flask, rounds: list[int]) -> None:
    """Sabotage: queue with a new key each time; or without looking at finished_at."""
    assert periodic.queue_due() == 1
    assert periodic.queue_due() == 0, "it waits already"
    run()
    assert periodic.queue_due() == 0, "its time has not come"
    rest()
    assert periodic.queue_due() == 1
    run()
    assert rounds == [1, 1]
    with transaction(SYSTEM) as session:
        assert session.scalar(text("select count(*) from job where kind = :k"), {"k": KIND}) == 1
        last = periodic.last(KIND)
        assert last is not None and last.state == "done"


def test_a_round_that_failed_is_tried_in_the_next(app: Flask, rounds: list[int]) -> None:
    """Sabotage: take up `done` rows alone."""
    periodic.queue_due()
    with transaction(SYSTEM) as session:
        session.execute(text("update job set state = 'failed', finished_at = now() where kind = :k"), {"k": KIND})
    rest()
    assert periodic.queue_due() == 1
    run()
    assert rounds == [1]


def test_many_askers_queue_it_once(live_app: Flask, rounds: list[int]) -> None:
    """Sabotage: look first and insert then."""

    def ask(_: int) -> int:
        with live_app.app_context():
            return periodic.queue_due()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(8))) == 1


def test_the_loop_of_the_sequencer_asks(app: Flask, rounds: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: leave queue_due out of the loop."""
    asked: list[int] = []

    class Over:
        def is_set(self) -> bool:
            return bool(asked)

        def wait(self, _: float) -> None:
            pass

    monkeypatch.setattr(commands.periodic, "queue_due", lambda: asked.append(1))
    commands.loop(Over())  # type: ignore[arg-type]
    assert asked == [1]
