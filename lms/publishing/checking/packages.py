"""Checking a package of any format: the gate opens it, its files are laid ready and then taken over."""

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
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
    contents = Contents(course)
    return tuple(_lesson(lesson, contents, share) for lesson in course.lessons)


def _lesson(lesson: Lesson, contents: "Contents", declared_seconds: int) -> CheckedLesson:
    return CheckedLesson(
        lesson.number,
        lesson.title,
        str(lesson.kind),
        contents.hash_of(lesson),
        declared_seconds=declared_seconds,
        size_bytes=contents.of(lesson).size,
        identifier=lesson.identifier,
        entry=lesson.entry,
        places=lesson.places,
        settings=lesson.settings,
    )


@dataclass(frozen=True)
class Content:
    """The files that a lesson is made of: their bytes together, and one hash over them; none lie abroad."""

    size: int
    digest: str


NOTHING = Content(0, "")


class Contents:
    """Which files belong to which lesson: those its format names, else those at and below its entry.

    Thousands of lessons may share tens of thousands of files: each folder and each list of names is looked at once.
    """

    def __init__(self, course: Course) -> None:
        self._members = {member.path: member for member in course.members if not _describes(member.path)}
        self._homes: dict[str, list[Member]] = {home_of(one): [] for one in course.lessons if not abroad(one.entry)}
        for member in self._members.values():
            for folder in _folders(member.path):
                if folder in self._homes:
                    self._homes[folder].append(member)
        self._seen: dict[tuple[str, ...], Content] = {}

    def of(self, lesson: Lesson) -> Content:
        """The files of a lesson."""
        if abroad(lesson.entry):
            return NOTHING
        home, named = home_of(lesson), tuple(lesson.settings.get("files") or ())
        key = (home, *named)
        if key not in self._seen:
            own = [self._members[path] for path in named if path in self._members] if named else self._homes[home]
            self._seen[key] = _content(own, home)
        return self._seen[key]

    def hash_of(self, lesson: Lesson) -> str:
        """What tells a lesson's content again in another package (hours.md P5): its files and how it is entered, no titles.

        Paths count from the folder of the entry, so that a folder put elsewhere is the same content.
        """
        found = self.of(lesson)
        entry = urlsplit(lesson.entry)
        told = (
            [posixpath.basename(path_of(lesson.entry)), entry.query, found.digest] if found.digest else [lesson.entry]
        )
        if not any(told):
            told = [lesson.identifier]
        return sha256(msgspec.json.encode([str(lesson.kind), told])).hexdigest()


def home_of(lesson: Lesson) -> str:
    """The folder of a lesson's entry; empty for the top of the package."""
    return posixpath.dirname(path_of(lesson.entry))


def _folders(path: str) -> Iterator[str]:
    """The folder of a path and all around it, up to the top."""
    folder = posixpath.dirname(path)
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""


def _content(own: list[Member], home: str) -> Content:
    told = sorted([_from(home, one.path), one.sha256] for one in own)
    digest = sha256(msgspec.json.encode(told)).hexdigest() if own else ""
    return Content(sum(one.size for one in own), digest)


def _from(home: str, path: str) -> str:
    if not home:
        return path
    return path[len(home) + 1 :] if path.startswith(f"{home}/") else posixpath.relpath(path, home)


def path_of(entry: str) -> str:
    """The member that an entry names: entries are percent-encoded and carry their own query."""
    return unquote(urlsplit(entry).path)


def abroad(entry: str) -> bool:
    """Whether an entry lies on another host."""
    return bool(urlsplit(entry).scheme)


# What describes a package and is never played: the same lesson in another package has another of these.
_MANIFESTS = ("imsmanifest.xml", "cmi5.xml", "tincan.xml", "metadata.xml")
_SCHEMAS = (".xsd", ".dtd")


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
