"""What a video really is."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from media import ffmpeg, probe
from media.probe import Unusable, examine
from media.transcode import faststart
from tests import videos


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return videos.make(tmp_path_factory.mktemp("probe") / "good.mp4")


def test_length_is_what_decoding_finds(good: Path) -> None:
    """Sabotage: return the header's claimed_ms instead of done.out_ms, and the test of the cut-off file goes red with it."""
    seen: list[int] = []
    found = examine(good, percent=seen.append)
    assert abs(found.duration_ms - 20_000) <= 100
    assert (found.streams.video, found.streams.audio, found.streams.width, found.frames) == ("h264", "aac", 320, 200)
    assert abs(found.sound_ms - 20_000) < 200
    assert not found.silent
    assert seen[-1] == 100


def test_cut_off_video_is_refused_with_both_lengths(good: Path, tmp_path: Path) -> None:
    """Sabotage: drop the comparison of got with claimed in _refuse_broken."""
    whole = videos.index_in_front(good, tmp_path / "front.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Unusable, match="20 秒，实际只能放到") as refusal:
        examine(cut)
    assert "没有传完" in refusal.value.mend


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"audio": ""}, "没有声音"),
        ({"video": ""}, "没有画面"),
        ({"video": "mpeg4"}, "MPEG-4"),
        ({"audio": "libmp3lame"}, "MP3"),
        ({"size": "4100x64", "seconds": 1}, "4100×64"),
    ],
)
def test_what_phones_cannot_play_is_named(tmp_path: Path, options: dict[str, object], sentence: str) -> None:
    """Sabotage: remove the branch of refuse_unplayable."""
    bad = videos.make(tmp_path / "bad.mp4", **{"seconds": 2, **options})  # type: ignore[arg-type]
    with pytest.raises(Unusable, match=sentence):
        examine(bad)


def test_damage_in_the_middle_is_found(good: Path, tmp_path: Path) -> None:
    """Sabotage: ignore done.errors."""
    data = bytearray(videos.index_in_front(good, tmp_path / "front.mp4").read_bytes())
    for place in range(len(data) // 3, len(data) // 2, 50):
        data[place] ^= 0xFF
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(data)
    with pytest.raises(Unusable, match="损坏"):
        examine(broken)


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"#EXTM3U\nfile:///etc/passwd\n", b"PK\x03\x04" + bytes(400), bytes(5000)]
)
def test_what_is_no_video_does_not_open(tmp_path: Path, content: bytes) -> None:
    """Sabotage: let ffmpeg's failure pass for an empty list of streams."""
    fake = tmp_path / "fake.mp4"
    fake.write_bytes(content)
    with pytest.raises(Unusable, match="打不开"):
        examine(fake)


def test_a_list_of_other_files_does_not_make_them_play(good: Path) -> None:
    """A playlist named .mp4 must not open what lies beside it, or elsewhere. Sabotage: leave out `-f mov`."""
    fake = good.with_name("list.mp4")
    fake.write_text(f"ffconcat version 1.0\nfile {good.name}\n")
    with pytest.raises(Unusable, match="打不开"):
        examine(fake)


def test_a_video_joined_from_parts_is_whole(tmp_path: Path) -> None:
    """Teachers join clips without encoding them; ffmpeg's own output then grumbles about time stamps at each seam.

    Sabotage: count every [error] line, those of the null output too.
    """
    clip = videos.make(tmp_path / "clip.mp4", seconds=60)
    (tmp_path / "list.txt").write_text(f"file {clip.name}\n" * 12)
    joined = videos.encode(["-f", "concat", "-i", str(tmp_path / "list.txt"), "-c", "copy"], tmp_path / "joined.mp4")
    found = examine(joined)
    assert found.faults == 0
    assert abs(found.duration_ms - 12 * 60_000) < 1500


def test_a_run_that_takes_too_long_is_stopped_and_leaves_no_child(good: Path) -> None:
    """Sabotage: take _end out of run(): the child goes on."""
    began = time.monotonic()
    endless = ["-re", "-f", "lavfi", "-i", "testsrc=duration=600", "-f", "null", "-"]
    with pytest.raises(ffmpeg.TooSlow):
        ffmpeg.run(endless, seconds=1)
    assert time.monotonic() - began < 5
    assert not _running("testsrc=duration=600")


def test_ffmpeg_dies_with_the_worker() -> None:
    """A worker killed with SIGKILL leaves no ffmpeg behind. Sabotage: leave out prctl in _bounded."""
    mine = f"testsrc=duration={600 + os.getpid()}"
    script = (
        "from media import ffmpeg\n"
        f"ffmpeg.run(['-re', '-f', 'lavfi', '-i', '{mine}', '-f', 'null', '-'], seconds=300)\n"
    )
    worker = subprocess.Popen([sys.executable, "-c", script])
    assert _until(lambda: _running(mine), 120)
    worker.kill()
    worker.wait()
    assert _until(lambda: not _running(mine), 60)


def test_faststart_moves_the_index_and_keeps_every_frame(good: Path, tmp_path: Path) -> None:
    """Sabotage: drop +faststart (index order), or `-map_metadata -1` and bitexact (same bytes twice)."""
    first, again = faststart(good, tmp_path / "1.mp4"), faststart(good, tmp_path / "2.mp4")
    data = first.read_bytes()
    assert data == again.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert b"Lavf" not in data[:4096]
    assert examine(first).frames == examine(good).frames


def test_lengths_are_spoken() -> None:
    assert [probe.spoken(ms) for ms in (8_000, 725_000, 3_725_000)] == ["8 秒", "12 分 05 秒", "1 小时 02 分 05 秒"]


def _running(word: str) -> bool:
    """Whether a living ffmpeg has this word in its command line."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"ffmpeg" in command[0] and word.encode() in b" ".join(command):
            return True
    return False


def _until(condition, seconds: float) -> bool:  # type: ignore[no-untyped-def]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False
