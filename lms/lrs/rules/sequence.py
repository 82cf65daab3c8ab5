"""The number that orders statements: milliseconds since 2020, then a tick of the request, then the place in it.

One number gives order, paging and `stored`, so they cannot disagree. 41 bits of milliseconds last until 2089.
"""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
TICK_BITS = 12
PLACE_BITS = 10
SHIFT = TICK_BITS + PLACE_BITS
PLACES = 1 << PLACE_BITS
LAST = (1 << 63) - 1
_MILLISECOND = timedelta(milliseconds=1)


def stored_at(seq: int) -> datetime:
    """When the statement of this number was stored."""
    return EPOCH + (seq >> SHIFT) * _MILLISECOND


def first_of(moment: datetime) -> int:
    """The smallest number of the millisecond that `moment` lies in."""
    return max(0, (moment - EPOCH) // _MILLISECOND) << SHIFT


def last_of(moment: datetime) -> int:
    """The greatest number of the millisecond that `moment` lies in."""
    return first_of(moment) + (1 << SHIFT) - 1


def month_after(year: int, month: int) -> tuple[int, int]:
    """The next month."""
    return (year + 1, 1) if month == 12 else (year, month + 1)


def partition(year: int, month: int) -> tuple[str, int, int]:
    """The name of a month's partition and its bounds: first number, first number of the month after."""
    start = datetime(year, month, 1, tzinfo=UTC)
    end = datetime(*month_after(year, month), 1, tzinfo=UTC)
    return f"lrs_statement_{year}_{month:02d}", first_of(start), first_of(end)
