"""Working days of China: deadlines that rest on weekends and holidays and count the Saturdays that are made up for.

The calendar is the State Council's yearly notice as the library chinesecalendar keeps it. Years that it does not know (the
next one is announced in November) are counted by weekends alone, and `knows` says so.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import chinese_calendar
from chinese_calendar.constants import holidays

from lms.foundation import clock

FRIDAY = 4
LAST_MOMENT = time(23, 59, 59)
_YEARS = frozenset(day.year for day in holidays)


@dataclass(frozen=True)
class Count:
    """A day reached by counting; `sure` is False where a year on the way is not announced yet."""

    day: date
    sure: bool


def knows(year: int) -> bool:
    """Whether the holidays of a year are announced and in the calendar; else only weekends rest."""
    return year in _YEARS


def is_working_day(day: date) -> bool:
    """Whether offices work on a day (of Guangdong)."""
    return bool(chinese_calendar.is_workday(day)) if knows(day.year) else day.weekday() <= FRIDAY


def add(day: date, n: int) -> date:
    """The n-th working day after a day, which itself does not count; n = 0 is the day, or the next that works."""
    return count(day, n).day


def count(day: date, n: int) -> Count:
    """What add() gives, and whether every year on the way is known; ValueError where n is negative."""
    if n < 0:
        raise ValueError("working days are counted forward")
    reached, left, sure = day, n, knows(day.year)
    while left or not is_working_day(reached):
        reached += timedelta(days=1)
        sure = sure and knows(reached.year)
        left -= bool(left) and is_working_day(reached)
    return Count(reached, sure)


def between(start: date, end: date) -> int:
    """How many working days lie after `start` up to and with `end`; 0 where `end` is not later."""
    days = (end - start).days
    return sum(is_working_day(start + timedelta(days=n)) for n in range(1, days + 1))


def deadline(at: datetime, working_days: int) -> datetime:
    """The last second, in UTC, of the n-th working day after a moment, by the calendar of Guangdong."""
    day = add(clock.local(at).date(), working_days)
    return datetime.combine(day, LAST_MOMENT, clock.SHANGHAI).astimezone(UTC)
