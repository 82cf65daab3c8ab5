"""Making a video ready for phones: the same frames with the index in front; smaller files of it; other sounds under it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from media import ffmpeg
from media.ladder import KEY_SECONDS, MOST_FRAMES, Rung, scale_of
from media.probe import Unusable
from media.storage import StorageFull

NICENESS = 10
# Nothing of the author's, and nothing of this machine: the same source gives the same bytes.
_PLAIN = ("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags", "+bitexact")
_INDEX_FIRST = ("-movflags", "+faststart", "-f", "mp4")
_LOCAL = ("-protocol_whitelist", "file")
_MP4 = ("-f", "mov")
# What people record sound in; a playlist that hides behind such a name is no format of this list.
_SOUNDS = ("-format_whitelist", "mov,mp3,wav,aac,flac,ogg")
REEXPORT = "用剪辑软件重新导出一个 MP4（H.264 + AAC）再传"
REEXPORT_SOUND = "用剪辑软件把声音重新导出成 MP3 或 M4A 再传"


@dataclass(frozen=True)
class Made:
    """A file that was made: what it is, where it lies, its bits a second and the height of its picture."""

    kind: str
    path: Path
    size_bytes: int
    bitrate: int
    height: int


def faststart(source: Path, target: Path, *, seconds: float = 600, progress: ffmpeg.Progress | None = None) -> Path:
    """Copy one video and one audio stream into `target` with the index in front, without the author's metadata.

    Same source, same bytes: the content hash of a lesson depends on it. Raises Unusable or StorageFull; leaves no half file.
    """
    copied = ["-map", "0:v:0", "-map", "0:a:0", "-c", "copy", "-map_metadata", "-1", "-map_chapters", "-1"]
    plain = ["-fflags", "+bitexact", "-movflags", "+faststart", "-f", "mp4", "-y"]
    reading = [*_LOCAL, *_MP4, "-i", f"file:{source}"]
    _run([*reading, *copied, *plain, f"file:{target}"], [target], seconds, REEXPORT, progress)
    return target


def make_rungs(
    source: Path,
    rungs: Sequence[Rung],
    folder: Path,
    length_ms: int,
    *,
    frame_rate: float = 0.0,
    progress: ffmpeg.Progress | None = None,
) -> tuple[Made, ...]:
    """Encode all rungs in one pass over the source; each file lasts as long as the lesson. Raises Unusable, StorageFull."""
    pictures = [rung for rung in rungs if rung.height]
    targets = {rung.kind: folder / f"{rung.kind}.mp4" for rung in rungs}
    arguments = [*_LOCAL, *_MP4, "-i", f"file:{source}"]
    if pictures:
        arguments += ["-filter_complex", _graph(pictures, frame_rate)]
    for rung in rungs:
        arguments += _output(rung, length_ms, targets[rung.kind])
    _run(arguments, targets.values(), 600 + length_ms / 1000 * 6, REEXPORT, progress, NICENESS)
    return tuple(made(rung.kind, targets[rung.kind], length_ms, rung.height) for rung in rungs)


def make_sound(source: Path, rung: Rung, target: Path, length_ms: int) -> Made:
    """A sound track as one plain AAC file that lasts as long as the lesson; raises Unusable, StorageFull."""
    reading = [*_LOCAL, *_SOUNDS, "-i", f"file:{source}"]
    _run(
        [*reading, *_output(rung, length_ms, target)], [target], 600 + length_ms / 1000, REEXPORT_SOUND, None, NICENESS
    )
    return made(rung.kind, target, length_ms, 0)


def put_under(picture: Path, sound: Path, target: Path, length_ms: int, kind: str, height: int) -> Made:
    """The picture of one file with the sound of another; nothing is encoded again."""
    reading = [*_LOCAL, *_MP4, "-i", f"file:{picture}", *_LOCAL, *_MP4, "-i", f"file:{sound}"]
    copied = ["-map", "0:v:0", "-map", "1:a:0", "-c", "copy", *_PLAIN, *_INDEX_FIRST, "-y", f"file:{target}"]
    _run([*reading, *copied], [target], 600, REEXPORT, None)
    return made(kind, target, length_ms, height)


def made(kind: str, path: Path, length_ms: int, height: int) -> Made:
    """What a finished file is."""
    size = path.stat().st_size
    return Made(kind, path, size, size * 8000 // max(length_ms, 1), height)


def _graph(pictures: Sequence[Rung], frame_rate: float) -> str:
    """Decode once, scale once for each picture."""
    calm = f"fps={MOST_FRAMES}," if frame_rate > MOST_FRAMES + 1 else ""
    ways = "".join(f"[in{n}]" for n in range(len(pictures)))
    scaled = ";".join(f"[in{n}]{scale_of(rung)},format=yuv420p[v{rung.kind}]" for n, rung in enumerate(pictures))
    return f"[0:v:0]{calm}split={len(pictures)}{ways};{scaled}"


def _output(rung: Rung, length_ms: int, target: Path) -> list[str]:
    length = f"{length_ms / 1000:.3f}"
    sound = ["-map", "0:a:0", "-c:a", "aac", "-b:a", str(rung.sound_bits), "-ac", str(rung.channels), "-ar", "44100"]
    sound += ["-af", f"apad=whole_dur={length}", "-t", length]
    if not rung.height:
        return [*sound, "-vn", *_PLAIN, *_INDEX_FIRST, "-y", f"file:{target}"]
    most = ["-maxrate", str(rung.picture_bits), "-bufsize", str(rung.picture_bits * 2)]
    keys = ["-force_key_frames", f"expr:gte(t,n_forced*{KEY_SECONDS})"]
    picture = ["-map", f"[v{rung.kind}]", "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "main"]
    quality = ["-crf", str(rung.quality), *most, *keys]
    return [*picture, *quality, *sound, *_PLAIN, *_INDEX_FIRST, "-y", f"file:{target}"]


def _run(
    arguments: Sequence[str],
    targets: Iterable[Path],
    seconds: float,
    mend: str,
    progress: ffmpeg.Progress | None,
    niceness: int = 0,
) -> None:
    """Run ffmpeg and leave no half file: raises Unusable, or StorageFull when the disk has no room."""
    try:
        done = ffmpeg.run(arguments, seconds=seconds, progress=progress, niceness=niceness)
    except ffmpeg.TooSlow as problem:
        _remove(targets)
        raise Unusable("整理视频花的时间太长", "把课剪短，或者重新导出成 1280×720 再传") from problem
    if not done.code:
        return
    _remove(targets)
    if any("No space left" in line for line in done.said):
        raise StorageFull("no room left on the disk")
    raise Unusable("这个视频整理不成手机能边下边放的样子", mend)


def _remove(targets: Iterable[Path]) -> None:
    for target in targets:
        target.unlink(missing_ok=True)
