"""What a built-in lesson says and shows, read from its lesson.toml."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from courses.catalogue.readings import as_heard
from courses.course import QuestionKind

_TWO_WAYS = re.compile(r"\{([^|{}]+)\|([^|{}]+)\}")
KINDS = {"单选": QuestionKind.SINGLE, "多选": QuestionKind.MULTIPLE, "判断": QuestionKind.JUDGE}


@dataclass(frozen=True)
class Sentence:
    """One sentence as it is shown in captions and as it is read aloud."""

    shown: str
    spoken: str


@dataclass(frozen=True)
class Slide:
    """One picture: a title, and either points or a table of two columns; and what is said meanwhile."""

    title: str
    points: tuple[str, ...]
    table: tuple[tuple[str, str], ...]
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class SheetQuestion:
    """A row of the quiz sheet, in the words that an author would write there."""

    kind: str
    text: str
    options: tuple[str, ...]
    answer: str
    explanation: str


@dataclass(frozen=True)
class Script:
    """A whole lesson; `form` is video, or audio where it is meant to be listened to."""

    title: str
    form: str
    slides: tuple[Slide, ...]
    questions: tuple[SheetQuestion, ...]


def read_script(path: Path) -> Script:
    """Read a lesson.toml; raises KeyError or ValueError where it is not one (our own file: no kind words)."""
    data = tomllib.loads(path.read_text("utf-8"))
    slides = tuple(
        Slide(
            title=entry["title"],
            points=tuple(entry.get("points", ())),
            table=tuple((left, right) for left, right in entry.get("table", ())),
            sentences=tuple(_sentence(line) for line in entry["say"].strip().splitlines()),
        )
        for entry in data["slide"]
    )
    questions = tuple(
        SheetQuestion(q["kind"], q["text"], tuple(q["options"]), q["answer"], q["explanation"])
        for q in data["question"]
    )
    return Script(data["title"], data.get("form", "video"), slides, questions)


def _sentence(line: str) -> Sentence:
    return Sentence(_TWO_WAYS.sub(r"\1", line.strip()), as_heard(_TWO_WAYS.sub(r"\2", line.strip())))
