"""The clock, and what tests may turn."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from lms import config
from lms.foundation import clock


@pytest.fixture(autouse=True)
def put_back():
    """The machine's time again."""
    yield
    clock.reset()


def test_days_are_those_of_shanghai():
    """Sabotage: take the date in UTC."""
    clock.freeze(datetime(2026, 11, 20, 16, 30, tzinfo=UTC))
    assert clock.today().isoformat() == "2026-11-21"


def test_a_turned_clock_runs_on():
    """Sabotage: freeze at the turn."""
    before = clock.now()
    clock.turn(timedelta(hours=1))
    assert timedelta(hours=1) <= clock.now() - before < timedelta(hours=1, seconds=5)


def test_a_file_drives_other_processes(tmp_path):
    """Sabotage: ignore the rate."""
    file = tmp_path / "clock"
    clock.follow(file)
    machine = datetime.now(UTC)
    assert abs(clock.now() - machine) < timedelta(seconds=1)
    file.write_text(json.dumps({"since": machine.timestamp() - 10, "offset": 100, "rate": 3}))
    assert abs(clock.now() - machine - timedelta(seconds=120)) < timedelta(seconds=1)


def test_a_real_installation_has_no_clock_file():
    """Sabotage: honour LMS_CLOCK_FILE everywhere."""
    with pytest.raises(config.SettingError, match="LMS_TESTING"):
        config.load({"LMS_CLOCK_FILE": "/tmp/clock"})
