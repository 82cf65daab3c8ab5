"""How time and size are written."""

from datetime import UTC, date, datetime

import pytest

from lms.web import filters


@pytest.mark.parametrize(
    ("ms", "place", "said"),
    [
        (0, "0:00", "0 秒"),
        (185_000, "3:05", "3 分 05 秒"),
        (720_000, "12:00", "12 分钟"),
        (3_725_000, "1:02:05", "1 小时 02 分"),
        (7_200_000, "2:00:00", "2 小时"),
    ],
)
def test_time(ms, place, said):
    """Sabotage: drop a zero."""
    assert (filters.clock_time(ms), filters.spoken(ms)) == (place, said)


def test_class_hours_are_whole():
    """Sabotage: round."""
    assert [filters.class_hours(s * 1000) for s in (2699, 2700, 5399, 5400)] == [0, 1, 1, 2]


def test_moments_are_those_of_guangdong():
    """Sabotage: write UTC."""
    assert filters.moment(datetime(2026, 11, 22, 16, 5, tzinfo=UTC)) == "11月23日 00:05"
    assert filters.weekday(date(2026, 11, 22)) == "周日"


def test_sizes():
    """Sabotage: 0 MB for a small file."""
    assert [filters.megabytes(n) for n in (400, 120_000, 9_400_000)] == ["1 kB", "120 kB", "9 MB"]
