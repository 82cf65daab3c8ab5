"""A real S3 for tests: SeaweedFS on the loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from lms.foundation.services.seaweedfs import start_seaweedfs


@contextmanager
def bucket() -> Iterator[str]:
    """The URL of an empty bucket; another account runs the service, so its folder must be open to pass through."""
    with TemporaryDirectory(prefix="yanxue-weed-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        running = start_seaweedfs(Path(folder))
        try:
            yield running.url
        finally:
            running.stop()
