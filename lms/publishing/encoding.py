"""Making the smaller files of a lesson: fetched, encoded, kept. File work alone: no table is touched."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from lms.publishing import files
from lms.publishing.actions.variants import NewVariant
from media.ladder import CLEAR, SMALLER, Rung, rungs_for
from media.probe import read_streams
from media.storage import fetch, key_for, sha256_of
from media.transcode import Made, made, make_rungs, make_sound, put_under

Percent = Callable[[int], None]
VIDEO = "video/mp4"


@dataclass(frozen=True)
class Heard:
    """A sound track that lies in the storage."""

    language: str
    key: str


def make(
    media_key: str, length_ms: int, sounds: Sequence[Heard], room: Path, percent: Percent
) -> tuple[NewVariant, ...]:
    """Every smaller file of a video, and each picture again under each other sound; raises Unusable, StorageError, OSError."""
    with _folder(room) as folder:
        source = fetch(files.storage(), media_key, folder / "source.mp4")
        streams = read_streams(source)
        bitrate = source.stat().st_size * 8000 // max(length_ms, 1)
        rungs = rungs_for(streams.width, streams.height, bitrate)
        told = lambda ms: percent(min(90, ms * 90 // max(length_ms, 1)))  # noqa: E731 - a line of its own would say less
        own = make_rungs(source, rungs, folder, length_ms, frame_rate=streams.frame_rate, progress=told)
        own = tuple(one for one in own if one.size_bytes < source.stat().st_size * SMALLER)
        found = [_kept(one, "") for one in own]
        pictures = [one for one in own if one.height]
        if not any(one.kind == CLEAR.kind for one in pictures):
            pictures.append(made("source", source, length_ms, min(streams.width, streams.height)))
        for place, heard in enumerate(sounds, 1):
            found += _under(heard, pictures, rungs[-1], folder, length_ms)
            percent(90 + 9 * place // len(sounds))
        return tuple(found)


def keep_sound(path: Path, length_ms: int, folder: Path) -> tuple[str, int]:
    """Keep a sound track as plain AAC as long as the video; gives its key and size in bytes."""
    rung = Rung("audio", 0, 0, 64_000, channels=2)
    one = make_sound(path, rung, folder / "sound.mp4", length_ms)
    return _stored(one.path), one.size_bytes


def _under(heard: Heard, pictures: Sequence[Made], alone: Rung, folder: Path, length_ms: int) -> list[NewVariant]:
    """One language: each picture with its sound, and the sound alone."""
    sound = fetch(files.storage(), heard.key, folder / f"{heard.language}.mp4")
    found = []
    for picture in pictures:
        target = folder / f"{picture.kind}-{heard.language}.mp4"
        found.append(
            _kept(put_under(picture.path, sound, target, length_ms, picture.kind, picture.height), heard.language)
        )
        target.unlink()
    listened = make_sound(sound, alone, folder / f"audio-{heard.language}.mp4", length_ms)
    return [*found, _kept(listened, heard.language)]


def _kept(one: Made, language: str) -> NewVariant:
    return NewVariant(one.kind, language, _stored(one.path), one.size_bytes, one.bitrate, one.height)


def _stored(path: Path) -> str:
    with path.open("rb") as file:
        key = key_for(sha256_of(file), ".mp4")
        files.storage().put(key, file, VIDEO)
    return key


@contextmanager
def _folder(room: Path) -> Iterator[Path]:
    """An empty folder in the room, gone afterwards; what a killed worker left there is swept out first."""
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir(parents=True)
    try:
        with TemporaryDirectory(dir=room, ignore_cleanup_errors=True) as name:
            yield Path(name)
    finally:
        shutil.rmtree(room, ignore_errors=True)
