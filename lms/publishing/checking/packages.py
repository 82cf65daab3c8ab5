"""Checking a package of any format: the gate opens it, its files are laid ready and then taken over."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from posixpath import dirname, relpath
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import msgspec

from courses import packages
from courses.course import Course, Finding, Format, Lesson, Level, Member, Refused
from courses.packages import Upload, megabytes
from lms.publishing import files
from lms.publishing.checking.outcome import CheckedLesson, Outcome, Progress, content_hash
from lms.publishing.links import member_key
from media.adopting import adopt
from media.storage import CHUNK, full_told

OPENING, STORING = 5, 90  # percent of the whole


def check_package(
    upload: Upload,
    title: str,
    declared_seconds: int,
    folder: Path,
    progress: Progress,
    formats: tuple[Format, ...] = (),
) -> Outcome:
    """Gate, read and store a package, of one of `formats` where any are named; `folder` is scratch beside the data.

    What is refused leaves no file: members are laid ready in the folder and taken over only when all of them have arrived.
    """
    staging = Staging(folder / "members", upload.path.stat().st_size, progress)
    progress(OPENING, "正在打开课程包")
    try:
        course = packages.open_any(upload, staging.keep)
    except Refused as refusal:
        return Outcome(refusal.findings)
    if formats and course.format not in formats:
        return Outcome((_another(course.format, formats),))
    progress(STORING, f"正在收好 {len(course.members)} 个文件")
    adopt(files.storage(), staging.ready())
    lessons = checked_lessons(course, declared_seconds)
    return Outcome(
        (*_seen(course), *course.findings),
        lessons,
        content_hash(title or course.title, lessons),
        course=course,
    )


class Staging:
    """Where members lie until all of them have passed; the same bytes lie there once."""

    def __init__(self, folder: Path, expected: int, progress: Progress) -> None:
        self._folder, self._expected, self._progress = folder, max(expected, 1), progress
        self._bytes, self._count = 0, 0
        self._paths: dict[str, Path] = {}
        folder.mkdir()

    def keep(self, _path: str, stream: BinaryIO, _size: int) -> str:
        """Lay one member ready; gives the SHA-256 of its bytes in hex. Raises StorageFull."""
        path, digest = self._folder / uuid4().hex, sha256()
        with full_told(), path.open("wb") as out:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                out.write(chunk)
                self._bytes += len(chunk)
        name = digest.hexdigest()
        if name in self._paths:
            path.unlink()
        else:
            self._paths[name] = path
        self._count += 1
        share = min(1.0, self._bytes / self._expected)
        self._progress(
            OPENING + int((STORING - OPENING) * share), f"已经查过 {self._count} 个文件，{megabytes(self._bytes)}"
        )
        return name

    def ready(self) -> Iterable[tuple[str, Path]]:
        """Keys and paths of all that was laid ready."""
        return [(member_key(digest), path) for digest, path in self._paths.items()]


def checked_lessons(course: Course, declared_seconds: int) -> tuple[CheckedLesson, ...]:
    """The lessons of a package; a declared time is shared out among them."""
    share = declared_seconds // len(course.lessons) if course.lessons else 0
    return tuple(_lesson(lesson, course.members, share) for lesson in course.lessons)


def _lesson(lesson: Lesson, members: tuple[Member, ...], declared_seconds: int) -> CheckedLesson:
    own = _members_of(lesson, members)
    return CheckedLesson(
        lesson.number,
        lesson.title,
        str(lesson.kind),
        lesson_hash(lesson, own),
        declared_seconds=declared_seconds,
        size_bytes=sum(member.size for member in own),
        identifier=lesson.identifier,
        entry=lesson.entry,
        places=lesson.places,
        settings=lesson.settings,
    )


def lesson_hash(lesson: Lesson, own: tuple[Member, ...]) -> str:
    """What tells a lesson's content again in another package (hours.md P5): its files and how it is entered, no titles.

    Paths count from the folder of the entry, so that a folder put elsewhere is the same content.
    """
    path, query = path_of(lesson.entry), urlsplit(lesson.entry).query
    if not own:
        told: list[Any] = [lesson.entry or lesson.identifier]
    else:
        home = dirname(path) or "."
        told = [relpath(path, home), query, sorted([relpath(one.path, home), one.sha256] for one in own)]
    return sha256(msgspec.json.encode([str(lesson.kind), told])).hexdigest()


def path_of(entry: str) -> str:
    """The member that an entry names: entries are percent-encoded and carry their own query."""
    return unquote(urlsplit(entry).path)


def abroad(entry: str) -> bool:
    """Whether an entry lies on another host."""
    return bool(urlsplit(entry).scheme)


# What describes a package and is never played: the same lesson in another package has another of these.
_MANIFESTS = ("imsmanifest.xml", "cmi5.xml", "tincan.xml", "metadata.xml")
_SCHEMAS = (".xsd", ".dtd")


def _members_of(lesson: Lesson, members: tuple[Member, ...]) -> tuple[Member, ...]:
    """The files that a lesson is made of: those its format names, else those at and below its entry."""
    if abroad(lesson.entry):
        return ()
    path = path_of(lesson.entry)
    named = frozenset(lesson.settings.get("files", ()))
    if named:
        return tuple(one for one in members if one.path in named or one.path == path)
    home = dirname(path)
    within = (one for one in members if not home or one.path.startswith(f"{home}/"))
    return tuple(one for one in within if not _describes(one.path))


def _describes(path: str) -> bool:
    name = path.lower()
    return name in _MANIFESTS or name.endswith(_SCHEMAS)


def _seen(course: Course) -> tuple[Finding, ...]:
    found = f"{WORDS_OF_FORMAT[str(course.format)]}，{len(course.lessons)} 课"
    return (Finding(Level.FOUND, "课程包", found),)


def _another(found: Format, formats: tuple[Format, ...]) -> Finding:
    wanted = "、".join(WORDS_OF_FORMAT[str(one)] for one in formats)
    what = f"这是一个 {WORDS_OF_FORMAT[str(found)]} 课程包，这里只收 {wanted}"
    return Finding(Level.REFUSAL, "课程包", what, f"用制作软件重新导出，格式选 {wanted}")


WORDS_OF_FORMAT = {
    "series": "视频课",
    "cmi5": "cmi5",
    "scorm12": "SCORM 1.2",
    "scorm2004": "SCORM 2004",
    "tincan": "tincan（xAPI）",
    "document": "文档",
}
