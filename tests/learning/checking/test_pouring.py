"""The two rules of hours agree, whatever anybody sends; the tape holds what it should."""

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.learning.checking.tape import Tape
from tests.learning.checking.histories import HISTORIES, both

SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12)


@settings(max_examples=300)
@given(HISTORIES)
def test_two_rules_one_ledger(history) -> None:  # type: ignore[no-untyped-def]
    """`make campaign` asks 200,000 times. Sabotage: give pouring.Jug one millisecond more than it may hold."""
    first, second = both(history)
    assert first == second


@given(SPANS, st.integers(0, 60), st.integers(0, 60))
def test_the_tape_is_a_set_of_milliseconds(spans, start, end) -> None:  # type: ignore[no-untyped-def]
    """Sabotage: use bisect_left for both ends in Tape.take."""
    tape, held = Tape(spans), {n for a, b in spans for n in range(a, b)}
    assert {n for a, b in tape.spans for n in range(a, b)} == held
    assert tape.total == len(held)
    assert [n for a, b in tape.free(start, end) for n in range(a, b)] == [n for n in range(start, end) if n not in held]
    assert all(b < a for (_, b), (a, _) in zip(tape.spans, tape.spans[1:], strict=False))
