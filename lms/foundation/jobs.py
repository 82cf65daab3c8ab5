"""Work that outlives a request. The row is the truth; a message only wakes a worker.

A job is queued in the transaction that wants it, claimed under a lease that a heartbeat keeps, and finished in the same
transaction as its effect: whoever is killed, and whenever, the effect is there once (design.md decision 3).
Leases are told by the database's clock, the only one that all processes share.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask import current_app
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from lms.foundation import clock
from lms.foundation.database import Dated, Identified, acting, after_commit, db, transaction
from lms.foundation.errors import Conflict, NotFound
from lms.foundation.principal import Principal

LEASE_SECONDS = 30
HEARTBEAT_SECONDS = 8
MOST_ATTEMPTS = 5
GAVE_UP = "这件事试了几次都没有办成，我们已经记下来。过一会儿再试，或者打电话问工作人员"

log = logging.getLogger(__name__)
sweeper = Principal.system_of("jobs")
_SHORT = text("set local statement_timeout = '5s'")


class Job(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """One piece of background work; `done` of `of` in steps, `words` for the person who waits."""

    __tablename__ = "job"

    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    title: Mapped[str]
    arguments: Mapped[dict[str, Any]]
    principal: Mapped[dict[str, Any]]
    person_id: Mapped[UUID | None]
    tenant_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(default="queued")
    attempt: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    done: Mapped[int] = mapped_column(default=0)
    of: Mapped[int] = mapped_column(default=0)
    words: Mapped[str] = mapped_column(default="")
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[str | None]

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in {"done", "failed"}


class JobRefused(Exception):
    """The work cannot be done however often it is tried; the sentence is for the person who asked."""


class LeaseLost(Exception):
    """Another worker has taken the job over; this one must leave without a trace."""


@dataclass
class RunningJob:
    """A job in the hands of the worker that holds its lease."""

    id: UUID
    kind: str
    arguments: dict[str, Any]
    principal: Principal
    attempt: int
    token: UUID

    def progress(self, done: int, of: int, words: str) -> None:
        """Tell the person who waits how far it is; also keeps the lease. Raises LeaseLost."""
        with transaction(sweeper) as session:
            self._keep(session, done=done, of=of, words=words)

    def beat(self) -> None:
        """Keep the lease; raises LeaseLost."""
        with transaction(sweeper) as session:
            self._keep(session)

    @contextmanager
    def finish(self, **result: Any) -> Iterator[Session]:
        """The transaction, on behalf of who asked, in which the effect and the word `done` are written together."""
        with transaction(self.principal) as session:
            self.hold(session)
            yield session
            session.execute(update(Job).where(Job.id == self.id).values(state="done", result=result, **_ended()))

    def hold(self, session: Session) -> None:
        """Lock the row while the lease is still ours; raises LeaseLost. For work written in several transactions."""
        mine = select(Job.id).where(Job.id == self.id, Job.lease_token == self.token, Job.state == "running")
        if session.scalar(mine.with_for_update()) is None:
            raise LeaseLost(self.kind)

    def _keep(self, session: Session, **values: Any) -> None:
        mine = (Job.id == self.id) & (Job.lease_token == self.token) & (Job.state == "running")
        if session.execute(update(Job).where(mine).values(lease_until=_lease(), **values)).rowcount == 0:  # type: ignore[attr-defined]
            raise LeaseLost(self.kind)


Handler = Callable[[RunningJob], None]
_handlers: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Name the function that does jobs of a kind. It may run more than once: only finish() writes for good."""

    def register(handler: Handler) -> Handler:
        if _handlers.setdefault(kind, handler) is not handler:
            raise ValueError(f"two handlers for {kind}")
        return handler

    return register


def enqueue(
    kind: str,
    arguments: dict[str, Any],
    *,
    key: str,
    title: str,
    tenant_id: UUID | None = None,
    principal: Principal | None = None,
) -> Job:
    """Queue work in the current transaction; the same key is the same job, however often it is asked for."""
    principal = principal or acting()
    values = {"id": uuid4(), "kind": kind, "key": f"{kind}:{key}", "title": title, "arguments": arguments}
    who = {"principal": principal.as_json(), "person_id": principal.person_id, "tenant_id": tenant_id}
    start: dict[str, Any] = {
        "state": "queued",
        "attempt": 0,
        "done": 0,
        "of": 0,
        "words": "",
        "result": {},
        "created_at": clock.now(),
    }
    start["published_at"] = func.clock_timestamp()
    new = insert(Job).values(**values, **who, **start).on_conflict_do_nothing(index_elements=[Job.key])
    db.session.execute(new)
    job: Job | None = db.session.scalar(select(Job).where(Job.key == values["key"]))
    if job is None:
        raise Conflict()
    after_commit(lambda: wake(job.id))
    return job


