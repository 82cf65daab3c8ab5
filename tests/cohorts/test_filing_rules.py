"""The life of a class as pure rules."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from lms.cohorts.rules.filing import (
    State,
    Step,
    Terms,
    after,
    faults_of,
    is_open,
    most_class_hours,
    too_late,
    why_not_decide,
)

TODAY = date(2026, 11, 22)


def terms(**values: object) -> Terms:
    given = {"code": "2026-01", "title": "农村电商", "version_id": uuid4(), "starts_on": TODAY, "ends_on": TODAY}
    return Terms(**{**given, "planned_class_hours": 2, "teacher": "刘敏", "place": "", **values})  # type: ignore[arg-type]


def faults(**values: object) -> dict[str, str]:
    return faults_of(terms(**values), approved_seconds=5500, class_hour_seconds=2700, today=TODAY)


def test_the_steps_of_a_class_and_no_others() -> None:
    """Sabotage: let a returned class be opened."""
    allowed = {(s, step): new for s in State for step in Step if (new := after(s, step)) is not None}
    assert allowed == {
        (State.DRAFT, Step.FILE): State.FILED,
        (State.RETURNED, Step.FILE): State.FILED,
        (State.FILED, Step.OPEN): State.OPEN,
        (State.FILED, Step.RETURN): State.RETURNED,
        (State.OPEN, Step.CLOSE): State.CLOSED,
    }
    assert all(too_late(state) for state in State)


def test_hours_are_whole_and_bounded_by_what_was_approved() -> None:
    """hours.md attack 25: nothing is planned beyond the probed length. Sabotage: round instead of floor."""
    assert most_class_hours(5399, 2700) == 1 and most_class_hours(5400, 2700) == 2
    assert not faults(planned_class_hours=2)
    assert "最多填 2" in faults(planned_class_hours=3)["planned_class_hours"]


def test_dates_run_forwards_and_begin_today_or_later() -> None:
    """hours.md attack 4: no class in the past. Sabotage: compare with ends_on alone."""
    assert set(faults(starts_on=TODAY - timedelta(days=1))) == {"starts_on"}
    assert set(faults(starts_on=TODAY + timedelta(days=1))) == {"ends_on"}
    assert set(faults(ends_on=TODAY + timedelta(days=732))) == {"ends_on"}
    assert not faults(ends_on=TODAY + timedelta(days=731))


def test_nobody_decides_on_their_own_filing_nor_their_institutions() -> None:
    """Sabotage: compare persons only, or organisations only."""
    filer, other, school = uuid4(), uuid4(), uuid4()
    assert "你提交的" in (why_not_decide(filer, [], filed_by=filer, tenant_id=school) or "")
    assert "你单位提交的" in (why_not_decide(other, [school], filed_by=filer, tenant_id=school) or "")
    assert why_not_decide(other, [uuid4()], filed_by=filer, tenant_id=school) is None


LEARNS = [("open", 0, True), ("open", 9, True), ("open", 10, False), ("open", -1, False), ("filed", 0, False)]


@pytest.mark.parametrize(("state", "day", "learns"), [*LEARNS, ("closed", 0, False)])
def test_people_learn_in_an_open_class_between_its_days(state: str, day: int, learns: bool) -> None:
    """Sabotage: leave a bound out."""
    on = TODAY + timedelta(days=day)
    assert is_open(State(state), TODAY, TODAY + timedelta(days=9), on) is learns
