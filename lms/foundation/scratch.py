"""A folder for the files of a job, gone when the job is."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lms.config import settings
from lms.foundation.jobs import RunningJob


@contextmanager
def room(job: RunningJob) -> Iterator[Path]:
    """A folder of the attempt's own, for its owner's eyes; what a killed attempt left behind goes first."""
    place = settings().data / "exporting"
    for left in place.glob(f"{job.id}-*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = place / f"{job.id}-{job.attempt}"
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
