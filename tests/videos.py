"""Small real videos for tests, made by the ffmpeg of the wheel."""

import subprocess
from pathlib import Path

from media import ffmpeg


def make(
    target: Path,
    *,
    seconds: float = 20,
    size: str = "320x180",
    video: str = "libx264",
    audio: str = "aac",
    tone: int = 440,
) -> Path:
    """A moving test picture with a tone; `video` or `audio` empty leaves that stream out. Other options as ffmpeg knows them."""
    picture = ["-f", "lavfi", "-i", f"testsrc=size={size}:rate=10:duration={seconds}"] if video else []
    sound = ["-f", "lavfi", "-i", f"sine=frequency={tone}:duration={seconds}"] if audio else []
    codecs = [*(["-c:v", video, "-pix_fmt", "yuv420p"] if video else []), *(["-c:a", audio] if audio else [])]
    return encode([*picture, *sound, *codecs], target)


def encode(arguments: list[str], target: Path) -> Path:
    """Run ffmpeg as an author's tool would."""
    subprocess.run([ffmpeg.program(), "-y", "-v", "error", *arguments, str(target)], check=True, timeout=120)
    return target


def index_in_front(source: Path, target: Path) -> Path:
    """The same video with its index first, so that cutting off the end leaves a file that opens."""
    return encode(["-i", str(source), "-c", "copy", "-movflags", "+faststart"], target)
