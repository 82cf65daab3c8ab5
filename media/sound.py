"""What a sound track really is: whether it can be decoded, how long it is, whether it fits the video that it is for."""

import re
from dataclasses import dataclass
from pathlib import Path

from media import ffmpeg
from media.probe import MAX_HOURS, QUIET_DB, Unusable, spoken
from media.transcode import REEXPORT_SOUND

LOCAL = ("-protocol_whitelist", "file", "-format_whitelist", "mov,mp3,wav,aac,flac,ogg")
# A recording that is read in one breath with the picture ends where it ends, give or take this.
MOST_APART_MS = 3000
SHARE_APART = 100
_AUDIO = re.compile(r"Stream #0:\d+.*?: Audio: (\w+)")
_SAMPLES = re.compile(r"n_samples: (\d+)")
_MEAN = re.compile(r"mean_volume: (-?[\d.]+) dB")
_RATE = 8000


@dataclass(frozen=True)
class Sound:
    """What decoding found: codec, length, mean loudness in dB."""

    codec: str
    duration_ms: int
    mean_db: float


def examine_sound(path: Path, length_ms: int, *, seconds: float = 600) -> Sound:
    """Decode a sound track from end to end; raises Unusable when it is none, is silent, or does not fit the video's length."""
    arguments = [
        *LOCAL,
        "-i",
        f"file:{path}",
        "-map",
        "0:a:0",
        "-af",
        f"aresample={_RATE},aformat=channel_layouts=mono,volumedetect",
    ]
    try:
        done = ffmpeg.run([*arguments, "-t", str(MAX_HOURS * 3600), "-f", "null", "-"], seconds=seconds)
    except ffmpeg.TooSlow as problem:
        raise Unusable("声音文件太大，检查了很久没检查完", REEXPORT_SOUND) from problem
    said = "\n".join(done.said)
    codec, samples, mean = _AUDIO.search(said), _SAMPLES.findall(said), _MEAN.findall(said)
    if done.code or not codec or not samples:
        raise Unusable("这个文件里读不出声音", REEXPORT_SOUND)
    sound = Sound(codec[1], int(samples[-1]) * 1000 // _RATE, float(mean[-1]) if mean else -91.0)
    _refuse(sound, length_ms)
    return sound


def _refuse(sound: Sound, length_ms: int) -> None:
    if sound.mean_db < QUIET_DB:
        raise Unusable("这条声音几乎听不到", "戴上耳机听一遍，声音太小就重新录")
    apart = sound.duration_ms - length_ms
    if abs(apart) > max(MOST_APART_MS, length_ms // SHARE_APART):
        told = f"声音有 {spoken(sound.duration_ms)}，视频有 {spoken(length_ms)}，{'长' if apart > 0 else '短'}了 {spoken(abs(apart))}"
        raise Unusable(told, "配音要和画面一样长：对着这一课的视频重新录，或者补上片头片尾的空白")
