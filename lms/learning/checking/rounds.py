"""Rounds of the second checker: every night what changed and a share of everybody; on the command line whom one names."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.jobs import RunningJob
from lms.foundation.periodic import every
from lms.learning.checking import alarms, raw, reading
from lms.learning.checking.comparing import broken, check
from lms.learning.checking.policies import Book
from lms.learning.models.checking import HoursCheck

NIGHTLY = "learning.hours-check"
DAY_SECONDS = 24 * 3600
# a transaction that was under way while the last round began may have committed after it looked
OVERLAP = timedelta(hours=1)
SHARES = 30
TOLD_EVERY = 20


@dataclass
class Tally:
    """What a round has come to so far."""

    people: int = 0
    beats: int = 0
    rows: int = 0
    differences: int = 0

    def text(self) -> str:
        """One line of figures."""
        return f"{self.people} people · {self.beats} beats · {self.rows} rows · {self.differences} differences"


def run(scope: str, people: Iterable[UUID], told: Callable[[Tally], None] = lambda _: None) -> Tally:
    """Recompute people one by one, each in transactions of their own; memory does not grow with their number."""
    begun_at, tally = clock.now(), Tally()
    book, policies = Book(reading.dated()), reading.kept_policies()
    for person_id in people:
        material = reading.material(person_id, policies)
        outcome = check(material, book)
        with transaction(reading.CHECKER):
            differences = [*outcome.differences, *broken(material, raw.inspect(person_id))]
            alarms.keep(person_id, differences)
        tally.people += 1
        tally.beats += outcome.beats
        tally.rows += outcome.rows
        tally.differences += len(differences)
        told(tally)
    _enter(scope, begun_at, tally)
    return tally


def _enter(scope: str, begun_at: datetime, tally: Tally) -> None:
    figures = {name: getattr(tally, name) for name in Tally.__dataclass_fields__}
    with transaction(reading.CHECKER) as session:
        session.add(HoursCheck(begun_at=begun_at, ended_at=clock.now(), scope=scope, **figures))


@every(DAY_SECONDS, NIGHTLY, "重算学时台账")
def nightly(job: RunningJob) -> None:
    """Everybody of whom anything came since the last round, and a thirtieth of all the others."""
    with transaction(reading.CHECKER):
        last = db.session.scalar(select(func.max(HoursCheck.begun_at)).where(HoursCheck.scope == "nightly"))
    since = (last or reading.LONG_AGO) - OVERLAP
    share = reading.in_turn(clock.today().toordinal() % SHARES, SHARES)

    def tell(tally: Tally) -> None:
        if tally.people % TOLD_EVERY == 0:
            job.progress(tally.people, 0, tally.text())

    tally = run("nightly", itertools.chain(reading.changed(since), share), tell)
    with job.finish(**{name: getattr(tally, name) for name in Tally.__dataclass_fields__}):
        pass
