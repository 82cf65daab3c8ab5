"""SIGKILL at random moments, of web, worker and sweeper, and a broker that forgets: each job's effect is there exactly once."""

import os
import random
import shutil
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path
from urllib.error import URLError

import psycopg
import pytest
import redis

from lms.foundation.services import start_postgres, start_valkey
from lms.foundation.services.programs import free_port
from tests.forked import Forked

PLATFORM = "tests.ops.jobs_under_fire"
pytestmark = pytest.mark.services


class UnderFire:
    """Web, worker and sweeper as processes of their own, on a PostgreSQL and a Valkey of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.postgres, self.valkey = start_postgres(folder), start_valkey(folder)
        self.environment = {
            **os.environ,
            "LMS_DATA": str(folder),
            "LMS_PORT": str(self.port),
            "LMS_DATABASE_URL": self.postgres.app_url,
            "LMS_DATABASE_OWNER_URL": self.postgres.owner_url,
            "LMS_REDIS_URL": self.valkey.url,
            "LMS_TESTING": "1",
        }
        self._prepare()
        bind = ("--bind", f"127.0.0.1:{self.port}", "--threads", "4", "--no-control-socket")
        work = ("worker", "--concurrency", "2", "--loglevel", "WARNING")
        self.starts = {
            "web": self._starter("web", "gunicorn", *bind, PLATFORM),
            "worker": self._starter("worker", "celery", "-A", PLATFORM, *work),
            "sweeper": self._starter("sweeper", PLATFORM),
        }
        self.programs = {name: start() for name, start in self.starts.items()}

    def kill(self, name: str) -> None:
        """End a process and its children at once, and start it again as the supervisor would."""
        self.programs[name].kill()
        self.programs[name] = self.starts[name]()

    def ask_for(self, number: int) -> bool:
        """Whether the web acknowledged a job."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/healthz/jobs/{number}", method="POST")
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return bool(answer.status == 202)
        except (URLError, OSError):
            return False

    def effects(self) -> dict[int, int]:
        """How often each job left its mark."""
        with self._connect() as connection:
            return dict(connection.execute("select n, count(*) from effect group by n").fetchall())

    def states(self) -> dict[str, int]:
        """How many jobs are in each state."""
        with self._connect() as connection:
            return dict(connection.execute("select state, count(*) from job group by state").fetchall())

    def forget_messages(self) -> None:
        """The broker loses all it holds."""
        redis.from_url(self.valkey.url).flushall()

    def stop(self) -> None:
        """End everything."""
        for program in self.programs.values():
            program.kill()
        self.valkey.stop()
        self.postgres.stop()

    def _prepare(self) -> None:
        log = self.folder / "migrate.log"
        migration = Forked("lms.cli", "migrate", env=self.environment, log=log)
        assert migration.wait(120) == 0, log.read_text()
        with self._connect() as connection:
            connection.execute("create table effect (n int, run uuid)")
            connection.execute("grant insert, select on effect to lms_app")

    def _connect(self) -> "psycopg.Connection[tuple[int, int]]":
        return psycopg.connect(self.postgres.superuser_url.replace("+psycopg", ""), autocommit=True)

    def _starter(self, name: str, *command: str) -> Callable[[], Forked]:
        return lambda: Forked(*command, env=self.environment, log=self.folder / f"{name}.log")


@pytest.fixture
def under_fire() -> Iterator[UnderFire]:
    folder = Path(tempfile.mkdtemp(prefix="lms-fire-", dir="/tmp"))
    platform = UnderFire(folder)
    yield platform
    platform.stop()
    shutil.rmtree(folder)


@pytest.mark.parametrize("many", [20, pytest.param(100, marks=pytest.mark.slow)])
def test_each_effect_is_there_exactly_once(under_fire: UnderFire, many: int) -> None:
    """Sabotage: write the effect outside job.finish(), drop the lease token from RunningJob.hold, or let enqueue forget
    its key: marks appear twice. Stop sweeping: marks are missing. Somebody dies each time two more jobs are done.
    """
    asked = 0
    victims = [*islice(cycle(("worker", "web", "worker", "sweeper")), many // 2)]
    random.shuffle(victims)
    limit = time.monotonic() + 300 + 3 * many  # a guard against a hang
    while (victims or len(under_fire.effects()) < many) and time.monotonic() < limit:
        next_death = many - 2 * len(victims)
        if asked < min(many, next_death + 4) and under_fire.ask_for(asked):
            asked += 1
        if victims and len(under_fire.effects()) >= next_death:
            time.sleep(random.uniform(0, 0.4))
            under_fire.kill(victims.pop())
            if len(victims) % 4 == 2:
                under_fire.forget_messages()
        time.sleep(0.02)
    time.sleep(2)
    assert under_fire.effects() == dict.fromkeys(range(many), 1), under_fire.states()
    assert under_fire.states() == {"done": many}
    assert asked == many and not victims
