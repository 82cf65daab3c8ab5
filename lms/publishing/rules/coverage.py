"""What the courses and question banks of a training package cover of its syllabus. Plain data in, plain data out.

Theory can be learned online; practice cannot, however long a film about it lasts. A lesson that teaches several items is shared
among them evenly, so that it never counts twice. Time is whole seconds, hours are tenths of a class hour.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from lms.publishing.rules.syllabus import Hours, Item, leaves


class Gap(StrEnum):
    """What an item lacks."""

    NO_COURSE = "no_course"
    TOO_SHORT = "too_short"
    NO_QUESTIONS = "no_questions"
    OFFLINE = "offline"
    FILM_OF_PRACTICE = "film_of_practice"


# tone and words of the tag
WORDS: dict[Gap, tuple[str, str]] = {
    Gap.NO_COURSE: ("bad", "理论没有课"),
    Gap.TOO_SHORT: ("wait", "课不够长"),
    Gap.NO_QUESTIONS: ("wait", "没有题"),
    Gap.OFFLINE: ("no", "实操要线下练"),
    Gap.FILM_OF_PRACTICE: ("no", "网上的课抵不了实操"),
}
# What somebody still has to do; practice offline is how it should be.
TO_DO = frozenset({Gap.NO_COURSE, Gap.TOO_SHORT, Gap.NO_QUESTIONS})


@dataclass(frozen=True)
class Teaches:
    """An approved lesson, its study time, and the numbers of the items that it is mapped to."""

    lesson_id: UUID
    seconds: int
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One item of the report: what it asks for, what there is, what it lacks."""

    item: Item
    lessons: int
    seconds: int
    needed_seconds: int
    questions: int
    gaps: tuple[Gap, ...]

    @property
    def filled_seconds(self) -> int:
        """Theory that is filled online: never more than the item asks for."""
        return min(self.seconds, self.needed_seconds)


@dataclass(frozen=True)
class Report:
    """The whole syllabus; `stray` are questions whose item is not in it."""

    lines: tuple[Line, ...]
    hours: Hours
    needed_seconds: int
    online_seconds: int
    filled_seconds: int
    questions: int
    stray: tuple[tuple[str, int], ...]

    @property
    def to_do(self) -> tuple[Line, ...]:
        """Lines with something to do."""
        return tuple(line for line in self.lines if TO_DO & set(line.gaps))

    def count(self, gap: Gap) -> int:
        """How many items have this gap."""
        return sum(gap in line.gaps for line in self.lines)


def shares(seconds: int, parts: int) -> list[int]:
    """A time cut into parts as even as whole seconds allow; together they are the time."""
    whole, left = divmod(seconds, parts)
    return [whole + (place < left) for place in range(parts)]


def report(
    items: Sequence[Item], taught: Iterable[Teaches], questions: Mapping[str, int], class_hour_seconds: int
) -> Report:
    """The report on a syllabus; `questions` counts them by the item they are tagged with."""
    known = leaves(items)
    numbers = {item.number for item in known}
    lessons, seconds, online = _attributed(taught, numbers)
    lines = tuple(
        _line(item, lessons[item.number], seconds[item.number], questions.get(item.number, 0), class_hour_seconds)
        for item in known
    )
    stray = tuple(sorted((tag, count) for tag, count in questions.items() if tag not in numbers))
    return Report(
        lines=lines,
        hours=sum((Hours(item.theory, item.practical) for item in known), Hours()),
        needed_seconds=sum(line.needed_seconds for line in lines),
        online_seconds=online,
        filled_seconds=sum(line.filled_seconds for line in lines),
        questions=sum(questions.get(number, 0) for number in numbers),
        stray=stray,
    )


def _attributed(taught: Iterable[Teaches], numbers: set[str]) -> tuple[dict[str, int], dict[str, int], int]:
    """Lessons and seconds by item, and the seconds of all lessons that teach any item."""
    lessons: dict[str, int] = defaultdict(int)
    seconds: dict[str, int] = defaultdict(int)
    online = 0
    for one in taught:
        mine = sorted(set(one.numbers) & numbers)
        online += one.seconds if mine else 0
        for number, share in zip(mine, shares(one.seconds, len(mine)) if mine else [], strict=True):
            lessons[number] += 1
            seconds[number] += share
    return lessons, seconds, online


def _line(item: Item, lessons: int, seconds: int, questions: int, class_hour_seconds: int) -> Line:
    needed = item.theory * class_hour_seconds // 10
    gaps = []
    if item.theory and not lessons:
        gaps.append(Gap.NO_COURSE)
    elif seconds < needed:
        gaps.append(Gap.TOO_SHORT)
    if not questions:
        gaps.append(Gap.NO_QUESTIONS)
    if item.practical:
        gaps.append(Gap.OFFLINE)
    if lessons and not item.theory:
        gaps.append(Gap.FILM_OF_PRACTICE)
    return Line(item, lessons, seconds, needed, questions, tuple(gaps))
