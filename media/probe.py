"""What a video really is: its streams as ffmpeg reads them, and its length as a full decode finds it.

A file's own word about its length is never taken: every frame is decoded once, and what cannot be decoded does not count.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from media import ffmpeg

MAX_SIDE = 4096
MAX_PIXELS = 3840 * 2160
MAX_FRAME_RATE = 121.0
MAX_HOURS = 12
QUIET_DB = -55.0
FAULTS_BRIDGED = 5
_VIDEO = re.compile(r"Stream #0:\d+.*?: Video: (\w+)(?: \(([^)]*)\))?")
_AUDIO = re.compile(r"Stream #0:\d+.*?: Audio: (\w+)")
_SIZE = re.compile(r"[ ,](\d{1,6})x(\d{1,6})[ ,]")
_RATE = re.compile(r"([\d.]+k?) (?:fps|tbr)")
_PIXELS = re.compile(r", (yuvj?\d{3}p\w*|gray\w*|gbr\w*|nv12)\b")
_LENGTH = re.compile(r"Duration: (\d+):(\d\d):(\d\d)\.(\d+)")
_SAMPLES = re.compile(r"n_samples: (\d+)")
_MEAN = re.compile(r"mean_volume: (-?[\d.]+) dB")
_PHONE_PIXELS = {"yuv420p", "yuvj420p"}
_AUDIO_RATE = 8000

Percent = Callable[[int], None]


class Unusable(Exception):
    """The video cannot be used: `what` was found and how to `mend` it, each a Chinese sentence."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what, self.mend = what, mend


@dataclass(frozen=True)
class Streams:
    """What the header says: codecs, picture size, frames a second, and a length that is only a claim."""

    video: str
    pixels: str
    width: int
    height: int
    frame_rate: float
    audio: str
    claimed_ms: int


@dataclass(frozen=True)
class Probe:
    """What decoding found: true length, frames, how long there is sound, how loud (mean dB), faults a player bridges."""

    streams: Streams
    duration_ms: int
    frames: int
    sound_ms: int
    mean_db: float
    faults: int = 0

    @property
    def silent(self) -> bool:
        """Whether a listener would hear nothing."""
        return self.mean_db < QUIET_DB


def examine(path: Path, *, seconds: float = 1800, percent: Percent | None = None) -> Probe:
    """Read the header, refuse what phones cannot play, then decode every frame; raises Unusable."""
    streams = read_streams(path)
    refuse_unplayable(streams)
    return _decode(path, streams, seconds, percent)


def read_streams(path: Path) -> Streams:
    """What `ffmpeg -i` says of an MP4; raises Unusable when it cannot be opened as one."""
    try:
        said = "\n".join(ffmpeg.run([*_input(path)], seconds=60).said)
    except ffmpeg.TooSlow as problem:
        raise Unusable("视频的文件头太复杂，读了很久没读完", _REEXPORT) from problem
    video, audio = _VIDEO.search(said), _AUDIO.search(said)
    if not (video or audio):
        raise Unusable("这个文件打不开，里面找不到画面和声音", _REEXPORT)
    line = next((text for text in said.splitlines() if ": Video:" in text), "")
    size, rate, pixels = _SIZE.search(line), _RATE.search(line), _PIXELS.search(line)
    return Streams(
        video=video[1] if video else "",
        pixels=pixels[1] if pixels else "",
        width=int(size[1]) if size else 0,
        height=int(size[2]) if size else 0,
        frame_rate=_number(rate[1]) if rate else 0.0,
        audio=audio[1] if audio else "",
        claimed_ms=_claimed(said),
    )


def refuse_unplayable(streams: Streams) -> None:
    """Raise Unusable for what phones cannot play or what would exhaust the machine."""
    if not streams.video:
        raise Unusable("这个视频里没有画面，只有声音", "检查导出设置，把画面轨道一起导出")
    if not streams.audio:
        raise Unusable("这个视频里没有声音", "检查话筒和导出设置，把声音轨道一起导出")
    if streams.video != "h264":
        raise Unusable(f"画面是 {_name(streams.video)} 编码，很多手机放不了", "用剪辑软件重新导出，视频编码选 H.264")
    if streams.audio != "aac":
        raise Unusable(f"声音是 {_name(streams.audio)} 编码，很多手机放不了", "用剪辑软件重新导出，音频编码选 AAC")
    if max(streams.width, streams.height) > MAX_SIDE or streams.width * streams.height > MAX_PIXELS:
        raise Unusable(
            f"画面有 {streams.width}×{streams.height} 这么大，手机放不了", "重新导出，画面选 1280×720 或 1920×1080"
        )
    if not streams.width or not streams.height:
        raise Unusable("读不出画面的大小", _REEXPORT)
    if streams.frame_rate > MAX_FRAME_RATE:
        raise Unusable(f"每秒 {streams.frame_rate:.0f} 帧，手机放不了", "重新导出，帧率选 25 或 30")
    if streams.pixels not in _PHONE_PIXELS:
        raise Unusable(
            f"画面的颜色格式是 {streams.pixels or '未知'}，很多手机放不了",
            "重新导出，颜色选 8 位 4:2:0（一般叫“标准”）",
        )


