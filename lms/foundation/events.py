"""How something below tells those above: an event, and a table of listeners that reactions.py fills."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import msgspec
from flask import current_app

from lms.foundation import jobs

Listener = Callable[[Any], None]
JOB = "event"


@dataclass(frozen=True)
class Reactions:
    """Who hears of an event: `now` in the same transaction, `later` as a job queued in that transaction."""

    now: tuple[Listener, ...] = ()
    later: tuple[Listener, ...] = ()


Table = Mapping[type, Reactions]


def publish(event: Any) -> None:
    """Tell everybody who is named for this event (a frozen dataclass), inside the current transaction."""
    reactions = _table().get(type(event), Reactions())
    for listener in reactions.now:
        listener(event)
    for listener in reactions.later:
        body = {"event": type(event).__name__, "listener": _name(listener), "content": msgspec.to_builtins(event)}
        jobs.enqueue(JOB, body, key=str(uuid4()), title=f"{body['event']} → {body['listener']}")


@jobs.handles(JOB)
def hear(job: jobs.RunningJob) -> None:
    """Call one `later` listener; what it writes and the end of the job are one transaction."""
    kind, listener = _find(job.arguments["event"], job.arguments["listener"])
    event: Any = msgspec.convert(job.arguments["content"], kind)
    with job.finish():
        listener(event)


def _find(event: str, listener: str) -> tuple[type, Listener]:
    for kind, reactions in _table().items():
        for candidate in reactions.later:
            if kind.__name__ == event and _name(candidate) == listener:
                return kind, candidate
    raise LookupError(f"nobody named {listener} listens to {event} any more")


def _table() -> Table:
    return current_app.extensions["reactions"]  # type: ignore[no-any-return]


def _name(listener: Listener) -> str:
    return f"{listener.__module__}.{listener.__qualname__}"
