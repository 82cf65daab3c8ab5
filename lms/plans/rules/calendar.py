"""Counting in years and months, as the documents do."""

import calendar
from datetime import date


def months_later(day: date, months: int) -> date:
    """The same day of a later month; its last day where there is no such day (31 January + 1 month: 28 February); never after the year 9999."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def years_old(born: date, on: date) -> int:
    """Full years of age (周岁); who was born on 29 February is a year older on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
