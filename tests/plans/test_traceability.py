"""The table of clauses names only what is there."""

from dataclasses import replace

import pytest

from lms.plans import reading
from lms.plans.rules.traces import Names, State, Trace, faults
from tests import traceability

GOOD = Trace("P03", 174, "免费远程培训", ("plans.detail",), (), ("tests/plans/test_pages.py::test_all_ten_are_listed",))
NAMES = Names({"plans.detail"}, {"plans check"}, {"tests/plans/test_pages.py::test_all_ten_are_listed"})


def test_every_route_and_test_it_names_is_there():
    """Sabotage: rename a route or a test and leave the table as it was."""
    assert traceability.found() == []


@pytest.mark.parametrize(
    "change",
    [
        {"routes": ("plans.details",)},
        {"tests": ("tests/plans/test_pages.py::test_all_ten",)},
        {"commands": ("plans pilots",)},
        {"line": 400},
        {"line": 517},
        {"plan": "P11"},
        {"routes": ()},
        {"tests": ()},
    ],
)
def test_a_name_that_is_not_there_is_found(change):
    """Sabotage: look at the routes only, or take a clause without a test for done."""
    assert faults([GOOD], reading.sheets(), NAMES) == []
    assert len(faults([replace(GOOD, **change)], reading.sheets(), NAMES)) == 1


def test_done_means_a_way_in_a_test_and_nothing_missing():
    """Sabotage: call a clause done that still says what is missing."""
    assert GOOD.state is State.DONE
    assert replace(GOOD, open="还差").state is State.PART
    assert replace(GOOD, open="还差", tests=()).state is State.OPEN


def test_every_plan_is_in_the_table():
    assert {trace.plan for trace in reading.traces()} == set(reading.sheets())
    remote = {(s.code, r.line) for s in reading.sheets().values() for r in s.remotes}
    assert remote - {(t.plan, t.line) for t in reading.traces()} == set()
