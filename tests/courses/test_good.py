"""Packages of honest authors are taken: no false refusal, whatever their tools did to names, encodings and headers."""

from pathlib import Path
from urllib.parse import unquote

import pytest

from courses.course import Course
from tests.courses import good, good_case
from tests.courses.test_hostile import Store, opened

CASES = good.cases()


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 30
    assert len({case.what for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_accepted(case: good_case.Good, tmp_path: Path) -> None:
    """Sabotage: read names as cp437 alone, believe the label of an encoding, refuse zip64, compare URLs to names undecoded."""
    course, store = opened(case, tmp_path)
    assert isinstance(course, Course), course.findings
    assert course.format is case.format
    assert tuple(lesson.entry for lesson in course.lessons) == case.entries
    assert [lesson.number for lesson in course.lessons] == list(range(1, len(case.entries) + 1))
    assert all(lesson.kind is good.kinds(case.format) and lesson.title for lesson in course.lessons)
    assert course.title and case.title in course.title
    assert set(case.holds) <= store.kept.keys()
    _entries_are_members(course, store)


def _entries_are_members(course: Course, store: Store) -> None:
    """The promise to those who serve: the path of an entry, once decoded, is exactly that of a member."""
    for lesson in course.lessons:
        if not lesson.entry.startswith("https://"):
            assert unquote(lesson.entry.partition("#")[0].partition("?")[0]) in store.kept