def find(job_id: UUID) -> Job:
    """The job, if it is the principal's to see; raises NotFound."""
    job: Job | None = db.session.scalar(select(Job).where(Job.id == job_id))
    if job is None:
        raise NotFound()
    return job


def wake(job_id: UUID) -> None:
    """Send the message that wakes a worker. Whether it arrives does not matter: the sweeper looks too."""
    try:
        current_app.extensions["wake"](str(job_id))
    except Exception:  # any broker, any failure: the row is the truth and the sweeper finds it
        log.warning("broker did not take the wake-up call; the sweeper will find the job", extra={"job": str(job_id)})


def run(job_id: UUID, keeping: Callable[[RunningJob], AbstractContextManager[None]] | None = None) -> bool:
    """Claim a job and do it; False when it is over or in other hands. Never raises for a failure of the work itself.

    `keeping` renews the lease while the handler works (heartbeat.beating in a worker; nothing in tests).
    """
    job = _claim(job_id)
    if job is None:
        return False
    try:
        with keeping(job) if keeping else nullcontext():
            _handlers[job.kind](job)
    except JobRefused as refusal:
        _settle(job, "failed", str(refusal))
    except LeaseLost:
        log.warning("lease lost", extra={"job": str(job.id)})
    except Exception:
        log.exception("job attempt failed", extra={"job": str(job.id), "kind": job.kind, "attempt": job.attempt})
        _settle(job, *(("failed", GAVE_UP) if job.attempt >= MOST_ATTEMPTS else ("queued", None)))
    return True


def sweep() -> int:
    """Wake workers for what nobody runs: lost on the way, or left by a dead worker. Returns how many."""
    with transaction(sweeper) as session:
        session.execute(_SHORT)
        _bury(session)
        waiting = _abandoned().with_for_update(skip_locked=True).limit(100)
        found = list(session.scalars(waiting))
        session.execute(update(Job).where(Job.id.in_(found)).values(published_at=func.clock_timestamp()))
    for job_id in found:
        wake(job_id)
    return len(found)


def _abandoned():  # type: ignore[no-untyped-def]
    now, quiet = func.clock_timestamp(), text("interval '10 seconds'")
    queued = (Job.state == "queued") & (Job.published_at < now - quiet)
    left = (Job.state == "running") & (Job.lease_until < now)
    return select(Job.id).where(queued | left).order_by(Job.created_at)


def _bury(session: Session) -> None:
    left = (Job.state == "running") & (Job.lease_until < func.clock_timestamp()) & (Job.attempt >= MOST_ATTEMPTS)
    session.execute(update(Job).where(left).values(state="failed", error=GAVE_UP, **_ended()))


def _claim(job_id: UUID) -> RunningJob | None:
    token = uuid4()
    free = (Job.state == "queued") | ((Job.state == "running") & (Job.lease_until < func.clock_timestamp()))
    taken = {"state": "running", "attempt": Job.attempt + 1, "lease_token": token, "lease_until": _lease()}
    claim = update(Job).where(Job.id == job_id, free).values(**taken).returning(Job)
    with transaction(sweeper) as session:
        job = session.scalar(claim)
    if job is None:
        return None
    return RunningJob(job.id, job.kind, job.arguments, Principal.from_json(job.principal), job.attempt, token)


def _settle(job: RunningJob, state: str, error: str | None) -> None:
    """Write how an attempt ended, unless another worker has the job by now."""
    ended = _ended() if state == "failed" else {"published_at": func.clock_timestamp()}
    with transaction(sweeper) as session:
        mine = (Job.id == job.id) & (Job.lease_token == job.token)
        session.execute(update(Job).where(mine).values(state=state, error=error, lease_token=None, **ended))


def _lease():  # type: ignore[no-untyped-def]
    return func.clock_timestamp() + text(f"interval '{LEASE_SECONDS} seconds'")


def _ended() -> dict[str, Any]:
    return {"finished_at": func.clock_timestamp(), "lease_until": None}
