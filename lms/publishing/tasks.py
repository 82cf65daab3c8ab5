"""What workers do for publishing: check an upload. All slow work stands outside transactions."""

import time
from pathlib import Path
from uuid import UUID

from courses.cmi5.writing import Unwritable
from lms.config import settings
from lms.foundation import periodic
from lms.foundation.database import transaction
from lms.foundation.jobs import JobRefused, RunningJob, handles
from lms.publishing import actions, arriving, checking, downloads, queries
from lms.publishing.rules import State
from media.storage import NoSuchFile, StorageFull, is_full

SECONDS_BETWEEN = 1.0
DISK_FULL = "服务器的磁盘满了，停在半路，你的文件都在。告诉工作人员腾出地方，再点一次"
FILES_GONE = "存下的文件找不到了，请重新上传"


SWEEP, SWEEP_SECONDS = "publishing.sweep", 3600


class Teller:
    """Tells the job how far it is, at most once a second, and never backwards."""

    def __init__(self, job: RunningJob) -> None:
        self._job, self._last, self._words, self._percent = job, 0.0, "", -1

    def __call__(self, percent: int, words: str) -> None:
        """Percent of the whole, and a phrase for the person who waits."""
        now = time.monotonic()
        if percent <= self._percent or (words == self._words and now - self._last < SECONDS_BETWEEN):
            return
        self._job.progress(percent, 100, words)
        self._last, self._words, self._percent = now, words, percent


@handles(actions.CHECK)
def check(job: RunningJob) -> None:
    """Check one version and write its report; done again from the start when a worker dies."""
    version_id = UUID(job.arguments["version_id"])
    with transaction(job.principal):
        version = queries.version(version_id)
    if version.state is not State.CHECKING:
        with job.finish():
            return
    outcome = _checked(version, job)
    with job.finish(refused=outcome.refused):
        actions.record_check(version_id, outcome)


@handles(downloads.DOWNLOAD)
def download(job: RunningJob) -> None:
    """Write the cmi5 package of a version; done again from the start when a worker dies."""
    version_id = UUID(job.arguments["version_id"])
    with transaction(job.principal):
        version, lessons = queries.version(version_id), queries.lessons_of(version_id)
        members = downloads.members_of(version_id)
    told, course = Teller(job), downloads.written(version, lessons, members)
    try:
        size = downloads.build(job.id, course, lambda n, of: told(100 * n // of, f"已经装好 {n} 个文件，共 {of} 个"))
    except Unwritable as problem:
        raise JobRefused(str(problem)) from problem
    except StorageFull as problem:
        raise JobRefused(DISK_FULL) from problem
    with job.finish(size=size):
        return


@periodic.every(SWEEP_SECONDS, SWEEP, "清理没传完的文件")
def sweep(job: RunningJob) -> None:
    """Forget uploads that are never finished, and originals that no version needs any more."""
    gone = arriving.sweep()
    downloads.sweep()
    with job.finish(gone=gone):
        return


def _checked(version: queries.VersionView, job: RunningJob) -> checking.Outcome:
    room: Path = settings().data / "incoming" / str(version.id)
    try:
        return checking.check(version.source, version.title, version.declared_seconds, room, Teller(job))
    except StorageFull as problem:
        raise JobRefused(DISK_FULL) from problem
    except NoSuchFile as problem:
        raise JobRefused(FILES_GONE) from problem
    except OSError as problem:
        if is_full(problem):
            raise JobRefused(DISK_FULL) from problem
        raise
