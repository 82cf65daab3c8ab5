"""Making the built-in lessons: slides, narration, captions timed by it, film, quiz sheet. Made once, kept until the script changes.

A lesson of the form `audio` is a recording to listen to: slower speech, and a picture for each part that stays for minutes.
It is an MP4 like the others, because every phone, the captions and the measure of learning time know that.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
import time
import wave
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import imageio_ffmpeg
import xlsxwriter

from courses.catalogue import script as scripts
from courses.catalogue import slides, speech
from courses.catalogue.script import KINDS, Script, SheetQuestion, Slide
from courses.catalogue.shelf import COURSES, HERE, read_course, source_of
from courses.course import Cue
from courses.video.captions import write_captions

FRAMES_A_SECOND = 1
FIRST_MS, BEFORE_MS = 700, 200
CAPTION_LETTERS = 36
SECONDS_TO_FILM = 600

Progress = Callable[[int, str], None]


@dataclass(frozen=True)
class Pace:
    """How a lesson is read aloud and kept: words a minute as eSpeak counts them, the pauses, kilobits, seconds to a key frame."""

    words_a_minute: int
    between_sentences_ms: int
    between_slides_ms: int
    sound_kbps: int
    key_frame_every: int


PACES = {"video": Pace(165, 420, 1100, 24, 20), "audio": Pace(140, 520, 1500, 20, 40)}


@dataclass(frozen=True)
class BuiltLesson:
    """The files of a lesson as an institution would upload them."""

    title: str
    mp4: Path
    vtt: Path
    quiz: Path


@dataclass(frozen=True)
class BuiltCourse:
    """A course with its lessons in order; `title` is the lesson's own where there is one lesson alone."""

    title: str
    programme_code: str
    lessons: tuple[BuiltLesson, ...]


def build(target: Path, progress: Progress | None = None, *, name: str = COURSES[0]) -> BuiltCourse:
    """The course's files under `target`, each lesson made now if it is not there yet (about ten seconds a lesson).

    `progress` is told percent and a Chinese phrase. Raises OSError, SpeechFailed or CalledProcessError; leaves no half lesson.
    """
    course = read_course(name)
    tell = progress or (lambda _percent, _words: None)
    built = tuple(
        build_lesson(target, lesson, _share(tell, place, len(course.lessons)))
        for place, lesson in enumerate(course.lessons)
    )
    return BuiltCourse(course.title, course.programme_code, built)


def build_lesson(target: Path, name: str, progress: Progress) -> BuiltLesson:
    """One lesson's files, by the folder of its script; see build()."""
    script = scripts.read_script(source_of(name))
    folder = target / name.replace("/", "-") / version_of(name)
    if not folder.is_dir():
        _make(script, folder, progress)
    return BuiltLesson(script.title, folder / "lesson.mp4", folder / "captions.vtt", folder / "quiz.xlsx")


