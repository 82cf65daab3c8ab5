"""Which attempt an opening is, in which order commits count, and how much time they may claim."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.learning.rules.scorm.attempts import Last, Mode, Opening, opening
from lms.learning.rules.scorm.commits import Mark, State, advanced, begun, is_stale, opened_again
from lms.learning.rules.scorm.tracking import Completion, Standard, Success, Terms, Track

V12, V2004 = Standard.SCORM_12, Standard.SCORM_2004
MORNING = datetime(2026, 11, 16, tzinfo=UTC)
HALF = Track(Completion.INCOMPLETE)
DONE = Track(Completion.COMPLETED)


def last(track: Track, exit: str = "", terminated: bool = True, begun: bool = True) -> Last:
    return Last(3, replace(track, exit=exit), terminated, begun)


@pytest.mark.parametrize("standard", Standard)
def test_a_first_opening_begins(standard: Standard) -> None:
    assert opening(standard, None, Mode.NORMAL) == Opening(1, True, "ab-initio")


def test_an_attempt_that_never_said_anything_begins_still() -> None:
    assert opening(V12, last(Track(), begun=False, terminated=False), Mode.NORMAL) == Opening(3, False, "ab-initio")


@pytest.mark.parametrize(
    ("standard", "before", "expected"),
    [
        (V12, last(HALF, "suspend"), Opening(3, False, "resume")),
        (V12, last(DONE, "suspend"), Opening(3, False, "resume")),
        (V12, last(HALF, terminated=False), Opening(3, False, "resume")),
        (V12, last(DONE, terminated=False), Opening(3, False, "resume")),
        (V12, last(HALF), Opening(3, False, "")),
        (V12, last(HALF, "logout"), Opening(3, False, "")),
        (V12, last(DONE), Opening(4, True, "ab-initio")),
        (V12, last(Track(Completion.COMPLETED, Success.FAILED)), Opening(4, True, "ab-initio")),
        (V2004, last(HALF, "suspend"), Opening(3, False, "resume")),
        (V2004, last(HALF, ""), Opening(3, False, "")),
        (V2004, last(HALF, "normal"), Opening(4, True, "ab-initio")),
        (V2004, last(HALF, "time-out"), Opening(4, True, "ab-initio")),
        (V2004, last(Track(Completion.INCOMPLETE, Success.PASSED), ""), Opening(4, True, "ab-initio")),
        (V2004, last(DONE, "normal"), Opening(4, True, "ab-initio")),
    ],
)
def test_which_attempt_an_opening_is(standard: Standard, before: Last, expected: Opening) -> None:
    """Sabotage: begin anew whenever an attempt was left."""
    assert opening(standard, before, Mode.NORMAL) == expected


@pytest.mark.parametrize("mode", [Mode.REVIEW, Mode.BROWSE])
def test_to_look_at_an_attempt_begins_none(mode: Mode) -> None:
    """Sabotage: drop `mode.credit` from opening()."""
    assert opening(V12, last(DONE), mode) == Opening(3, False, "")


def attempt(standard: Standard = V12, mode: Mode = Mode.NORMAL) -> State:
    return begun(standard, Terms(), 1, mode, MORNING)


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 8)), max_size=30))
def test_whatever_the_order_of_arrival_only_newer_commits_are_kept(marks: list[tuple[int, int]]) -> None:
    """Sabotage: answer `mark < newest`."""
    state, kept = replace(attempt(), mark=Mark(2, 0)), []
    for run, sequence in marks:
        mark = Mark(run, sequence)
        if not is_stale(mark, state.mark):
            state = advanced(state, mark, {"core.lesson_location": str(mark)}, False, MORNING)
            kept.append(mark)
    assert kept == sorted(set(kept))
    assert all(mark.run == 2 for mark in kept)
    assert state.track.location == (str(kept[-1]) if kept else "")


CLAIM = st.one_of(
    st.just(""), st.integers(0, 10_000_000).map(lambda s: f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}")
)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 600), CLAIM), max_size=25))
def test_the_time_of_an_attempt_never_passes_the_servers_clock(steps: list[tuple[bool, int, str]]) -> None:
    """hours.md P3, scorm-again #1694. Sabotage: add the session's time at each commit."""
    state, now, elapsed = attempt(), MORNING, 0
    for again, seconds, claim in steps:
        if again:
            state = opened_again(state, Mode.NORMAL, now)
        now, elapsed = now + timedelta(seconds=seconds), elapsed + seconds
        mark = Mark(state.mark.run, state.mark.sequence + 1)
        state = advanced(state, mark, {"core.total_time": claim, "a": "b"}, False, now)
        assert 0 <= state.total_seconds <= elapsed


@given(st.lists(st.integers(1, 600), min_size=1, max_size=20))
def test_an_honest_total_is_kept_to_the_second(seconds: list[int]) -> None:
    state, now, total = attempt(V2004), MORNING, 0
    for step in seconds:
        now, total = now + timedelta(seconds=step), total + step
        mark = Mark(1, state.mark.sequence + 1)
        state = advanced(state, mark, {"total_time": f"PT{total}S"}, False, now)
        state = advanced(state, Mark(1, mark.sequence + 1), {"total_time": f"PT{total}S"}, False, now)
        assert state.total_seconds == total


def test_the_first_time_that_it_was_passed_stays() -> None:
    """Sabotage: let a later commit take passed_at back."""
    state = advanced(attempt(), Mark(1, 1), {"core.lesson_status": "passed"}, False, MORNING)
    later = advanced(state, Mark(1, 2), {"core.lesson_status": "incomplete"}, False, MORNING + timedelta(hours=1))
    assert (later.completed_at, later.passed_at) == (MORNING, MORNING)
    assert later.track.completion is Completion.INCOMPLETE


def test_names_of_the_learner_are_not_kept_with_the_elements() -> None:
    """Sabotage: keep every element."""
    said = {"core.student_id": "1", "core.student_name": "秀兰", "learner_name": "秀兰", "core.exit": "suspend"}
    assert advanced(attempt(), Mark(1, 1), said, False, MORNING).elements == {"core.exit": "suspend"}


def test_looking_changes_nothing_but_the_number() -> None:
    state = attempt(mode=Mode.REVIEW)
    after = advanced(state, Mark(1, 1), {"core.lesson_status": "passed"}, True, MORNING)
    assert after == replace(state, mark=Mark(1, 1))


def test_a_state_goes_into_a_scratch_and_comes_out_again() -> None:
    state = advanced(attempt(V2004), Mark(1, 1), {"location": "3", "score.scaled": "0.5"}, True, MORNING)
    assert msgspec.convert(msgspec.json.decode(msgspec.json.encode(msgspec.to_builtins(state))), State) == state
