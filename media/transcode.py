"""Making a video ready for phones: the same frames in a file whose index comes first. Nothing is encoded again."""

from pathlib import Path

from media import ffmpeg
from media.probe import Unusable
from media.storage import StorageFull


def faststart(source: Path, target: Path, *, seconds: float = 600, progress: ffmpeg.Progress | None = None) -> Path:
    """Copy one video and one audio stream into `target` with the index in front, without the author's metadata.

    Same source, same bytes: the content hash of a lesson depends on it. Raises Unusable or StorageFull; leaves no half file.
    """
    copied = ["-map", "0:v:0", "-map", "0:a:0", "-c", "copy", "-map_metadata", "-1", "-map_chapters", "-1"]
    plain = ["-fflags", "+bitexact", "-movflags", "+faststart", "-f", "mp4", "-y"]
    reading = ["-protocol_whitelist", "file", "-f", "mov", "-i", f"file:{source}"]
    try:
        done = ffmpeg.run([*reading, *copied, *plain, f"file:{target}"], seconds=seconds, progress=progress)
    except ffmpeg.TooSlow as problem:
        target.unlink(missing_ok=True)
        raise Unusable("整理视频花的时间太长", "把课剪短，或者重新导出成 1280×720 再传") from problem
    if done.code:
        target.unlink(missing_ok=True)
        if any("No space left" in line for line in done.said):
            raise StorageFull("no room left on the disk")
        raise Unusable("这个视频整理不成手机能边下边放的样子", "用剪辑软件重新导出一个 MP4（H.264 + AAC）再传")
    return target
