"""The order of the inbox: what is due first stands first, and where the next page begins. Plain data in, plain data out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

NEVER = date.max
LAST = UUID(int=2**128 - 1)
Mark = tuple[datetime, UUID]


@dataclass(frozen=True, order=True)
class Place:
    """Where an item stands: its last day (NEVER without one), since when it waits, its id."""

    due: date
    since: datetime
    id: UUID


def as_text(place: Place) -> str:
    """A place as an address holds it."""
    return f"{place.due.isoformat()}~{place.since.isoformat()}~{place.id}"


def from_text(text: str) -> Place | None:
    """The place that as_text() wrote; None for anything else, which is the beginning."""
    try:
        due, since, item = text.split("~")
        moment = datetime.fromisoformat(since)
        return Place(date.fromisoformat(due), moment, UUID(item)) if moment.tzinfo else None
    except ValueError:
        return None


def first_day(due: date, reaches: Callable[[date], date]) -> date:
    """The earliest day whose limit is `due` or later; `reaches` gives the limit of a day and never falls."""
    day = due
    while reaches(day - timedelta(days=1)) >= due:
        day -= timedelta(days=1)
    return day


def after(place: Place, reaches: Callable[[date], date] | None, midnight: Callable[[date], datetime]) -> Mark | None:
    """From which mark on, in the order (since, id), the items of one kind stand behind a place; None: all of them.

    Kinds have limits of their own, so one mark does not serve all: what began to wait later may be due sooner. Gives the
    place's own (since, id) where the kind's items of that day are due like it, else the edge of the days that are.
    """
    if reaches is None:
        return None if place.due < NEVER else (place.since, place.id)
    if place.due == NEVER:
        return (datetime.max.replace(tzinfo=place.since.tzinfo), LAST)
    begins = midnight(first_day(place.due, reaches))
    ends = midnight(first_day(place.due + timedelta(days=1), reaches))
    if place.since < begins:
        return _before(begins)
    return (place.since, place.id) if place.since < ends else _before(ends)


def _before(moment: datetime) -> Mark:
    return (moment - timedelta(microseconds=1), LAST)


def limit_words(due: date | None, today: date, left: int) -> tuple[str, str]:
    """Tone and words of the time limit; `left` is the working days until it."""
    if due is None:
        return "no", "没有时限"
    if due < today:
        return "bad", f"超 {(today - due).days} 天"
    if due == today:
        return "wait", "今天到期"
    return ("wait" if left <= 2 else "no"), f"剩 {left} 个工作日"
