"""docs/cmi5.md names a test or a reason for every requirement on an LMS, and the tests that it names exist."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]
PAGE = (CHECKOUT / "docs" / "cmi5.md").read_text()
ROWS = re.findall(r"^\| (\d+(?:\.\d+)+-\d+(?: \(d\d?\))?) \| (.+) \|$", PAGE, re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)(?:\[([^`]+)\])?`")
ON_THE_LMS = 203
# How many of them belong to each chapter of the specification.
CHAPTERS = {3: 1, 4: 5, 6: 13, 7: 6, 8: 29, 9: 92, 10: 23, 11: 6, 13: 16, 14: 12}


@cache
def sources(folder: Path) -> str:
    """All that a folder of tests says: where cases are named."""
    return "\n".join(path.read_text() for path in sorted(folder.glob("*.py")))


def test_every_requirement_stands_there_once():
    """Sabotage: take a row away, or write one twice."""
    assert [number for number, times in Counter(number for number, _ in ROWS).items() if times > 1] == []
    assert len(ROWS) == ON_THE_LMS
    assert Counter(int(number.split(".")[0]) for number, _ in ROWS) == CHAPTERS


@pytest.mark.parametrize("number", [number for number, _ in ROWS])
def test_each_has_a_test_that_exists_or_a_reason(number):
    """Sabotage: rename a test, or a case of one."""
    told = dict(ROWS)[number]
    found = NAMED.findall(told)
    assert found or re.match(r"reason: .{40,}", told), told
    for file, name, case in found:
        path = CHECKOUT / file
        assert f"def {name}(" in path.read_text(), f"{file} has no {name}"
        assert not case or case in sources(path.parent), f"{file}::{name} has no case {case!r}"
