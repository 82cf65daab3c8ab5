"""What makes the data unsound is found and named."""

from dataclasses import replace
from datetime import date

import pytest

from lms.plans import reading
from lms.plans.rules.checking import faults
from lms.plans.rules.sheets import Said
from lms.plans.rules.targets import Target, Unit

SHEETS = list(reading.sheets().values())
HOME, SAFETY = SHEETS[2], SHEETS[8]
TARGET = Target("P03.99", "家政", Unit.PERSONS, 1, "2022年", "2022 年任务", line=174, programmes=("P03-home",))


def found(sheet=None, target=None, rule=None):
    sheets = [sheet if sheet and sheet.code == other.code else other for other in SHEETS]
    return faults(sheets, [target] if target else [], [rule] if rule else [])


def test_what_is_sound_has_no_faults():
    assert found() == [] == found(HOME, TARGET, HOME.rules[0])


first = HOME.programmes[0]
last = HOME.programmes[-1]


@pytest.mark.parametrize(
    "sheet",
    [
        replace(HOME, lead_line=300),
        replace(HOME, gets_line=161),
        replace(HOME, last_line=517, gets_line=517),
        replace(HOME, notes=(Said(0, "x"),)),
        replace(HOME, rules=(replace(HOME.rules[0], line=424),)),
        replace(HOME, duties=(replace(HOME.duties[0], line=1),)),
        replace(HOME, duties=(replace(HOME.duties[0], programme_code="P03-x"),)),
        replace(HOME, remotes=(replace(HOME.remotes[0], line=292),)),
        replace(HOME, remotes=(replace(HOME.remotes[0], force="maybe"),)),
        replace(HOME, programmes=(replace(first, line=211), last)),
        replace(HOME, programmes=(replace(first, results=("diploma",)), last)),
        replace(HOME, programmes=(replace(first, results_line=None), last)),
        replace(HOME, programmes=(replace(first, delivery=("post",)), last)),
        replace(HOME, programmes=(replace(first, who=""), last)),
        replace(HOME, programmes=(first, first, last)),
        replace(HOME, programmes=(replace(first, rules=replace(first.rules, code="P04-x")), last)),
        replace(HOME, number="四"),
    ],
)
def test_a_fault_of_a_plan_is_found(sheet):
    """Sabotage: drop any of the checks."""
    assert found(sheet)


@pytest.mark.parametrize(
    "change",
    [
        {"line": 138},
        {"line": 517},
        {"programmes": ("P03-x",)},
        {"at_least": 0},
        {"said": ""},
        {"code": "P11.1"},
        {"since": date(2022, 1, 1), "until": date(2021, 1, 1)},
    ],
)
def test_a_fault_of_a_target_is_found(change):
    assert found(target=replace(TARGET, **change))


@pytest.mark.parametrize(
    "change",
    [
        {"confidence": "sure"},
        {"source": ""},
        {"unit": ""},
        {"value": None},
        {"plans": ("P11",)},
        {"programmes": ("P03-x",)},
        {"until": date(2019, 1, 1)},
    ],
)
def test_a_fault_of_a_rule_is_found(change):
    assert found(rule=replace(HOME.rules[0], **change))
