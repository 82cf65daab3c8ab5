"""What a check found, as plain data."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec

from courses.course import Course, Finding

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
    identifier: str = ""
    entry: str = ""
    places: int = 0
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What checking found; no lessons when it refused. `course` is there for what came as a package."""

    findings: tuple[Finding, ...]
    lessons: tuple[CheckedLesson, ...] = ()
    content_hash: str | None = None
    course: Course | None = None

    @property
    def refused(self) -> bool:
        """Whether anything must be mended."""
        return not self.lessons


def content_hash(title: str, lessons: tuple[CheckedLesson, ...]) -> str:
    """One hash over all that a trainee will see; what is approved is this and nothing else."""
    content = [title, *([one.number, one.title, one.kind, one.content_hash, one.captions_hash] for one in lessons)]
    return sha256(msgspec.json.encode(content)).hexdigest()
