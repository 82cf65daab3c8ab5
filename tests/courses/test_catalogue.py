"""The built-in lesson: made by us, at set-up, from words alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from courses.catalogue import BuiltLesson, build, building
from courses.catalogue.building import captions_of
from courses.catalogue.script import KINDS, read_script
from courses.catalogue.shelf import COURSES, source_of
from courses.catalogue.speech import Narrator, trimmed
from courses.packages import Upload, VideoPackage, open_package
from courses.video.captions import check_length, read_captions
from media.probe import examine
from media.transcode import faststart

# Kept between runs: the folder's name changes with the script and the code that makes it.
KEPT = Path(__file__).parent.parent / ".output" / "catalogue"
SCRIPT = read_script(source_of(COURSES[0]))


@pytest.fixture(scope="module")
def lesson() -> BuiltLesson:
    return build(KEPT).lessons[0]


def test_the_lesson_passes_our_own_gate(lesson: BuiltLesson) -> None:
    """Sabotage: break the quiz sheet's header or the captions' times."""
    uploads = [Upload(path, path.name) for path in (lesson.mp4, lesson.vtt, lesson.quiz)]
    course = open_package(VideoPackage(lesson.title, *uploads))
    assert [finding.level for finding in course.findings] == ["found", "found"]
    assert course.lessons[1].quiz and len(course.lessons[1].quiz.questions) == 5


def test_it_lasts_ten_minutes_and_is_light_enough_for_a_phone(lesson: BuiltLesson) -> None:
    """Sabotage: cut the script, or raise the picture's quality."""
    found = examine(lesson.mp4)
    assert found.duration_ms >= 600_000
    assert abs(found.sound_ms - found.duration_ms) < 500
    assert not found.silent
    assert (found.streams.video, found.streams.audio, found.streams.width, found.streams.height) == (
        "h264",
        "aac",
        640,
        360,
    )
    assert lesson.mp4.stat().st_size < 6_000_000


def test_the_platform_keeps_its_film_once(lesson: BuiltLesson, tmp_path: Path) -> None:
    """What checking makes of it is the file itself. Sabotage: leave the author's metadata in it."""
    assert faststart(lesson.mp4, tmp_path / "ready.mp4").read_bytes() == lesson.mp4.read_bytes()


def test_captions_follow_the_narration(lesson: BuiltLesson) -> None:
    """Every sentence is shown, in order, without overlap, up to the end. Sabotage: time them by letters alone."""
    cues, findings = read_captions(lesson.vtt)
    assert len(findings) == 1
    assert check_length(cues, examine(lesson.mp4).duration_ms) == ()
    shown = "".join(sentence.shown for slide in SCRIPT.slides for sentence in slide.sentences)
    assert "".join(cue.text for cue in cues) == shown
    assert max(len(cue.text) for cue in cues) <= 45


def test_it_is_made_once(lesson: BuiltLesson) -> None:
    """Sabotage: build every time."""
    written = lesson.mp4.stat().st_mtime_ns
    assert build(KEPT).lessons[0].mp4.stat().st_mtime_ns == written
    assert not list(lesson.mp4.parent.parent.glob(".building-*"))


def test_what_a_killed_build_left_is_swept_out(tmp_path: Path) -> None:
    """A build that goes on is left alone. Sabotage: sweep by age alone."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    mine, left = (tmp_path / f"{building._mark(pid)}.abc" for pid in (os.getpid(), ended.pid))
    mine.mkdir()
    left.mkdir()
    building._sweep(tmp_path)
    assert mine.is_dir() and not left.exists()


def test_numbers_are_read_as_people_say_them() -> None:
    spoken = [sentence for slide in SCRIPT.slides for sentence in slide.sentences if "96110" in sentence.shown]
    assert spoken and all("九六一一零" in sentence.spoken and "{" not in sentence.shown for sentence in spoken)


def test_every_sentence_can_be_read_aloud_at_a_human_pace() -> None:
    """A word the voice does not know comes out as spelling, far too long. Sabotage: write 一会儿 into the script."""
    with Narrator() as narrator:
        for slide in SCRIPT.slides:
            for sentence in slide.sentences:
                pace = narrator.ms(narrator.read(sentence.spoken)) / len(sentence.spoken)
                assert 120 < pace < 420, sentence.spoken


def test_the_law_and_the_sums_of_the_lesson_hold() -> None:
    """40 + 8 + 15 and a tenth of the price: the figures that a farmer will copy must be right."""
    for price, spent, left in ((68, 69.8, -1.8), (88, 71.8, 16.2)):
        assert round(40 + 8 + 15 + price / 10, 1) == spent
        assert round(price - spent, 1) == left
    table = dict(SCRIPT.slides[7].table)
    assert table["40 + 8 + 15 + 6.8"] == "花 69.8 元"
    assert table["40 + 8 + 15 + 8.8"] == "花 71.8 元"


def test_five_questions_with_explanations() -> None:
    assert len(SCRIPT.questions) == 5
    assert all(question.kind in KINDS and question.explanation for question in SCRIPT.questions)


def test_a_long_sentence_is_shown_in_parts_without_gaps() -> None:
    parts = captions_of(
        "一二三四五六七八九十，一二三四五六七八九十，一二三四五六七八九十，一二三四五六七八九十。", 1000, 5000
    )
    assert [cue.start_ms for cue in parts[1:]] == [cue.end_ms for cue in parts[:-1]]
    assert (parts[0].start_ms, parts[-1].end_ms) == (1000, 5000)
    assert len(parts) == 2


def test_silence_at_the_end_is_cut() -> None:
    assert trimmed(b"\x00\x10" + bytes(20)) == b"\x00\x10"
