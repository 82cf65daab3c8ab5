"""Ages that the law sets."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.plans.rules.age import MAN, REFORM, WOMAN_MANAGING, WOMAN_WORKER, of_working_age
from lms.plans.rules.calendar import months_later, years_old
from lms.plans.rules.verdicts import Answer

BIRTHS = st.dates(date(1930, 1, 1), date(2012, 12, 31))
KINDS = st.sampled_from((MAN, WOMAN_MANAGING, WOMAN_WORKER))


@pytest.mark.parametrize(
    ("kind", "born", "retires"),
    [
        (MAN, date(1964, 12, 31), date(2024, 12, 31)),
        (MAN, date(1965, 1, 15), date(2025, 2, 15)),
        (MAN, date(1965, 4, 30), date(2025, 5, 30)),
        (MAN, date(1965, 5, 1), date(2025, 7, 1)),
        (MAN, date(1976, 8, 31), date(2039, 7, 31)),
        (MAN, date(1976, 9, 1), date(2039, 9, 1)),
        (MAN, date(1990, 9, 1), date(2053, 9, 1)),
        (WOMAN_MANAGING, date(1969, 12, 31), date(2024, 12, 31)),
        (WOMAN_MANAGING, date(1970, 1, 1), date(2025, 2, 1)),
        (WOMAN_MANAGING, date(1981, 9, 1), date(2039, 9, 1)),
        (WOMAN_WORKER, date(1974, 12, 31), date(2024, 12, 31)),
        (WOMAN_WORKER, date(1975, 1, 1), date(2025, 2, 1)),
        (WOMAN_WORKER, date(1975, 3, 1), date(2025, 5, 1)),
        (WOMAN_WORKER, date(1984, 10, 31), date(2039, 9, 30)),
        (WOMAN_WORKER, date(1984, 11, 1), date(2039, 11, 1)),
    ],
)
def test_the_day_of_retiring_by_month_of_birth(kind, born, retires):
    """Sabotage: start a month late, or step by three months, or forget the ceiling."""
    assert kind.day(born) == retires


@given(KINDS, BIRTHS, st.integers(1, 800))
def test_who_is_born_later_never_retires_earlier(kind, born, days):
    """Sabotage: reset the delay each year."""
    assert kind.day(born) <= kind.day(born + timedelta(days=days))


@given(KINDS, BIRTHS)
def test_the_reform_takes_nothing_away_and_never_more_than_its_ceiling(kind, born):
    old, new = months_later(born, kind.years * 12), kind.day(born)
    assert old <= new <= months_later(born, kind.years * 12 + kind.most)
    assert (old < REFORM) == (new == old)


@given(BIRTHS, st.sampled_from(("m", "f", None)), st.sampled_from((True, False, None)), st.dates(date(2019, 1, 1)))
def test_what_is_not_known_of_somebody_never_turns_the_answer(born, sex, managing, on):
    """Sabotage: assume a woman to be a worker, or an unknown person to be a man."""
    told = of_working_age(born, sex, managing, on)
    if told is not Answer.NEEDS_PROOF:
        for other in ("m", "f") if sex is None else (sex,):
            for post in (True, False) if managing is None else (managing,):
                assert of_working_age(born, other, post, on) is told


@pytest.mark.parametrize(
    ("on", "expected"),
    [(date(2025, 1, 4), Answer.NO), (date(2025, 1, 5), Answer.YES)],
)
def test_sixteen_is_reached_on_the_birthday(on, expected):
    assert of_working_age(date(2009, 1, 5), "f", None, on) is expected


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2024, 12, 1), 1, date(2025, 1, 1)),
        (date(2024, 11, 22), 0, date(2024, 11, 22)),
        (date(9999, 12, 31), 1, date.max),
    ],
)
def test_months_are_counted_by_the_calendar(day, months, later):
    """Sabotage: 30 days a month."""
    assert months_later(day, months) == later


def test_years_are_full_years():
    assert years_old(date(2000, 2, 29), date(2001, 2, 28)) == 0
    assert years_old(date(2000, 2, 29), date(2001, 3, 1)) == 1
    assert years_old(date(2000, 5, 10), date(2016, 5, 9)) == 15
