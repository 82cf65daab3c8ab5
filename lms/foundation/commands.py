"""`lms sequencer`: the process that seals records and looks after jobs that nobody runs."""

import logging
import signal
import threading
from collections.abc import Callable
from time import monotonic

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from lms.foundation import jobs
from lms.foundation.evidence import sequencer

cli = click.Group("top")

log = logging.getLogger(__name__)
PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 10.0
SWEEP_SECONDS = 3.0


@cli.command("sequencer")
@with_appcontext
def run_sequencer() -> None:
    """Give every record its place in the tree, sign checkpoints, wake abandoned jobs; ends on SIGTERM."""
    over = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: over.set())
    log.info("sequencer started")
    loop(over)
    log.info("sequencer stopped")


def loop(over: threading.Event) -> None:
    """Work until `over` is set. A database that is away is waited for, longer each time."""
    pause, swept = PAUSE_SECONDS, -SWEEP_SECONDS
    while not over.is_set():
        try:
            _seal(over)
            if monotonic() - swept >= SWEEP_SECONDS:
                jobs.sweep()
                swept = monotonic()
            pause = PAUSE_SECONDS
        except DBAPIError as problem:
            log.warning("the database does not answer: %s", type(problem.orig).__name__)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        over.wait(pause)


def _seal(over: threading.Event) -> None:
    """Everything that waits, then a signature if one is due."""
    _until_idle(sequencer.sequence, over)
    sequencer.checkpoint()


def _until_idle(step: Callable[[], int], over: threading.Event) -> None:
    while step() and not over.is_set():
        pass
