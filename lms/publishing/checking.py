"""Checking an upload: the gate, a full decode, the file made ready for phones. File work alone: no table is touched."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from courses.course import Course, Finding, Lesson, LessonKind, Level, Refused
from courses.packages import Upload, VideoPackage, megabytes, open_package
from courses.video.captions import check_length
from lms.publishing import files
from lms.publishing.rules import declared_too_long
from media.probe import Probe, Unusable, examine, spoken
from media.storage import fetch, key_for, sha256_of
from media.transcode import faststart

Progress = Callable[[int, str], None]


@dataclass(frozen=True)
class CheckedLesson:
    """What a lesson's row will hold."""

    number: int
    title: str
    kind: str
    content_hash: str
    duration_ms: int = 0
    declared_seconds: int = 0
    media_key: str | None = None
    captions_key: str | None = None
    captions_hash: str = ""
    size_bytes: int = 0
    quiz: dict[str, Any] | None = None


@dataclass(frozen=True)
class Outcome:
    """What checking found; no lessons when it refused."""

    findings: tuple[Finding, ...]
    lessons: tuple[CheckedLesson, ...] = ()
    content_hash: str | None = None

    @property
    def refused(self) -> bool:
        """Whether anything must be mended."""
        return not self.lessons


def check(source: dict[str, Any], title: str, declared_seconds: int, room: Path, progress: Progress) -> Outcome:
    """Check the kept files of an upload in `room`, a folder for this upload alone; `progress` is told percent and words.

    Raises StorageError or OSError when the machine fails; whatever is wrong with the files is in the outcome.
    """
    with _folder(room) as folder:
        progress(1, "正在打开文件")
        package = _package(source, title, folder)
        try:
            course = open_package(package)
        except Refused as refusal:
            return Outcome(refusal.findings)
        try:
            return _measured(course, package.video.path, declared_seconds, folder, progress)
        except Unusable as unusable:
            return Outcome((Finding(Level.REFUSAL, "视频", unusable.what, unusable.mend), *course.findings))


@contextmanager
def _folder(room: Path) -> Iterator[Path]:
    """An empty folder in the room, gone afterwards; what a killed worker left there is swept out first."""
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir(parents=True)
    try:
        with TemporaryDirectory(dir=room, ignore_cleanup_errors=True) as name:
            yield Path(name)
    finally:
        with suppress(OSError):  # another worker has taken over and works there
            room.rmdir()


def _package(source: dict[str, Any], title: str, folder: Path) -> VideoPackage:
    uploads = {}
    for part in files.SUFFIXES:
        local = fetch(files.storage(), source[part]["key"], folder / part)
        uploads[part] = Upload(local, source[part]["name"])
    return VideoPackage(title, **uploads)


def _measured(course: Course, video: Path, declared_seconds: int, folder: Path, progress: Progress) -> Outcome:
    progress(5, "正在从头到尾放一遍，量出真实时长")
    probe = examine(
        video, percent=lambda percent: progress(5 + percent * 80 // 100, "正在从头到尾放一遍，量出真实时长")
    )
    progress(86, "正在整理成手机能边下边放的样子")
    ready = faststart(video, folder / "ready.mp4")
    progress(92, "正在存好")
    lessons = tuple(
        _video(lesson, probe, ready, declared_seconds) if lesson.kind is LessonKind.VIDEO else _quiz(lesson)
        for lesson in course.lessons
    )
    findings = (*_seen(probe, ready), *course.findings, *_looked_at(course, probe, declared_seconds))
    return Outcome(findings, lessons, content_hash(course.title, lessons))


def _video(lesson: Lesson, probe: Probe, ready: Path, declared_seconds: int) -> CheckedLesson:
    with ready.open("rb") as file:
        digest = sha256_of(file)
        key = key_for(digest, ".mp4")
        files.storage().put(key, file, "video/mp4")
    captions_key, captions_hash = files.keep_captions(lesson.cues)
    return CheckedLesson(
        lesson.number,
        lesson.title,
        "video",
        digest,
        probe.duration_ms,
        declared_seconds or probe.duration_ms // 1000,
        key,
        captions_key,
        captions_hash,
        ready.stat().st_size,
    )


def _quiz(lesson: Lesson) -> CheckedLesson:
    assert lesson.quiz is not None
    data = lesson.quiz.as_json()
    digest = sha256(msgspec.json.encode(data, order="sorted")).hexdigest()
    return CheckedLesson(lesson.number, lesson.title, "quiz", digest, quiz=data)


def content_hash(title: str, lessons: tuple[CheckedLesson, ...]) -> str:
    """One hash over all that a trainee will see; what is approved is this and nothing else."""
    content = [title, *([one.number, one.title, one.kind, one.content_hash, one.captions_hash] for one in lessons)]
    return sha256(msgspec.json.encode(content)).hexdigest()


def _seen(probe: Probe, ready: Path) -> tuple[Finding, ...]:
    streams, size = probe.streams, megabytes(ready.stat().st_size)
    found = [
        Finding(Level.FOUND, "视频", f"实测 {spoken(probe.duration_ms)}，{streams.width}×{streams.height}，{size}"),
    ]
    if probe.faults:
        found.append(
            Finding(Level.WARNING, "视频", f"有 {probe.faults} 处小损坏，播放时会闪一下", "有空就重新导出一份")
        )
    return tuple(found)


def _looked_at(course: Course, probe: Probe, declared_seconds: int) -> tuple[Finding, ...]:
    cues = next(lesson.cues for lesson in course.lessons if lesson.kind is LessonKind.VIDEO)
    found = list(check_length(cues, probe.duration_ms))
    if probe.silent:
        found.append(Finding(Level.WARNING, "视频", "几乎听不到声音", "戴上耳机听一遍，声音太小就重新录"))
    elif probe.sound_ms < probe.duration_ms * 9 // 10:
        short = spoken(probe.duration_ms - probe.sound_ms)
        found.append(Finding(Level.WARNING, "视频", f"有 {short}没有声音轨道", "看看是不是后面一段忘了录音"))
    too_long = declared_too_long(declared_seconds, probe.duration_ms)
    return (*found, *([too_long] if too_long else []))
