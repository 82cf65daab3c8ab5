"""Whoever changes the tables with the superuser's password is found: the small tier of `make campaign`."""

from flask import Flask

from lms.foundation.services import RunningPostgres
from tests.learning.checking.tampering import GONE, TABLES, UNSEEN, tamper


def test_changes_of_the_tables_are_found(live_app: Flask, postgres: RunningPostgres) -> None:
    """Sabotage: leave raw.inspect, standing.astray or sealed.unsealed out; or let leaves of other kinds pass in check_rows."""
    tally = tamper(live_app, postgres, 25, seed=11, events=4)
    assert tally.missed == []
    assert tally.night.total() > 3 < tally.database.total()


def test_what_nobody_looks_at_is_named_and_little() -> None:
    """What is let pass is listed: no column of time, of a person or of a class of the ledger is among it."""
    assert UNSEEN["hour_ledger"] == {"id"}
    assert "beat" not in UNSEEN
    assert set(UNSEEN) <= set(TABLES)
    assert {one.partition(".")[0] for one in GONE} <= set(TABLES)
