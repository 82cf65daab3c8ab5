"""Smaller files and other sounds, by the real ffmpeg on videos of a few seconds."""

from pathlib import Path

import pytest

from media.ladder import CLEAR, SOUND, SPARING, rungs_for, scale_of, sound_of
from media.probe import Unusable, examine, read_streams
from media.sound import examine_sound
from media.transcode import make_rungs, make_sound, put_under
from tests.videos import encode, make

SECONDS = 6
LENGTH_MS = SECONDS * 1000


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """Six seconds in 720 lines, with sound for the first four alone."""
    folder = tmp_path_factory.mktemp("source")
    picture = ["-f", "lavfi", "-i", f"testsrc=size=1280x720:rate=12:duration={SECONDS}"]
    sound = ["-f", "lavfi", "-i", "sine=frequency=300:duration=4"]
    return encode(
        [*picture, *sound, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"],
        folder / "lesson.mp4",
    )


@pytest.fixture(scope="module")
def made(source: Path, tmp_path_factory):
    """All three rungs of it, and what progress was told."""
    told: list[int] = []
    found = make_rungs(
        source, (CLEAR, SPARING, SOUND), tmp_path_factory.mktemp("made"), LENGTH_MS, progress=told.append
    )
    return {one.kind: one for one in found}, told


def boxes(path: Path) -> list[bytes]:
    data, place, found = path.read_bytes(), 0, []
    while place < len(data):
        found.append(data[place + 4 : place + 8])
        place += int.from_bytes(data[place : place + 4], "big")
    return found


def test_one_pass_gives_both_pictures_and_the_sound(made) -> None:
    """Sabotage: scale by the longer side, or forget the index in front."""
    files, told = made
    assert {kind: one.height for kind, one in files.items()} == {"480p": 480, "240p": 240, "audio": 0}
    assert (read_streams(files["240p"].path).width, read_streams(files["480p"].path).width) == (426, 854)
    assert files["audio"].size_bytes < files["240p"].size_bytes < files["480p"].size_bytes
    for one in files.values():
        names = boxes(one.path)
        assert names.index(b"moov") < names.index(b"mdat")
        assert one.bitrate == one.size_bytes * 8000 // LENGTH_MS
    assert told and told[-1] >= LENGTH_MS - 500


def test_every_file_lasts_as_long_as_the_lesson(made) -> None:
    """Sabotage: leave the padding out: who listens would come to an end that is none, and the rest could not be covered."""
    for one in made[0].values():
        assert abs(examine_sound(one.path, LENGTH_MS).duration_ms - LENGTH_MS) < 200
    assert abs(examine(made[0]["240p"].path).duration_ms - LENGTH_MS) < 300


def test_a_seek_waits_for_two_seconds_at_most(made) -> None:
    """Sabotage: leave the key frames to the encoder."""
    packets = made[0]["480p"].path.read_bytes()
    start = packets.index(b"stss")
    keys = int.from_bytes(packets[start + 8 : start + 12], "big")
    assert keys >= SECONDS // 2


def test_the_same_source_gives_the_same_bytes(source: Path, made, tmp_path: Path) -> None:
    again = make_rungs(source, (SPARING, SOUND), tmp_path, LENGTH_MS)
    assert [one.path.read_bytes() for one in again] == [made[0][kind].path.read_bytes() for kind in ("240p", "audio")]


def test_another_sound_goes_under_the_picture_without_encoding_it(made, tmp_path: Path) -> None:
    """Sabotage: take the sound of the first file."""
    spoken = encode(["-f", "lavfi", "-i", f"sine=frequency=900:duration={SECONDS}"], tmp_path / "hakka.mp3")
    sound = make_sound(spoken, SOUND, tmp_path / "hakka.mp4", LENGTH_MS)
    both = put_under(made[0]["240p"].path, sound.path, tmp_path / "both.mp4", LENGTH_MS, "240p", 240)
    streams = read_streams(both.path)
    assert (streams.width, streams.audio) == (426, "aac")
    assert abs(examine_sound(both.path, LENGTH_MS).duration_ms - LENGTH_MS) < 200


@pytest.mark.parametrize(("seconds", "words"), [(2, "短了 4 秒"), (10, "长了 4 秒")])
def test_a_recording_of_another_length_is_told(tmp_path: Path, seconds: int, words: str) -> None:
    """Sabotage: cut or stretch it in silence."""
    spoken = encode(["-f", "lavfi", "-i", f"sine=frequency=900:duration={seconds}"], tmp_path / "x.wav")
    with pytest.raises(Unusable) as problem:
        examine_sound(spoken, LENGTH_MS)
    assert words in problem.value.what and problem.value.mend


def test_what_is_no_recording_is_told(tmp_path: Path) -> None:
    silent = encode(["-f", "lavfi", "-i", f"anullsrc=d={SECONDS}", "-t", str(SECONDS)], tmp_path / "silent.wav")
    with pytest.raises(Unusable, match="几乎听不到"):
        examine_sound(silent, LENGTH_MS)
    for name, data in (("a.mp3", b"ID3 nothing"), ("b.mp3", b""), ("c.mp3", "第一课".encode())):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(Unusable, match="读不出声音"):
            examine_sound(tmp_path / name, LENGTH_MS)


def test_a_playlist_named_as_a_recording_opens_nothing(tmp_path: Path) -> None:
    """Sabotage: leave the list of formats out: ffmpeg would fetch what the playlist names."""
    inside = make(tmp_path / "secret.mp4", seconds=SECONDS, video="")
    for body in (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:6,\nfile:{inside}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile '{inside}'\n",
    ):
        (tmp_path / "list.mp3").write_text(body)
        with pytest.raises(Unusable, match="读不出声音"):
            examine_sound(tmp_path / "list.mp3", LENGTH_MS)


def test_only_what_is_smaller_is_worth_making() -> None:
    """Sabotage: blow a small picture up."""
    kinds = lambda *streams: [rung.kind for rung in rungs_for(*streams)]  # noqa: E731
    assert kinds(1920, 1080, 4_000_000) == ["480p", "240p", "audio"]
    assert kinds(640, 360, 400_000) == ["240p", "audio"]
    assert kinds(320, 180, 100_000) == ["audio"]
    assert kinds(1280, 720, 41_000) == ["audio"] and sound_of(41_000).sound_bits == 24_600
    assert kinds(640, 360, 2_000_000) == ["480p", "240p", "audio"]
    assert kinds(720, 1280, 1_400_000) == ["480p", "240p", "audio"] and "min(480" in scale_of(CLEAR)
