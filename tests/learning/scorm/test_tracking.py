"""What a SCO says, read by the rules of both standards."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.learning.rules.scorm.times import interval, seconds_of, timespan
from lms.learning.rules.scorm.tracking import Completion, Score, Standard, Success, Terms, track

V12, V2004 = Standard.SCORM_12, Standard.SCORM_2004
NONE = Terms()


def of_12(status: str, terminated: bool = True, terms: Terms = NONE, **more: str) -> tuple[str, str]:
    read = track(V12, {"core.lesson_status": status, **more}, terms, terminated)
    return read.completion.value, read.success.value


@pytest.mark.parametrize(
    ("status", "completion", "success"),
    [
        ("passed", "completed", "passed"),
        ("failed", "completed", "failed"),
        ("completed", "completed", "unknown"),
        ("incomplete", "incomplete", "unknown"),
        ("browsed", "incomplete", "unknown"),
        ("not attempted", "completed", "unknown"),
        ("", "completed", "unknown"),
        ("nonsense", "completed", "unknown"),
    ],
)
def test_one_word_of_12_says_two_things(status: str, completion: str, success: str) -> None:
    """Sabotage: take failed for incomplete."""
    assert of_12(status) == (completion, success)


def test_a_silent_sco_is_completed_only_when_it_has_ended_for_good() -> None:
    """golf-minimum. Sabotage: complete it at every commit."""
    assert of_12("", terminated=False) == ("not attempted", "unknown")
    assert of_12("", **{"core.exit": "suspend"}) == ("incomplete", "unknown")


@pytest.mark.parametrize(("raw", "success"), [("80", "passed"), ("79.9", "failed"), ("", "unknown"), ("x", "unknown")])
def test_the_mastery_score_of_12_decides_at_the_end(raw: str, success: str) -> None:
    """Sabotage: compare with >."""
    terms = Terms(mastery=80)
    assert of_12("completed", terms=terms, **{"core.score.raw": raw}) == ("completed", success)
    assert of_12("completed", terminated=False, terms=terms, **{"core.score.raw": raw})[1] == "unknown"


def test_a_half_done_sco_is_judged_by_nobody() -> None:
    assert of_12("incomplete", terms=Terms(mastery=80), **{"core.score.raw": "10"}) == ("incomplete", "unknown")


@pytest.mark.parametrize(
    ("found", "terms", "expected"),
    [
        ({"completion_status": "completed", "success_status": "failed"}, NONE, ("completed", "failed")),
        ({"completion_status": "incomplete", "success_status": "passed"}, NONE, ("incomplete", "passed")),
        ({"completion_status": "incomplete", "progress_measure": "0.8"}, Terms(None, 0.8), ("completed", "unknown")),
        ({"completion_status": "completed", "progress_measure": "0.7"}, Terms(None, 0.8), ("incomplete", "unknown")),
        ({"success_status": "failed", "score.scaled": "0.8"}, Terms(0.8), ("completed", "passed")),
        ({"success_status": "passed", "score.scaled": "0.79"}, Terms(0.8), ("completed", "failed")),
        ({"success_status": "passed", "score.raw": "10"}, Terms(0.8), ("completed", "passed")),
        ({"exit": "suspend"}, NONE, ("unknown", "unknown")),
        ({}, NONE, ("completed", "unknown")),
    ],
)
def test_the_two_words_of_2004(found: dict[str, str], terms: Terms, expected: tuple[str, str]) -> None:
    """Sabotage: let success complete, or raw judge mastery."""
    read = track(V2004, found, terms, terminated=True)
    assert (read.completion.value, read.success.value) == expected


def test_without_credit_the_manifest_judges_nothing() -> None:
    found = {"success_status": "unknown", "score.scaled": "1"}
    assert track(V2004, found, Terms(0.5), terminated=True, credit=False).success is Success.UNKNOWN


@pytest.mark.parametrize(
    ("score", "share"),
    [
        (Score(scaled=0.8, raw=10), 0.8),
        (Score(scaled=-0.5), 0.0),
        (Score(raw=85), 0.85),
        (Score(raw=5, min=0, max=10), 0.5),
        (Score(raw=15, min=10, max=20), 0.5),
        (Score(raw=150, max=100), 1.0),
        (Score(raw=5, min=10, max=10), None),
        (Score(), None),
    ],
)
def test_the_share_is_ours_and_the_parts_are_the_scos(score: Score, share: float | None) -> None:
    """Sabotage: divide raw by 100 whatever max says."""
    assert score.share == share


def test_no_part_of_a_score_is_made_of_another() -> None:
    """xAPI-Spec #629. Sabotage: fill scaled in from raw."""
    assert track(V2004, {"score.raw": "85", "score.max": "100"}, NONE, False).score.scaled is None


@given(st.dictionaries(st.sampled_from(["core.lesson_status", "core.score.raw", "completion_status", "score.scaled", "progress_measure", "total_time", "core.total_time", "exit", "core.exit"]), st.text(max_size=30)), st.sampled_from(Standard), st.booleans())  # fmt: skip
def test_whatever_a_sco_says_comes_out_as_something_that_can_be_kept(
    found: dict[str, str], standard: Standard, terminated: bool
) -> None:
    read = track(standard, found, Terms(80, 0.5), terminated)
    figures = (read.score.scaled, read.score.raw, read.progress, read.claimed_seconds)
    assert all(one is None or math.isfinite(one) for one in figures)
    assert read.score.share is None or 0 <= read.score.share <= 1
    assert isinstance(read.completion, Completion)
    assert not (terminated and read.completion is Completion.NOT_ATTEMPTED and standard is V12)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:00:05", 5),
        ("0000:10:00.50", 600.5),
        ("9999:59:59.99", 35999999.99),
        ("PT1H2M3.5S", 3723.5),
        ("P1DT1S", 86401),
        ("PT0S", 0),
        ("P", None),
        ("PT", None),
        ("5", None),
        ("", None),
        ("-00:00:05", None),
        ("00:61:00", None),
    ],
)
def test_time_in_either_hand(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == seconds


@given(st.floats(min_value=0, max_value=30_000_000))
def test_time_comes_back_as_it_was_written(seconds: float) -> None:
    """Sabotage: cut the hundredths off."""
    assert seconds_of(timespan(seconds)) == pytest.approx(seconds, abs=0.0051)
    assert seconds_of(interval(seconds)) == pytest.approx(seconds, abs=0.0051)
