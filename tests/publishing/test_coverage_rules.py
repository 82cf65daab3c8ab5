"""What covers a syllabus: theory and practice apart, nothing counted twice."""

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from lms.publishing.rules.coverage import Gap, Teaches, report, shares
from lms.publishing.rules.syllabus import Item
from tests.publishing.syllabi import ITEMS

HOUR = 2700
times = st.integers(0, 4 * HOUR)


def gaps(found) -> dict[str, tuple[Gap, ...]]:
    return {line.item.number: line.gaps for line in found.lines}


@given(times, st.integers(1, 9))
def test_a_time_cut_into_parts_is_the_time(seconds, parts) -> None:
    cut = shares(seconds, parts)
    assert sum(cut) == seconds and max(cut) - min(cut) <= 1


@given(st.data())
def test_what_is_covered_is_never_more_than_was_taught_nor_than_was_asked_for(data) -> None:
    """Sabotage: give each of its items a lesson's whole time; let a long lesson fill the hours of another item; let
    online time fill practice."""
    numbers = [str(n) for n in range(1, data.draw(st.integers(2, 8)))]
    items = [Item(n, n, data.draw(st.integers(0, 40)), data.draw(st.integers(0, 40))) for n in numbers]
    taught = [
        Teaches(uuid4(), data.draw(times), tuple(data.draw(st.lists(st.sampled_from([*numbers, "99"]), max_size=5))))
        for _ in range(data.draw(st.integers(0, 6)))
    ]
    found = report(items, taught, {}, HOUR)
    counted = sum(one.seconds for one in taught if set(one.numbers) & set(numbers))
    assert found.online_seconds == counted == sum(line.seconds for line in found.lines)
    assert found.filled_seconds <= min(counted, found.needed_seconds)
    assert found.needed_seconds == sum(item.theory for item in items) * HOUR // 10
    for line in found.lines:
        assert line.filled_seconds <= line.needed_seconds
        assert (Gap.OFFLINE in line.gaps) == bool(line.item.practical)
        assert (Gap.NO_COURSE in line.gaps) == (line.item.theory > 0 and line.lessons == 0)
        assert (Gap.TOO_SHORT in line.gaps) == (line.lessons > 0 and line.seconds < line.needed_seconds)


@given(st.integers(0, 20), st.integers(0, 20))
def test_more_courses_never_uncover_an_item(before, more) -> None:
    """Sabotage: count lessons down."""
    item = [Item("1", "a", 10)]
    few = report(item, [Teaches(uuid4(), 300, ("1",))] * before, {}, HOUR)
    many = report(item, [Teaches(uuid4(), 300, ("1",))] * (before + more), {}, HOUR)
    assert many.filled_seconds >= few.filled_seconds and set(many.to_do) <= set(many.lines)


def test_the_report_names_what_is_missing() -> None:
    taught = [Teaches(uuid4(), 2 * HOUR, ("1",)), Teaches(uuid4(), 1000, ("2.1", "2.2"))]
    found = report(ITEMS, taught, {"1": 3, "2": 4, "9.9": 1}, HOUR)
    assert gaps(found) == {
        "1": (),
        "2.1": (Gap.TOO_SHORT, Gap.NO_QUESTIONS),
        "2.2": (Gap.TOO_SHORT, Gap.NO_QUESTIONS, Gap.OFFLINE),
    }
    assert (found.hours.theory, found.hours.practical) == (40, 40)
    assert found.stray == (("2", 4), ("9.9", 1)) and found.questions == 3
    assert [line.item.number for line in found.to_do] == ["2.1", "2.2"]


def test_a_film_of_practice_is_no_practice() -> None:
    """Sabotage: let online seconds fill practical hours (domain.md 1.9: online can only fill theory)."""
    found = report([Item("1", "擦玻璃", 0, 40)], [Teaches(uuid4(), 9 * HOUR, ("1",))], {"1": 1}, HOUR)
    assert gaps(found) == {"1": (Gap.OFFLINE, Gap.FILM_OF_PRACTICE)} and found.filled_seconds == 0
