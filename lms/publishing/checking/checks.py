"""One check, whatever was sent in: files fetched into a folder of their own, judged, and the folder is gone."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from courses.packages import Upload
from lms.publishing import files
from lms.publishing.checking.outcome import Outcome, Progress
from lms.publishing.checking.packages import check_package
from lms.publishing.checking.videos import check_videos


def check(source: dict[str, Any], title: str, declared_seconds: int, room: Path, progress: Progress) -> Outcome:
    """Check the kept files of an upload in `room`, a folder for this upload alone; `progress` is told percent and words.

    Raises StorageError or OSError when the machine fails; whatever is wrong with the files is in the outcome.
    """
    with folder_in(room) as folder:
        progress(1, "正在打开文件")
        if "package" not in source:
            return check_videos(source, title, declared_seconds, folder, progress)
        kept = source["package"]
        upload = Upload(files.fetch_source(kept, folder / "package"), kept["name"])
        return check_package(upload, title, declared_seconds, folder, progress)


@contextmanager
def folder_in(room: Path) -> Iterator[Path]:
    """An empty folder in the room, gone afterwards; what a killed worker left there is swept out first."""
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir(parents=True)
    try:
        with TemporaryDirectory(dir=room, ignore_cleanup_errors=True) as name:
            yield Path(name)
    finally:
        with suppress(OSError):  # another worker has taken over and works there
            room.rmdir()
