"""`lms sequencer`: the process that seals records and looks after jobs that nobody runs."""

import logging
import signal
import threading
from collections.abc import Callable
from functools import partial
from time import monotonic

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from lms.foundation import jobs, periodic
from lms.foundation.evidence import sequencer

cli = click.Group("top")

log = logging.getLogger(__name__)
PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 10.0
SWEEP_SECONDS = 3.0
ROUND_SECONDS = 10.0


@cli.command("sequencer")
@with_appcontext
def run_sequencer() -> None:
    """Seal records and wake abandoned jobs.

    Gives every record its place in the tree and signs checkpoints; ends on SIGTERM.
    """
    over = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: over.set())
    log.info("sequencer started")
    loop(over)
    log.info("sequencer stopped")


def loop(over: threading.Event) -> None:
    """Work until `over` is set; the steps do not stop each other. A database that is away is waited for, ever longer."""
    pause, swept, looked = PAUSE_SECONDS, -SWEEP_SECONDS, -ROUND_SECONDS
    while not over.is_set():
        well = _tried(partial(_seal, over))
        if monotonic() - swept >= SWEEP_SECONDS:
            swept = monotonic()
            well = _tried(jobs.sweep) and well
        if monotonic() - looked >= ROUND_SECONDS:
            looked = monotonic()
            well = _tried(periodic.queue_due) and well
        pause = PAUSE_SECONDS if well else min(pause * 2, LONGEST_PAUSE_SECONDS)
        over.wait(pause)


def _tried(step: Callable[[], object]) -> bool:
    """Do a step; say whether it went well. Only its kind of failure is logged: a statement may hold what people typed."""
    try:
        step()
    except DBAPIError as problem:
        log.warning("the database did not answer: %s", type(problem.orig).__name__)
    except Exception:
        log.exception("a step of the sequencer failed")
    else:
        return True
    return False


def _seal(over: threading.Event) -> None:
    """Everything that waits, then a signature if one is due."""
    while sequencer.sequence() and not over.is_set():
        pass
    sequencer.checkpoint()
