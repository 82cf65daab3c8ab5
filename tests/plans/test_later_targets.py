"""What administrators add: targets of later documents, and cities that pilot learning at a distance."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from lms.cli import cli
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound, Refused
from lms.plans import actions, queries
from lms.plans.rules.pilots import Switch, open_on
from lms.plans.rules.targets import Target, Unit
from tests.people import SYSTEM

LATER = Target(
    "P03.2022-1", "家政服务类培训", Unit.PERSON_TIMES, 210_000, "2022年", "2022 年任务", programmes=("P03-home",)
)
FOSHAN = Switch("4406", date(2026, 1, 1), True, "佛山市 2026 年试点通知")


def test_a_later_target_stands_beside_the_seeds(app):
    """Sabotage: replace the seed's target of the plan."""
    with transaction(SYSTEM):
        before = queries.targets("P03")
        actions.add_target(LATER)
        assert queries.targets("P03") == [*before, LATER]
        assert LATER not in queries.targets("P02")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "P11.1"}, "code"),
        ({"code": "P03.5"}, "code"),
        ({"programmes": ("P03-cooking",)}, "programmes"),
        ({"at_least": 0}, "at_least"),
    ],
)
def test_a_target_that_will_not_do_is_refused(app, change, field):
    """Sabotage: let a second row take the code of one that is there."""
    wrong = Target(**{name: getattr(LATER, name) for name in LATER.__dataclass_fields__} | change)
    with pytest.raises(Refused) as refusal, transaction(SYSTEM):
        actions.add_target(wrong)
    assert refusal.value.field == field


@pytest.mark.parametrize("table", ["plan_target", "pilot_city"])
def test_what_was_said_is_never_changed(app, table):
    """Sabotage: drop append_only in the migration."""
    with transaction(SYSTEM):
        actions.add_target(LATER)
        actions.switch_pilot("P07", FOSHAN)
    with pytest.raises(ProgrammingError), transaction(SYSTEM) as session:
        session.execute(text(f"update {table} set source = 'x'"))


@pytest.mark.parametrize(
    ("region", "on", "expected"),
    [
        ("440606", date(2025, 12, 31), False),
        ("440606", date(2026, 1, 1), True),
        ("440600", date(2026, 11, 20), True),
        ("440105", date(2026, 11, 20), True),
        ("440106", date(2026, 11, 20), False),
        ("440604", date(2026, 11, 20), False),
        ("440604", date(2026, 5, 1), True),
    ],
)
def test_plan_seven_is_remote_where_a_city_pilots_it(region, on, expected):
    """Sabotage: open by default; or let the city's row win over the county's."""
    chancheng_ends = Switch("440604", date(2026, 6, 1), False, "")
    haizhu_begins, guangzhou_ends = (
        Switch("440105", date(2025, 6, 1), True, ""),
        Switch("4401", date(2026, 1, 1), False, ""),
    )
    assert open_on([FOSHAN, chancheng_ends, haizhu_begins, guangzhou_ends], region, on) is expected


def test_the_switch_is_asked_of_plan_seven_alone(app):
    """Sabotage: ask every plan for a pilot."""
    with transaction(SYSTEM):
        assert not queries.remote_open("P07", "440606", date(2026, 11, 20))
        actions.switch_pilot("P07", FOSHAN)
        assert queries.remote_open("P07", "440606", date(2026, 11, 20))
        assert queries.remote_open("P06", "440606", date(2026, 11, 20))
        assert queries.pilot_cities("P07") == [FOSHAN]
        with pytest.raises(NotFound):
            queries.remote_open("P11", "440606", date(2026, 11, 20))


@pytest.mark.parametrize(("plan", "region"), [("P06", "4406"), ("P07", "佛山"), ("P07", "1101"), ("P77", "4406")])
def test_a_switch_that_means_nothing_is_refused(app, plan, region):
    with pytest.raises(Refused), transaction(SYSTEM):
        actions.switch_pilot(plan, Switch(region, date(2026, 1, 1), True, ""))


def test_one_place_has_one_switch_a_day(app):
    with pytest.raises(IntegrityError), transaction(SYSTEM):
        actions.switch_pilot("P07", FOSHAN)
        actions.switch_pilot("P07", FOSHAN)


def run(app, *words):
    return app.test_cli_runner().invoke(cli.commands["plans"], words)


def test_the_commands(app):
    """Sabotage: let a refusal end with a traceback, or with exit code 0."""
    terms = ["--item", "家政", "--unit", "persons", "--at-least", "5", "--said", "2022年", "--source", "2022 年任务"]
    assert run(app, "check").exit_code == 0
    assert run(app, "target", "P03.2022-2", *terms, "--since", "2022-01-01").exit_code == 0
    again = run(app, "target", "P03.2022-2", *terms)
    assert again.exit_code == 1 and "已经有了" in again.output
    assert run(app, "pilot", "P07", "4406", "--since", "2026-01-01", "--source", "通知").exit_code == 0
    with transaction(SYSTEM):
        assert [t.code for t in queries.targets("P03")][-1] == "P03.2022-2"
        assert queries.remote_open("P07", "440606", date(2026, 1, 1))
