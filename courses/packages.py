"""The gate: size, names and types of what an author sends in, then the reader that knows it.

Today's one kind of package is a video lesson, or several in a row: an MP4, its captions and a quiz sheet each.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from courses.course import Course, Finding, Lesson, LessonKind, Level, Refused
from courses.quiz.reading import read_sheet
from courses.video.captions import read_captions
from courses.video.reading import read_container

VIDEO_BYTES = 2 << 30
CAPTION_BYTES = 2 << 20
QUIZ_BYTES = 5 << 20
VIDEO_NAMES = (".mp4", ".m4v")
CAPTION_NAMES = (".vtt", ".srt")
QUIZ_NAMES = (".xlsx", ".xls", ".csv")
TITLE_LENGTH = 60
_Part = TypeVar("_Part")


@dataclass(frozen=True)
class Upload:
    """A file as it was sent in: where it lies now, and the name that its owner gave it."""

    path: Path
    name: str


@dataclass(frozen=True)
class VideoPackage:
    """The three files of a video lesson and its title."""

    title: str
    video: Upload
    captions: Upload
    quiz: Upload


def open_package(package: VideoPackage) -> Course:
    """Read all three files; raises Refused with every reason of all of them at once."""
    findings: list[Finding] = []
    _try(findings, lambda: read_container(_gated(package.video, "视频", VIDEO_NAMES, VIDEO_BYTES)))
    cues = _try(findings, lambda: read_captions(_gated(package.captions, "字幕", CAPTION_NAMES, CAPTION_BYTES)))
    quiz = _try(findings, lambda: read_sheet(_gated(package.quiz, "小测验", QUIZ_NAMES, QUIZ_BYTES)))
    if not cues or not quiz or any(finding.level is Level.REFUSAL for finding in findings):
        raise Refused(*findings)
    lessons = (
        Lesson(1, package.title, LessonKind.VIDEO, cues=cues[0]),
        Lesson(2, "小测验", LessonKind.QUIZ, quiz=quiz[0]),
    )
    return Course(package.title, lessons, (*findings, *cues[1], *quiz[1]))


def open_series(title: str, packages: Sequence[VideoPackage]) -> Course:
    """Read several video lessons as one course, each followed by its quiz; raises Refused with every reason of them all."""
    lessons: list[Lesson] = []
    findings: list[Finding] = []
    for place, package in enumerate(packages):
        try:
            course = open_package(package)
        except Refused as refusal:
            findings += [_at(place, finding) for finding in refusal.findings]
            continue
        lessons += [_placed(place, one, package.title) for one in course.lessons]
        findings += [_at(place, finding) for finding in course.findings]
    if any(finding.level is Level.REFUSAL for finding in findings):
        raise Refused(*findings)
    return Course(title, tuple(lessons), tuple(findings))


def _placed(place: int, lesson: Lesson, title: str) -> Lesson:
    """A lesson of a series: numbered on, and the quiz says which lesson it is about."""
    title = lesson.title if lesson.kind is LessonKind.VIDEO else f"{lesson.title}：{title}"
    return replace(lesson, number=2 * place + lesson.number, title=title)


def _at(place: int, finding: Finding) -> Finding:
    """A finding of a series says which lesson it is about: they are numbered with the quizzes between them."""
    return replace(finding, where=f"第 {2 * place + 1} 课的{finding.where}")


def _try(findings: list[Finding], read: Callable[[], _Part]) -> _Part | None:
    """What was read; or nothing, and the reasons are added to the findings."""
    try:
        return read()
    except Refused as refusal:
        findings.extend(refusal.findings)
        return None


def _gated(upload: Upload, where: str, names: tuple[str, ...], most: int) -> Path:
    size = upload.path.stat().st_size
    if not size:
        raise Refused(
            Finding(Level.REFUSAL, where, f"“{short(upload.name)}”是空的，0 字节", "打开原文件看看，再传一次")
        )
    if size > most:
        raise Refused(
            Finding(Level.REFUSAL, where, f"“{short(upload.name)}”有 {megabytes(size)}", f"不能超过 {megabytes(most)}")
        )
    if not upload.name.lower().endswith(names):
        wanted = "、".join(names)
        raise Refused(Finding(Level.REFUSAL, where, f"“{short(upload.name)}”不是要的种类", f"请选 {wanted} 结尾的文件"))
    return upload.path


def megabytes(size: int) -> str:
    """A size as people say it; 1 GB is 1024 MB here as on a phone."""
    if size >= 1 << 30:
        return f"{size / (1 << 30):.1f} GB".replace(".0 ", " ")
    return f"{max(size / (1 << 20), 0.1):.1f} MB".replace(".0 ", " ")


def short(name: str) -> str:
    """A file name without control characters and not longer than a line."""
    clean = "".join(letter for letter in name if letter.isprintable())
    return clean if len(clean) <= 40 else f"{clean[:24]}…{clean[-14:]}"
