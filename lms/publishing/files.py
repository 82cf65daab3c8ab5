"""The bytes of packages: taken in, given out. File work: never inside transaction()."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from flask import current_app

from courses.course import Cue
from courses.video.captions import parse, write_captions
from lms.foundation.errors import NotFound, Unavailable
from lms.publishing.queries import LessonView
from media.storage import CHUNK, NoSuchFile, Storage, StorageError, StorageFull, full_told, key_for, sha256_of

NO_ROOM = "服务器的磁盘满了，这次没有收下，你的文件没有坏。告诉工作人员腾出地方，再传一次"
NO_ANSWER = "存文件的地方现在没有回应，这次没有收下。过几分钟再传一次"
# The parts of a video lesson and the suffix that each is kept under, whatever its owner called it; 01.video in a series.
SUFFIXES = {"video": ".mp4", "captions": ".vtt", "quiz": ".sheet"}


@dataclass(frozen=True)
class KeptFile:
    """A file that was sent in and now lies in the storage, whole under `key` or in pieces under `pieces`."""

    part: str
    key: str
    name: str
    size: int
    sha256: str
    pieces: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain data for the version row."""
        place: dict[str, Any] = {"pieces": list(self.pieces)} if self.pieces else {"key": self.key}
        return {**place, "name": self.name, "size": self.size, "sha256": self.sha256}


def storage() -> Storage:
    """The storage of the running application."""
    return current_app.extensions["storage"]


def keep(part: str, file: BinaryIO, name: str) -> KeptFile:
    """Put one file of an upload into the storage under its content; raises Unavailable when there is no room."""
    digest = sha256_of(file)
    size = file.seek(0, 2)
    file.seek(0)
    key = key_for(digest, SUFFIXES[part.rpartition(".")[2]])
    with told():
        storage().put(key, file)
    return KeptFile(part, key, name[:200], size, digest)


def fetch_source(kept: dict[str, Any], target: Path) -> Path:
    """Copy a file that was sent in to a local path, whether it lies whole or in pieces.

    Raises StorageError when what lies there is not what was sent, StorageFull when the disk has no room.
    """
    digest = sha256()
    with full_told(), target.open("wb") as out:
        for chunk in chunks_of(kept.get("pieces") or [kept["key"]]):
            digest.update(chunk)
            out.write(chunk)
    if digest.hexdigest() != kept["sha256"]:
        raise StorageError("a kept file is not what was sent in")
    return target


def chunks_of(keys: Iterable[str]) -> Iterator[bytes]:
    """The bytes of kept files one after the other, a little at a time."""
    for key in keys:
        with storage().open(key) as stream:
            while chunk := stream.read(CHUNK):
                yield chunk


def source_hash(files: dict[str, KeptFile]) -> str:
    """One hash over the files: the same content is the same upload."""
    return sha256("".join(files[part].sha256 for part in sorted(files)).encode()).hexdigest()


def keep_captions(cues: tuple[Cue, ...]) -> tuple[str, str]:
    """Write captions in our own plain form; gives key and hash."""
    data = write_captions(cues).encode()
    digest = sha256(data).hexdigest()
    key = key_for(digest, ".vtt")
    storage().put(key, BytesIO(data), "text/vtt")
    return key, digest


def captions(lesson: LessonView) -> tuple[Cue, ...]:
    """The captions of a lesson, in order; none for a quiz."""
    return parse(captions_file(lesson))[0] if lesson.captions_key else ()


def captions_file(lesson: LessonView) -> bytes:
    """WebVTT of a lesson; raises NotFound."""
    if not lesson.captions_key:
        raise NotFound()
    try:
        with storage().open(lesson.captions_key) as stream:
            return stream.read()
    except NoSuchFile as problem:
        raise NotFound() from problem


@contextmanager
def told() -> Iterator[None]:
    """Say in words when the storage is full or silent."""
    try:
        yield
    except StorageFull as problem:
        raise Unavailable(NO_ROOM, code="storage_full") from problem
    except StorageError as problem:
        raise Unavailable(NO_ANSWER, code="storage_silent") from problem
