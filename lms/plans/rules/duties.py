"""What a plan wants done again and again, or by a day. Pure: the day it falls due from the day it counts from."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lms.plans.rules.calendar import months_later


class Anchor(StrEnum):
    """From when a duty counts."""

    LAST_COMPLETED = "last_completed"
    APPOINTED_ON = "appointed_on"
    CALENDAR_YEAR = "calendar_year"


@dataclass(frozen=True)
class Duty:
    """A duty of the seed; `number` is the months, or the class hours or courses of a year, as its rule says."""

    key: str
    programme_code: str
    words: str
    line: int
    anchor: Anchor
    number: int
    unit: str

    def due_on(self, since: date) -> date:
        """The last day on which it is in time, counted from the day of its anchor (for a yearly duty: any day of it)."""
        if self.anchor is Anchor.CALENDAR_YEAR:
            return date(since.year, 12, 31)
        return months_later(since, self.number)

    def overdue(self, since: date, on: date) -> bool:
        """Whether that day is past."""
        return on > self.due_on(since)
