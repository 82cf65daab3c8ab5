"""Taking over files that lie ready in a folder of ours: thousands at once, each under the hash of its bytes."""

import ctypes
import errno
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from media.storage import LocalFolder, Storage, full_told


def adopt(storage: Storage, ready: Iterable[tuple[str, Path]], told: Callable[[], object] = lambda: None) -> None:
    """Keep each file of `ready` (key, path) under its key; the paths are used up. Calls `told` after each.

    A local folder takes a file over by renaming it, once all of them are on the disk: put() would wait for the disk once a
    file. Raises StorageFull, and keeps what was kept until then: keys name content, so beginning again is harmless.
    """
    pairs = list(ready)
    local = isinstance(storage, LocalFolder)
    if local and pairs:
        _on_the_disk(pairs[0][1].parent)
    for key, path in pairs:
        if not (isinstance(storage, LocalFolder) and _renamed(storage.root / key, path)):
            with path.open("rb") as file:
                storage.put(key, file)
            path.unlink()
        told()
    if isinstance(storage, LocalFolder) and pairs:
        _on_the_disk(storage.root)


def _on_the_disk(folder: Path) -> None:
    """Wait until the file system of a folder has written everything (syncfs, which Python does not offer)."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if ctypes.CDLL(None, use_errno=True).syncfs(handle):
            number = ctypes.get_errno()
            with full_told():
                raise OSError(number, os.strerror(number))
    finally:
        os.close(handle)


def _renamed(target: Path, path: Path) -> bool:
    """Whether the file could be renamed into its place: scratch and storage lie on one file system."""
    with full_told():
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.replace(path, target)
        except OSError as problem:
            if problem.errno == errno.EXDEV:
                return False
            raise
    return True
