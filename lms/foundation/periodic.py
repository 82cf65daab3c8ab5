"""Work that comes round: one job row for each kind, queued again when its time has come.

The sequencer's loop asks; the database's clock and the row itself decide, so any number of askers queue it once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from lms.foundation import clock, jobs
from lms.foundation.database import after_commit, db, transaction
from lms.foundation.jobs import Handler, Job
from lms.foundation.principal import Principal


@dataclass(frozen=True)
class Periodic:
    """A kind of job that is done every so many seconds."""

    kind: str
    seconds: int
    title: str


_table: dict[str, Periodic] = {}


def every(seconds: int, kind: str, title: str) -> Callable[[Handler], Handler]:
    """Name the function that does a kind of job, and how often."""

    def register(handler: Handler) -> Handler:
        _table[kind] = Periodic(kind, seconds, title)
        return jobs.handles(kind)(handler)

    return register


def queue_due() -> int:
    """Queue what is due; returns how many. A round that is still under way is not disturbed."""
    queued = 0
    for each in _table.values():
        me = Principal.system_of(each.kind)
        with transaction(me):
            queued += again(each.kind, {}, key="round", title=each.title, principal=me, after=each.seconds) is not None
    return queued


def again(
    kind: str, arguments: dict[str, Any], *, key: str, title: str, principal: Principal, after: int = 0
) -> UUID | None:
    """Queue a job whose row is used again and again; None while the last one goes on or ended within `after` seconds."""
    values = {"kind": kind, "key": f"{kind}:{key}", "title": title, "arguments": arguments}
    start = {"state": "queued", "attempt": 0, "done": 0, "of": 0, "words": "", "result": {}, "error": None}
    start |= {"principal": principal.as_json(), "published_at": func.clock_timestamp(), "created_at": clock.now()}
    rested = Job.finished_at < func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 0, after)
    new = insert(Job).values(id=uuid4(), **values, **start)
    new = new.on_conflict_do_update(
        index_elements=[Job.key],
        set_={**start, "arguments": arguments, "lease_token": None, "finished_at": None},
        where=Job.state.in_(("done", "failed")) & rested,
    )
    job_id: UUID | None = db.session.scalar(new.returning(Job.id))
    if job_id is not None:
        after_commit(lambda: jobs.wake(job_id))
    return job_id


def last(kind: str) -> Job | None:
    """The row of a kind of work that comes round: how its last round went."""
    return db.session.scalar(select(Job).where(Job.key == f"{kind}:round"))
