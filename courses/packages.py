"""The gate: size, names and types of what an author sends in, then the reader that knows it.

A video lesson comes as an MP4, its captions and a quiz sheet; everything else comes as one file (`open_any`): a ZIP of cmi5,
SCORM, xAPI or plain pages, a course structure alone, a PDF, a page.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TypeVar

from courses.addresses import Paths
from courses.archive import Archive, Keep, open_archive
from courses.cmi5 import reading as cmi5
from courses.content import Look
from courses.course import Course, Finding, Format, Lesson, LessonKind, Level, Member, Refused
from courses.documents import reading as documents
from courses.gate.faults import WHERE, refused
from courses.gate.limits import USUAL, Limits
from courses.gate.magic import HEAD_BYTES, explain, is_pdf, is_zip
from courses.kinds import foreign, manifest_of
from courses.manifests import MOST_BYTES
from courses.quiz.reading import read_sheet
from courses.scorm import reading as scorm
from courses.tincan import reading as tincan
from courses.video.captions import read_captions
from courses.video.reading import read_container

VIDEO_BYTES = 2 << 30
CAPTION_BYTES = 2 << 20
QUIZ_BYTES = 5 << 20
VIDEO_NAMES = (".mp4", ".m4v")
CAPTION_NAMES = (".vtt", ".srt")
QUIZ_NAMES = (".xlsx", ".xls", ".csv")
TITLE_LENGTH = 60
_READERS = {Format.CMI5: cmi5.read_structure, Format.SCORM_12: scorm.read_manifest, Format.TINCAN: tincan.read_tincan}
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


def open_any(upload: Upload, keep: Keep, limits: Limits = USUAL) -> Course:
    """Read a package of any kind and hand its files to `keep`, once all that can be judged without them has passed.

    The kind is decided by what the file holds, never by its name. Raises Refused with every reason; a member whose bytes are not
    what the listing promised is found while streaming, so what `keep` stored until then is the caller's to drop.
    """
    head, tail = _ends(upload.path)
    title = PurePath(upload.name).stem or upload.name
    if is_zip(head):
        with open_archive(upload.path, limits) as archive:
            return _streamed(archive, title, keep)
    return _alone(upload, _single(upload, head, tail, title), keep)


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


def looks_like_markup(head: bytes) -> str:
    """`xml` or `html` where a file begins as one of them, in whatever encoding; empty otherwise."""
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if not start.startswith(b"<"):
        return ""
    structure = b"<coursestructure" in start or b"<manifest" in start or b"<tincan" in start
    return "xml" if structure or (start.startswith(b"<?xml") and b"<html" not in start) else "html"


def _ends(path: Path) -> tuple[bytes, bytes]:
    """The first and the last bytes of a file."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(-min(HEAD_BYTES, path.stat().st_size), io.SEEK_END)
        return head, file.read()


def _streamed(archive: Archive, title: str, keep: Keep) -> Course:
    """Read the manifest, then stream; what was forgiven comes first in the report."""
    course, look = _read(archive, title), Look()
    members = archive.stream(look.keeping(keep))
    sizes = {member.path: member.size for member in members}
    found = Finding(Level.FOUND, WHERE, f"{len(members)} 个文件，解开后 {megabytes(sum(sizes.values()))}")
    findings = (found, *archive.findings, *course.findings, *look.findings(archive.names, sizes))
    return replace(course, members=members, findings=findings, title=course.title or title)


def _read(archive: Archive, title: str) -> Course:
    manifest = manifest_of(archive.names)
    if manifest is None:
        strange = foreign(archive.names)
        if strange:
            raise Refused(strange)
        return documents.read_pages(archive.names, title)
    name, kind = manifest
    return _READERS[kind](archive.read(name, MOST_BYTES), Paths(archive.names), name)


@dataclass(frozen=True)
class _Single:
    """A package that is one file: the name that it is kept under, its most bytes, how it is read."""

    name: str
    most_bytes: int
    read: Callable[[], Course]


def _single(upload: Upload, head: bytes, tail: bytes, title: str) -> _Single:
    """What a file that is no ZIP may be; raises Refused saying what it is where it may not."""
    path, markup = upload.path, looks_like_markup(head)
    if is_pdf(head):
        return _Single(documents.PDF_NAME, documents.PDF_BYTES, lambda: documents.read_pdf_course(path, title))
    if markup == "xml" or (markup and upload.name.lower().endswith(".xml")):
        return _Single(cmi5.NAME, MOST_BYTES, lambda: cmi5.read_structure(path.read_bytes(), None, short(upload.name)))
    if markup == "html" and upload.name.lower().endswith(documents.PAGES):
        name = documents.HTML_NAME
        return _Single(name, documents.HTML_BYTES, lambda: documents.read_pages([name], title))
    raise Refused(explain(head, short(upload.name), tail))


def _alone(upload: Upload, single: _Single, keep: Keep) -> Course:
    """A package that is one file: read it, then keep it under a plain name, and say what is inside as of a whole package."""
    size, look = upload.path.stat().st_size, Look()
    if size > single.most_bytes:
        what = f"“{short(upload.name)}”有 {megabytes(size)}，太大了"
        raise refused(what, f"最大 {megabytes(single.most_bytes)}，分成几份再传", "文件")
    course = single.read()
    with upload.path.open("rb") as file:
        digest = look.keeping(keep)(single.name, file, size)
    findings = (*course.findings, *look.findings([single.name], {single.name: 0}))
    return replace(course, members=(Member(single.name, size, digest),), findings=findings)
