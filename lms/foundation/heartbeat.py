"""Keeps the lease of a running job while its handler works."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from lms.foundation import jobs


@contextmanager
def beating(app: Flask, job: jobs.RunningJob) -> Iterator[None]:
    """Renew the lease from a thread of its own until the block ends or the lease is lost."""
    over = threading.Event()
    thread = threading.Thread(target=_beat, args=(app, job, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=5)


def _beat(app: Flask, job: jobs.RunningJob, over: threading.Event) -> None:
    while not over.wait(jobs.HEARTBEAT_SECONDS):
        with app.app_context():
            try:
                job.beat()
            except jobs.LeaseLost:
                return
