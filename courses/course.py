"""What a course is, whichever package it came in. Times inside a lesson are whole milliseconds (`_ms`)."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """How much a finding weighs: it was found, it should be looked at, it must be mended."""

    FOUND = "found"
    WARNING = "warning"
    REFUSAL = "refusal"


@dataclass(frozen=True)
class Finding:
    """One line of a package report, in Chinese: where it is, what was seen, how to mend it."""

    level: Level
    where: str
    what: str
    mend: str = ""

    def as_json(self) -> dict[str, str]:
        """Plain data for a report."""
        return {"level": str(self.level), "where": self.where, "what": self.what, "mend": self.mend}

    @classmethod
    def from_json(cls, data: dict[str, str]) -> "Finding":
        """The finding that as_json() wrote down."""
        return cls(Level(data["level"]), data["where"], data["what"], data["mend"])


class Refused(Exception):
    """A package cannot be taken; `findings` hold every reason at once, refusals among them."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("; ".join(f"{finding.where}: {finding.what}" for finding in findings))
        self.findings = findings


@dataclass(frozen=True)
class Cue:
    """Words on the screen from `start_ms` to `end_ms`."""

    start_ms: int
    end_ms: int
    text: str


class QuestionKind(StrEnum):
    """How a question is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    JUDGE = "judge"


@dataclass(frozen=True)
class Question:
    """A question with its options; `answer` holds the places of the right ones, counted from 0, in order."""

    kind: QuestionKind
    text: str
    options: tuple[str, ...]
    answer: tuple[int, ...]
    explanation: str = ""


@dataclass(frozen=True)
class Quiz:
    """Questions that are marked together; passed from `pass_percent` on."""

    questions: tuple[Question, ...]
    pass_percent: int = 60

    def as_json(self) -> dict[str, Any]:
        """Plain data for a jsonb column, answers included."""
        return {"pass_percent": self.pass_percent, "questions": [asdict(question) for question in self.questions]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Quiz":
        """The quiz that as_json() wrote down."""
        return cls(tuple(_question(entry) for entry in data["questions"]), data["pass_percent"])


def _question(data: dict[str, Any]) -> Question:
    kind, answer = QuestionKind(data["kind"]), tuple(data["answer"])
    return Question(kind, data["text"], tuple(data["options"]), answer, data["explanation"])


class Format(StrEnum):
    """What kind of package a course came in."""

    SERIES = "series"
    CMI5 = "cmi5"
    SCORM_12 = "scorm12"
    SCORM_2004 = "scorm2004"
    TINCAN = "tincan"
    DOCUMENT = "document"


class LessonKind(StrEnum):
    """What a lesson is made of: a video, a quiz, a document (PDF or HTML), a SCO, an AU of cmi5, a tincan activity."""

    VIDEO = "video"
    QUIZ = "quiz"
    DOCUMENT = "document"
    SCO = "sco"
    AU = "au"
    ACTIVITY = "activity"


@dataclass(frozen=True)
class Member:
    """One file of a package: its path inside it (NFC, forward slashes), its size in bytes, the SHA-256 of its bytes in hex."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Lesson:
    """One lesson of a course: a video has captions, a quiz has questions, what came in a package has an entry.

    `identifier` is the publisher's id. `entry` is where it starts: a path inside the package with its own query, or an
    https address abroad. `places` is how many distinct places (pages, slides) it is known to have, 0 when nobody knows.
    `settings` holds what its format says of it (see the reading.py of the format), as plain JSON data.
    """

    number: int
    title: str
    kind: LessonKind
    cues: tuple[Cue, ...] = ()
    quiz: Quiz | None = None
    identifier: str = ""
    entry: str = ""
    places: int = 0
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Course:
    """A course as it was read; `findings` hold what was found and what should be looked at.

    `structure` is what a format says of the whole (blocks and objectives of cmi5, the organisation and sequencing of
    SCORM), as plain JSON data. `members` are the files of the package, those that pages may ask for.
    """

    title: str
    lessons: tuple[Lesson, ...]
    findings: tuple[Finding, ...] = ()
    format: Format = Format.SERIES
    identifier: str = ""
    structure: dict[str, Any] = field(default_factory=dict)
    members: tuple[Member, ...] = ()