def _share(progress: Progress, place: int, of: int) -> Progress:
    return lambda percent, words: progress((place * 100 + percent) // of, words)


def version_of(name: str) -> str:
    """Changes with the lesson's script and with the code that makes it."""
    digest = hashlib.sha256(source_of(name).read_bytes())
    for code in ("building.py", "slides.py", "speech.py", "script.py", "readings.py"):
        digest.update((HERE / code).read_bytes())
    return digest.hexdigest()[:16]


def _make(script: Script, folder: Path, progress: Progress) -> None:
    """Make everything beside, then rename: a broken-off build is begun anew."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder.parent)
    beside = Path(tempfile.mkdtemp(prefix=f"{_mark(os.getpid())}.", dir=folder.parent))
    try:
        lengths, cues = _narrate(script, beside / "narration.wav", progress)
        _draw(script, lengths, beside, progress)
        _film(beside, PACES[script.form], sum(lengths), progress)
        (beside / "captions.vtt").write_text(write_captions(cues), "utf-8")
        _write_quiz(script.questions, beside / "quiz.xlsx")
        for scrap in (*beside.glob("*.png"), *beside.glob("*.wav"), *beside.glob("*.txt")):
            scrap.unlink()
        beside.chmod(0o755)
        _settle(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    progress(100, "内置课已经做好")


def _sweep(parent: Path) -> None:
    """Remove what builds left when they were killed: those of this machine that no longer run, and very old ones."""
    for left in parent.glob(".building-*"):
        killed = left.name.startswith(_mark("")) and not Path("/proc", left.name.split(".")[2]).exists()
        if killed or time.time() - left.stat().st_mtime > SECONDS_TO_FILM * 4:
            shutil.rmtree(left, ignore_errors=True)


def _mark(process: int | str) -> str:
    """How the folder of a build under way begins: on which machine, by which process."""
    host = "".join(letter for letter in platform.node() if letter.isalnum())
    return f".building-{host}.{process}"


def _settle(beside: Path, folder: Path) -> None:
    """Give the folder its name; whoever was first with the same lesson wins."""
    try:
        os.rename(beside, folder)
    except OSError:
        if not folder.is_dir():
            raise


def _narrate(script: Script, target: Path, progress: Progress) -> tuple[list[int], list[Cue]]:
    """Write the narration; give the length of each slide in milliseconds and the captions."""
    pace = PACES[script.form]
    lengths: list[int] = []
    cues: list[Cue] = []
    with speech.Narrator(words_a_minute=pace.words_a_minute) as narrator, wave.open(str(target), "wb") as sound:
        sound.setparams((1, 2, narrator.rate, 0, "NONE", ""))
        done = 0
        for number, slide in enumerate(script.slides):
            spoken, heard = _narrate_slide(slide, narrator, pace, done)
            if number == len(script.slides) - 1:
                spoken += narrator.silence(-narrator.ms(done + len(spoken)) % 1000)  # pictures last whole seconds
            sound.writeframes(spoken)
            cues += heard
            # From totals, so that rounding never adds up: pictures and sound stay together.
            lengths.append(narrator.ms(done + len(spoken)) - narrator.ms(done))
            done += len(spoken)
            progress(5 + 25 * (number + 1) // len(script.slides), "正在配音")
    return lengths, cues


def _narrate_slide(slide: Slide, narrator: speech.Narrator, pace: Pace, begun: int) -> tuple[bytes, list[Cue]]:
    spoken = bytearray(narrator.silence(BEFORE_MS if begun else FIRST_MS))
    cues: list[Cue] = []
    for sentence in slide.sentences:
        start = narrator.ms(begun + len(spoken))
        spoken += narrator.read(sentence.spoken)
        cues += captions_of(sentence.shown, start, narrator.ms(begun + len(spoken)))
        spoken += narrator.silence(pace.between_sentences_ms)
    spoken += narrator.silence(pace.between_slides_ms - pace.between_sentences_ms)
    return bytes(spoken), cues


def captions_of(text: str, start_ms: int, end_ms: int) -> list[Cue]:
    """One caption; a long sentence is cut at commas into several, each timed by its share of the letters."""
    parts = [""]
    for piece in text.replace("，", "，\n").replace("：", "：\n").splitlines():
        if parts[-1] and len(parts[-1]) + len(piece) > CAPTION_LETTERS:
            parts.append("")
        parts[-1] += piece
    cues, begun, letters = [], start_ms, 0
    for part in parts:
        letters += len(part)
        end = start_ms + (end_ms - start_ms) * letters // len(text)
        cues.append(Cue(begun, end, part))
        begun = end
    return cues


def _draw(script: Script, lengths: list[int], folder: Path, progress: Progress) -> None:
    """Draw the slides, and the list that tells ffmpeg how long each stays."""
    lines = ["ffconcat version 1.0"]
    for number, (slide, length) in enumerate(zip(script.slides, lengths, strict=True), 1):
        picture = slides.draw(slide, number, len(script.slides), folder / f"{number:02d}.png")
        lines += [f"file {picture.name}", f"duration {length / 1000:.3f}"]
    lines.append(f"file {len(script.slides):02d}.png")  # the last duration counts only when another file follows
    (folder / "slides.txt").write_text("\n".join(lines))
    progress(40, "幻灯片画好了")


def _film(folder: Path, pace: Pace, length_ms: int, progress: Progress) -> None:
    """Still pictures and sound into one H.264/AAC file that every phone plays, its index in front."""
    progress(45, "正在合成视频")
    source = ["-f", "concat", "-safe", "1", "-i", "slides.txt", "-i", "narration.wav"]
    picture = ["-vf", f"fps={FRAMES_A_SECOND},format=yuv420p", "-c:v", "libx264", "-profile:v", "baseline"]
    picture += ["-preset", "veryfast", "-tune", "stillimage", "-crf", "25", "-g", str(pace.key_frame_every)]
    # The quick search for quantisers takes a quarter of the time; speech at the voice's own rate does not tell them apart.
    sound = ["-c:a", "aac", "-aac_coder", "fast", "-b:a", f"{pace.sound_kbps}k", "-ac", "1"]
    _ffmpeg(folder, *source, *picture, *sound, "-t", f"{length_ms / 1000:.3f}", "film.mp4")
    # As media.transcode.faststart would make it: then the platform keeps the same bytes once, not a copy beside them.
    plain = ["-map", "0:v:0", "-map", "0:a:0", "-c", "copy", "-map_metadata", "-1", "-map_chapters", "-1"]
    plain += ["-fflags", "+bitexact", "-movflags", "+faststart", "-f", "mp4"]
    _ffmpeg(folder, "-i", "film.mp4", *plain, "lesson.mp4")
    (folder / "film.mp4").unlink()


def _ffmpeg(folder: Path, *arguments: str) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", *arguments]
    subprocess.run(command, cwd=folder, check=True, timeout=SECONDS_TO_FILM)


def _write_quiz(questions: tuple[SheetQuestion, ...], target: Path) -> None:
    """The quiz as the sheet that an institution would fill in."""
    with xlsxwriter.Workbook(str(target)) as book:
        book.set_properties({"created": datetime(2026, 1, 1)})  # noqa: DTZ001 - a fixed date: same script, same bytes
        sheet = book.add_worksheet("小测验")
        sheet.write_row(
            0, 0, ["题型", "题目", "选项A", "选项B", "选项C", "选项D", "答案", "解析"], book.add_format({"bold": True})
        )
        for row, question in enumerate(questions, 1):
            if question.kind not in KINDS:
                raise ValueError(f"no such kind of question: {question.kind}")
            options = [*question.options, "", "", "", ""][:4]
            sheet.write_row(row, 0, [question.kind, question.text, *options, question.answer, question.explanation])
        sheet.set_column(1, 1, 60)
