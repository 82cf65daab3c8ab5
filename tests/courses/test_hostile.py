"""Packages that want to hurt are refused with their reason, or nothing of them can do anything on the way in."""

import hashlib
from pathlib import Path
from typing import BinaryIO

import pytest

from courses.course import Course, Level, Refused
from courses.packages import Upload, open_any
from tests.courses import hostile, hostile_case

CASES = hostile.cases()


class Store:
    """Where members go in these tests: nowhere, but every path and byte is seen."""

    def __init__(self) -> None:
        self.kept: dict[str, int] = {}

    def __call__(self, path: str, stream: BinaryIO, size: int) -> str:
        digest = hashlib.sha256()
        self.kept[path] = 0
        while piece := stream.read(1 << 16):
            digest.update(piece)
            self.kept[path] += len(piece)
            assert self.kept[path] <= size, "more bytes than the listing promised"
        return digest.hexdigest()


def opened(case: hostile_case.Case, folder: Path) -> tuple[Course | Refused, Store]:
    path, store = folder / "upload", Store()
    path.write_bytes(case.make())
    try:
        return open_any(Upload(path, case.upload), store), store
    except Refused as refusal:
        return refusal, store


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 150
    assert len({case.what for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", [case for case in CASES if case.says], ids=lambda case: case.what)
def test_refused_with_its_reason(case: hostile_case.Case, tmp_path: Path) -> None:
    """Sabotage: drop any one check of courses/gate or of a reader; a case named after it turns red."""
    result, store = opened(case, tmp_path)
    assert isinstance(result, Refused), case.what
    said = " / ".join(f"{finding.what} {finding.mend}" for finding in result.findings)
    assert case.says in said, said
    assert all(finding.level is Level.REFUSAL and finding.where and finding.mend for finding in result.findings)
    assert all(finding.what.isprintable() and len(finding.what) < 500 for finding in result.findings)
    _contained(store, tmp_path)


@pytest.mark.parametrize("case", [case for case in CASES if not case.says], ids=lambda case: case.what)
def test_inert(case: hostile_case.Case, tmp_path: Path) -> None:
    """Accepted, under paths that lead nowhere else. Sabotage: let tidy() keep backslashes or `..`."""
    result, store = opened(case, tmp_path)
    assert isinstance(result, Course), getattr(result, "findings", result)
    assert {member.path: member.size for member in result.members} == store.kept
    assert all(len(title) <= 300 for title in (result.title, *(lesson.title for lesson in result.lessons)))
    assert "root:" not in repr(result)
    _contained(store, tmp_path)


def _contained(store: Store, folder: Path) -> None:
    """No file was made beside the upload, and no kept path could lead out of wherever it is put."""
    assert [path.name for path in folder.iterdir()] == ["upload"]
    for path in store.kept:
        assert not path.startswith("/") and "\\" not in path and ".." not in path.split("/")
        assert path.isprintable() and len(path.encode()) <= 240
