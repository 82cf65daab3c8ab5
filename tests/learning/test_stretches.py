"""Stretches algebra against sets of milliseconds."""

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from lms.learning.rules.stretches import inside, length, minus, reach, split, take, tidy, union

POINTS = st.integers(min_value=0, max_value=60)
PAIRS = st.lists(st.tuples(POINTS, POINTS), max_size=8)


def points(stretches):
    """Every millisecond that the stretches hold."""
    return {ms for start, end in stretches for ms in range(start, end)}


def is_tidy(stretches):
    ends = [edge for stretch in stretches for edge in stretch]
    return all(a < b for a, b in pairwise(ends))


@given(PAIRS)
@example([(0, 5), (5, 9)])
def test_tidy_keeps_every_millisecond_once(pairs):
    """Sabotage: join only stretches that overlap, not those that touch."""
    tidied = tidy(pairs)
    assert is_tidy(tidied)
    assert points(tidied) == points(pairs)
    assert length(tidied) == len(points(pairs))


@given(PAIRS, PAIRS)
def test_union_and_minus_are_those_of_sets(one, other):
    """Sabotage: let minus forget what lies behind the last hole."""
    a, b = tidy(one), tidy(other)
    assert points(union(a, b)) == points(a) | points(b)
    assert points(minus(a, b)) == points(a) - points(b)
    assert is_tidy(minus(a, b))


@given(PAIRS, POINTS, POINTS)
def test_inside_keeps_what_lies_between(pairs, start, end):
    assert points(inside(tidy(pairs), start, end)) == points(pairs) & set(range(start, end))


@given(PAIRS, st.integers(min_value=-5, max_value=80))
def test_split_takes_from_the_start_and_loses_nothing(pairs, at):
    """Sabotage: let split take from the end."""
    whole = tidy(pairs)
    first, rest = split(whole, at)
    assert points(first) | points(rest) == points(whole)
    assert sorted(points(whole))[: max(0, at)] == sorted(points(first))
    assert take(whole, at) == first


def test_reach():
    assert reach(()) is None
    assert reach(((3, 5), (9, 12))) == (3, 12)
