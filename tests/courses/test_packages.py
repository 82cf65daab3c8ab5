"""The gate."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.course import LessonKind, Refused
from courses.packages import Upload, VideoPackage, megabytes, open_package, short
from courses.video.reading import read_container
from tests import videos
from tests.courses import sheets

VTT = "WEBVTT\n\n00:01.000 --> 00:03.500\n荔枝怎么装箱\n"


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return videos.make(tmp_path_factory.mktemp("gate") / "lesson.mp4", seconds=3)


@pytest.fixture
def package(tmp_path: Path, video: Path) -> VideoPackage:
    captions = tmp_path / "c.vtt"
    captions.write_text(VTT)
    quiz = sheets.good(tmp_path / "q.xlsx")
    return VideoPackage(
        "荔枝上网卖", Upload(video, "第一课.mp4"), Upload(captions, "字幕.vtt"), Upload(quiz, "测验.xlsx")
    )


def refusals(package: VideoPackage) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refusal:
        open_package(package)
    assert all(finding.mend for finding in refusal.value.findings)
    return [(finding.where, finding.what) for finding in refusal.value.findings]


def test_a_good_package_becomes_a_course(package: VideoPackage) -> None:
    course = open_package(package)
    assert [(lesson.number, lesson.kind) for lesson in course.lessons] == [(1, LessonKind.VIDEO), (2, LessonKind.QUIZ)]
    assert course.lessons[0].cues[0].text == "荔枝怎么装箱"
    assert course.lessons[1].quiz and len(course.lessons[1].quiz.questions) == 5


def test_all_three_files_are_judged_at_once(package: VideoPackage, tmp_path: Path) -> None:
    """Sabotage: stop at the first file that is refused."""
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    bad = VideoPackage("x", Upload(empty, "a.mp4"), Upload(empty, "b.vtt"), Upload(empty, "c.xlsx"))
    assert [where for where, _ in refusals(bad)] == ["视频", "字幕", "小测验"]


def test_a_wrong_kind_is_named(package: VideoPackage) -> None:
    wrong = VideoPackage("x", Upload(package.video.path, "课.avi"), package.captions, package.quiz)
    assert refusals(wrong) == [("视频", "“课.avi”不是要的种类")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04" + bytes(60), "压缩包"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "AVI"),
        ("今天天气很好，我们去摘荔枝".encode(), "这不是 MP4"),
        (b"hello, this is text\n", "里面是文字"),
        (b"\x1aE\xdf\xa3" + bytes(60), "MKV"),
        (b"#EXTM3U\nhttp://10.0.0.1/\n", "播放列表"),
        (bytes(100), "这不是 MP4"),
    ],
)
def test_renaming_does_not_make_a_video(tmp_path: Path, content: bytes, sentence: str) -> None:
    """Sabotage: trust the name."""
    fake = tmp_path / "fake.mp4"
    fake.write_bytes(content)
    with pytest.raises(Refused) as refusal:
        read_container(fake)
    assert sentence in refusal.value.findings[0].what


def test_a_cut_off_file_is_told_with_what_is_missing(video: Path, tmp_path: Path) -> None:
    """Sabotage: do not compare a box's end with the file's."""
    data = videos.index_in_front(video, tmp_path / "front.mp4").read_bytes()
    for share in (0.3, 0.9):
        (tmp_path / "cut.mp4").write_bytes(data[: int(len(data) * share)])
        with pytest.raises(Refused, match="没有传完整"):
            read_container(tmp_path / "cut.mp4")


def test_a_recording_without_its_index(video: Path, tmp_path: Path) -> None:
    data = video.read_bytes()
    (tmp_path / "dead.mp4").write_bytes(data[: data.index(b"moov") - 4])
    with pytest.raises(Refused, match="录到一半断了"):
        read_container(tmp_path / "dead.mp4")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_after_ftyp_are_read_or_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any.mp4"
    path.write_bytes(b"\x00\x00\x00\x10ftypisom\x00\x00\x02\x00" + data)
    with pytest.raises(Refused) as refusal:
        read_container(path)
    assert refusal.value.findings[0].mend


def test_names_and_sizes_are_spoken() -> None:
    assert [megabytes(size) for size in (0, 5 << 20, 1 << 31, 1536 << 20)] == ["0.1 MB", "5 MB", "2 GB", "1.5 GB"]
    assert short("a\u202eb\n.mp4") == "ab.mp4"
    assert len(short("长" * 300 + ".mp4")) < 45