def _decode(path: Path, streams: Streams, seconds: float, percent: Percent | None) -> Probe:
    sound = f"aresample={_AUDIO_RATE},aformat=channel_layouts=mono,volumedetect"
    arguments = [
        *_input(path),
        "-map",
        "0:v:0",
        "-map",
        "0:a:0",
        "-af",
        sound,
        "-t",
        str(MAX_HOURS * 3600 + 1),
        "-f",
        "null",
        "-",
    ]
    try:
        done = ffmpeg.run(arguments, seconds=seconds, progress=_share(streams.claimed_ms, percent))
    except ffmpeg.TooSlow as problem:
        raise Unusable("视频太大，检查了很久没检查完", "把课剪短，或者重新导出成 1280×720 再传") from problem
    frames = int(done.figures.get("frame", "0") or 0)
    _refuse_broken(done, frames, streams)
    said = "\n".join(done.said)
    samples = [int(count) for count in _SAMPLES.findall(said)]
    mean = _MEAN.findall(said)
    sound_ms = (samples[-1] if samples else 0) * 1000 // _AUDIO_RATE
    return Probe(streams, done.out_ms, frames, sound_ms, float(mean[-1]) if mean else -91.0, done.errors)


def _refuse_broken(done: ffmpeg.Run, frames: int, streams: Streams) -> None:
    got, claimed = done.out_ms, streams.claimed_ms
    if not frames or not got:
        raise Unusable("视频的画面一帧也放不出来", _REEXPORT)
    if got > MAX_HOURS * 3_600_000:
        raise Unusable(f"这一课超过 {MAX_HOURS} 小时", "把它分成几课，每课 10 到 45 分钟最好学")
    if claimed and got < claimed - max(2000, claimed // 50):
        raise Unusable(
            f"视频说自己有 {spoken(claimed)}，实际只能放到 {spoken(got)}", "文件多半没有传完，从原文件再导出一次"
        )
    if done.code or done.errors > FAULTS_BRIDGED:
        raise Unusable(f"视频在播放中有 {max(done.errors, 1)} 处损坏，放到那里会卡住", _REEXPORT)


def spoken(ms: int) -> str:
    """A length as people say it: 1 小时 02 分 05 秒, 12 分 05 秒, 8 秒."""
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} 小时 {minutes:02d} 分 {seconds:02d} 秒"
    return f"{minutes} 分 {seconds:02d} 秒" if minutes else f"{seconds} 秒"


_REEXPORT = "用剪辑软件打开原文件，重新导出一个 MP4（H.264 + AAC）再传"


def _input(path: Path) -> list[str]:
    """Read as MP4 and as nothing else, so that no playlist hides behind the name; from the local disk alone."""
    return ["-threads", "2", "-protocol_whitelist", "file", "-f", "mov", "-i", f"file:{path}"]


def _share(claimed_ms: int, percent: Percent | None) -> ffmpeg.Progress | None:
    if percent is None:
        return None
    return lambda ms: percent(min(100, ms * 100 // claimed_ms) if claimed_ms else 0)


def _claimed(said: str) -> int:
    found = _LENGTH.search(said)
    if not found:
        return 0
    hours, minutes, seconds, part = found.groups()
    return (int(hours) * 3600 + int(minutes) * 60 + int(seconds)) * 1000 + int(part.ljust(3, "0")[:3])


def _number(text: str) -> float:
    return float(text[:-1]) * 1000 if text.endswith("k") else float(text)


def _name(codec: str) -> str:
    return {"hevc": "H.265", "mpeg4": "MPEG-4（旧式）", "vp9": "VP9", "av1": "AV1", "mp3": "MP3"}.get(
        codec, codec.upper()
    )
