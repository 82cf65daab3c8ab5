"""Which dated rule holds."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from lms.foundation.database import transaction
from lms.plans import actions, queries
from lms.plans.models import Policy
from lms.plans.rules import KEYS, HourPolicy, NoPolicy, Threshold, hour_policy
from tests.people import RURAL_ECOMMERCE, SYSTEM

ROWS = [Threshold(key, 1, "44", None, date(2020, 1, 1), "source", "proposal") for key in KEYS]
CAP = next(row for row in ROWS if row.key == "daily_cap_class_hours")
SHUNDE, DAY = "440606", date(2026, 11, 20)


@pytest.mark.parametrize(
    ("more", "value"),
    [
        ([], 1),
        ([replace(CAP, value=7, effective_from=date(2026, 11, 20))], 7),
        ([replace(CAP, value=7, effective_from=date(2026, 11, 21))], 1),
        ([replace(CAP, value=6, jurisdiction="4406")], 6),
        ([replace(CAP, value=6, jurisdiction="4401")], 1),
        ([replace(CAP, value=5, programme_code=RURAL_ECOMMERCE), replace(CAP, value=6, jurisdiction="4406")], 5),
        ([replace(CAP, value=5, programme_code="P09-principal")], 1),
    ],
)
def test_the_closest_row_of_the_day_holds(more, value):
    """Sabotage: take the newest row, whatever its place or programme."""
    assert hour_policy([*ROWS, *more], RURAL_ECOMMERCE, SHUNDE, DAY).daily_cap_class_hours == value


def test_no_rule_means_no_policy():
    """Sabotage: fall back on a default."""
    with pytest.raises(NoPolicy):
        hour_policy(ROWS, RURAL_ECOMMERCE, SHUNDE, date(2019, 12, 31))
    with pytest.raises(NoPolicy):
        hour_policy(ROWS, RURAL_ECOMMERCE, "110101", DAY)


def test_a_policy_is_named_by_its_rows():
    """Sabotage: hash the values only; a changed source would go unseen."""
    policy = hour_policy(ROWS, RURAL_ECOMMERCE, SHUNDE, DAY)
    other = hour_policy([replace(row, source="another") for row in ROWS], RURAL_ECOMMERCE, SHUNDE, DAY)
    assert policy.hash != other.hash
    assert HourPolicy.from_json(policy.as_json()) == policy


def test_ten_plans_are_loaded_and_may_be_loaded_again(app):
    """Sabotage: insert without looking."""
    with transaction(SYSTEM):
        actions.load(*actions.read())
        assert len({programme.plan_code for programme in queries.programmes()}) == 10
        programme = queries.programme(RURAL_ECOMMERCE)
        policy = queries.hour_policy(RURAL_ECOMMERCE, DAY, SHUNDE)
        actions.remember(policy)
        actions.remember(policy)
        assert queries.hour_policy_by_id(policy.id) == policy
    assert programme.plan == "六 农村劳动力精准培训工程" and policy.class_hour_seconds == 2700


def test_one_key_has_one_row_a_day(app):
    """Sabotage: drop uq_policy_dated; which row holds would be chance."""
    row = {"key": "longest_gap_s", "value": 1, "jurisdiction": "44", "effective_from": date(2020, 1, 1)}
    with pytest.raises(IntegrityError), transaction(SYSTEM) as session:
        session.add(Policy(**row, source="x", confidence="proposal"))
