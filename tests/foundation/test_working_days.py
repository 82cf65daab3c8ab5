"""Working days: the announced calendar, and what is said of years that are not announced."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.foundation import clock, working_days

DAYS = st.dates(date(2019, 1, 1), date(2031, 12, 31))
NUMBERS = st.integers(0, 40)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-02-13", True),  # the last Friday before Spring Festival
        ("2026-02-14", True),  # a Saturday made up for
        ("2026-02-15", False),
        ("2026-02-20", False),  # a Friday in the festival
        ("2026-02-24", True),
        ("2026-02-28", True),  # a Saturday made up for
        ("2026-03-01", False),
        ("2026-10-10", True),
        ("2026-11-21", False),
    ],
)
def test_the_announced_calendar(day, works):
    """Sabotage: look at the weekday alone."""
    assert working_days.is_working_day(date.fromisoformat(day)) is works


def test_three_days_across_spring_festival():
    """Sabotage: count the day itself, or rest on made-up Saturdays: 2026-02-12 leads elsewhere."""
    assert working_days.add(date(2026, 2, 12), 3) == date(2026, 2, 24)  # Fri 13, Sat 14, Tue 24
    assert working_days.add(date(2026, 2, 26), 2) == date(2026, 2, 28)  # Fri 27, Sat 28


def test_nothing_is_added_to_a_day_that_works():
    """Sabotage: step once before looking."""
    assert working_days.add(date(2026, 11, 20), 0) == date(2026, 11, 20)
    assert working_days.add(date(2026, 11, 21), 0) == date(2026, 11, 23)
    with pytest.raises(ValueError, match="forward"):
        working_days.add(date(2026, 11, 20), -1)


def test_a_year_that_is_not_announced_rests_on_weekends_and_says_so():
    """Sabotage: let the library's NotImplementedError out, or say `sure` of a year it does not know."""
    unknown = max(working_days._YEARS) + 1
    assert not working_days.knows(unknown)
    assert working_days.is_working_day(date(unknown, 10, 1)) is (date(unknown, 10, 1).weekday() < 5)
    assert not working_days.count(date(unknown - 1, 12, 25), 15).sure
    assert working_days.count(date(unknown - 1, 6, 1), 3).sure


def test_a_deadline_is_the_end_of_a_day_in_guangdong():
    """Sabotage: count from the day of UTC: 20:00 UTC on Thursday is Friday in Guangdong."""
    at = datetime(2026, 11, 19, 20, 0, tzinfo=UTC)
    assert clock.local(working_days.deadline(at, 3)).isoformat() == "2026-11-25T23:59:59+08:00"


@given(DAYS, NUMBERS)
def test_a_deadline_never_falls_on_a_day_of_rest(day, n):
    """Sabotage: leave out the second half of the loop's condition."""
    reached = working_days.add(day, n)
    assert working_days.is_working_day(reached) and reached >= day


@given(DAYS, NUMBERS, st.integers(0, 60), NUMBERS)
def test_later_starts_and_longer_limits_end_no_earlier(day, n, later, more):
    """Sabotage: skip a make-up day going forward."""
    assert working_days.add(day, n) <= working_days.add(day, n + more)
    assert working_days.add(day, n) <= working_days.add(day + timedelta(days=later), n)


@given(DAYS, NUMBERS)
def test_counting_back_what_was_counted_forward(day, n):
    """Sabotage: count the first day."""
    extra = n == 0 and not working_days.is_working_day(day)
    assert working_days.between(day, working_days.add(day, n)) == n + extra
