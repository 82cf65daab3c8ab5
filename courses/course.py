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
    FILL = "fill"
    MATCH = "match"
    ORDER = "order"
    SHORT = "short"


@dataclass(frozen=True)
class Question:
    """A question with its options; what `answer` says depends on the kind.

    Single, multiple, judge: the places of the right options, counted from 0, in order. Match: for each option the place
    of its partner in `targets`. Order: the places of the options in the right order (they are shown in another).
    Fill and short carry no options: `accepted` holds what is taken for each blank, or the words of which each point of a
    short answer needs one. `by_hand` leaves a short answer to a teacher. `points` is its weight in the quiz; `partial`
    gives a part of them for a part of the answer.
    """

    kind: QuestionKind
    text: str
    options: tuple[str, ...] = ()
    answer: tuple[int, ...] = ()
    explanation: str = ""
    accepted: tuple[tuple[str, ...], ...] = ()
    targets: tuple[str, ...] = ()
    points: int = 1
    partial: bool = False
    by_hand: bool = False

    def as_json(self) -> dict[str, Any]:
        """Plain data; what is as it was before there were more kinds is left out, so that old hashes stay."""
        data = {name: value for name, value in asdict(self).items() if name not in _LATER}
        return data | self.details

    @property
    def details(self) -> dict[str, Any]:
        """What a question says beyond its options, as plain data; nothing for most."""
        return {name: getattr(self, name) for name, usual in _LATER.items() if getattr(self, name) != usual}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Question":
        """The question that as_json() wrote down."""
        told: dict[str, Any] = {
            name: data[name] for name in ("text", "explanation", "points", "partial", "by_hand") if name in data
        }
        told |= {name: tuple(data.get(name, ())) for name in ("options", "answer", "targets")}
        accepted = tuple(tuple(words) for words in data.get("accepted", ()))
        return cls(kind=QuestionKind(data["kind"]), accepted=accepted, **told)


_LATER: dict[str, Any] = {"accepted": (), "targets": (), "points": 1, "partial": False, "by_hand": False}


@dataclass(frozen=True)
class Quiz:
    """Questions that are marked together; passed from `pass_percent` on."""

    questions: tuple[Question, ...]
    pass_percent: int = 60

    def as_json(self) -> dict[str, Any]:
        """Plain data for a jsonb column, answers included."""
        return {"pass_percent": self.pass_percent, "questions": [question.as_json() for question in self.questions]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Quiz":
        """The quiz that as_json() wrote down."""
        return cls(tuple(Question.from_json(entry) for entry in data["questions"]), data["pass_percent"])


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
