"""Checking video lessons: the gate, a full decode, the file made ready for phones."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from courses.course import Course, Finding, Lesson, LessonKind, Level, Refused
from courses.packages import Upload, VideoPackage, megabytes, open_package, open_series
from courses.video.captions import check_length
from lms.publishing import files
from lms.publishing.checking.outcome import CheckedLesson, Outcome, Progress, content_hash
from lms.publishing.rules import declared_too_long
from media.probe import Probe, Unusable, examine, spoken
from media.storage import key_for, sha256_of
from media.transcode import faststart


def check_videos(
    source: dict[str, Any], title: str, declared_seconds: int, folder: Path, progress: Progress
) -> Outcome:
    """Check one video lesson, or several in a row, whose kept files `source` names."""
    packages = _packages(source, title, folder)
    try:
        course = open_package(packages[0]) if len(packages) == 1 else open_series(title, packages)
    except Refused as refusal:
        return Outcome(refusal.findings)
    try:
        return _measured(course, packages, declared_seconds, folder, progress)
    except Unusable as unusable:
        return Outcome((Finding(Level.REFUSAL, "视频", unusable.what, unusable.mend), *course.findings))


def _packages(source: dict[str, Any], title: str, folder: Path) -> list[VideoPackage]:
    """The lessons of an upload: three parts, or three for each lesson of a series, whose video's name is its title."""
    if "video" in source:
        return [_package(source, "", title, folder)]
    places = sorted({part.partition(".")[0] for part in source})
    return [_package(source, f"{place}.", Path(source[f"{place}.video"]["name"]).stem, folder) for place in places]


def _package(source: dict[str, Any], prefix: str, title: str, folder: Path) -> VideoPackage:
    uploads = {}
    for part in files.SUFFIXES:
        kept = source[prefix + part]
        uploads[part] = Upload(files.fetch_source(kept, folder / (prefix + part)), kept["name"])
    return VideoPackage(title, **uploads)


def _measured(
    course: Course, packages: list[VideoPackage], declared_seconds: int, folder: Path, progress: Progress
) -> Outcome:
    lessons: list[CheckedLesson] = []
    findings: list[Finding] = []
    videos = [lesson for lesson in course.lessons if lesson.kind is LessonKind.VIDEO]
    for place, (lesson, package) in enumerate(zip(videos, packages, strict=True)):
        probe, ready = _looked_through(package.video.path, folder, _share(progress, place, len(videos)))
        lessons.append(_video(lesson, probe, ready, declared_seconds))
        told = (*_seen(probe, ready), *_looked_at(lesson, probe, declared_seconds))
        findings += (
            told if len(videos) == 1 else (replace(one, where=f"第 {lesson.number} 课的{one.where}") for one in told)
        )
    lessons += [_quiz(lesson) for lesson in course.lessons if lesson.kind is LessonKind.QUIZ]
    ordered = tuple(sorted(lessons, key=lambda one: one.number))
    return Outcome((*findings, *course.findings), ordered, content_hash(course.title, ordered))


def _share(progress: Progress, place: int, of: int) -> Progress:
    return lambda percent, words: progress((place * 100 + percent) // of, words)


def _looked_through(video: Path, folder: Path, progress: Progress) -> tuple[Probe, Path]:
    words = "正在从头到尾放一遍，量出真实时长"
    progress(5, words)
    probe = examine(video, percent=lambda percent: progress(5 + percent * 80 // 100, words))
    progress(86, "正在整理成手机能边下边放的样子")
    ready = faststart(video, folder / "ready.mp4")
    progress(92, "正在存好")
    return probe, ready


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


def _looked_at(lesson: Lesson, probe: Probe, declared_seconds: int) -> tuple[Finding, ...]:
    found = list(check_length(lesson.cues, probe.duration_ms))
    if probe.silent:
        found.append(Finding(Level.WARNING, "视频", "几乎听不到声音", "戴上耳机听一遍，声音太小就重新录"))
    elif probe.sound_ms < probe.duration_ms * 9 // 10:
        short = spoken(probe.duration_ms - probe.sound_ms)
        found.append(Finding(Level.WARNING, "视频", f"有 {short}没有声音轨道", "看看是不是后面一段忘了录音"))
    too_long = declared_too_long(declared_seconds, probe.duration_ms)
    return (*found, *([too_long] if too_long else []))
