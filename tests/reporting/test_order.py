"""The order of the inbox: pages taken one after the other hold everything once, whatever the kinds' limits are."""

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from lms.foundation import working_days
from lms.reporting import rules
from lms.reporting.rules import Place

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 20)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def place_of(since: datetime, item: int, days: int | None) -> Place:
    due = rules.NEVER if days is None else working_days.add(since.astimezone(SHANGHAI).date(), days)
    return Place(due, since, UUID(int=item))


moments = st.datetimes(datetime(2026, 9, 20), datetime(2026, 12, 20)).map(lambda at: at.replace(tzinfo=UTC))
kinds = st.sampled_from([None, 2, 5, 15])


@given(st.lists(st.tuples(moments, kinds), max_size=40, unique_by=lambda pair: pair[0]), st.integers(1, 7))
def test_pages_hold_everything_once_and_in_order(items, size):
    """Sabotage: take the last item's (since, id) as the mark of every kind."""
    everything = [(place_of(since, n + 1, days), days) for n, (since, days) in enumerate(items)]
    seen, place = [], None
    while True:
        found = []
        for days in (None, 2, 5, 15):
            reaches = None if days is None else partial(working_days.add, n=days)
            mark = rules.after(place, reaches, midnight) if place else None
            own = sorted((p for p, d in everything if d == days), key=lambda p: (p.since, p.id))
            found += [p for p in own if mark is None or (p.since, p.id) > mark][: size + 1]
        found = sorted(p for p in found if place is None or p > place)
        seen += found[:size]
        if len(found) <= size:
            break
        place = rules.from_text(rules.as_text(found[size - 1]))
    assert seen == sorted(p for p, _ in everything)


@given(st.dates(date(2026, 1, 1), date(2026, 12, 1)), st.integers(0, 15))
def test_the_first_day_of_a_limit(due, days):
    reaches = partial(working_days.add, n=days)
    first = rules.first_day(due, reaches)
    assert reaches(first) >= due > reaches(first - timedelta(days=1))


@given(st.text(max_size=80))
def test_any_text_is_a_place_or_the_beginning(text):
    place = rules.from_text(text)
    assert place is None or rules.from_text(rules.as_text(place)) == place


def test_limits_are_said_in_words():
    assert rules.limit_words(None, TODAY, 0) == ("no", "没有时限")
    assert rules.limit_words(TODAY - timedelta(days=1), TODAY, 0) == ("bad", "超 1 天")
    assert rules.limit_words(TODAY, TODAY, 0) == ("wait", "今天到期")
    assert rules.limit_words(TODAY + timedelta(days=4), TODAY, 2) == ("wait", "剩 2 个工作日")
    assert rules.limit_words(TODAY + timedelta(days=7), TODAY, 5) == ("no", "剩 5 个工作日")
