"""The life of a version, without app or database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.course import Finding, Level
from lms.publishing import rules
from lms.publishing.rules import Measure, State


def test_an_approved_version_goes_nowhere() -> None:
    """Sabotage: let APPROVED become RETURNED."""
    assert not any(rules.may_become(State.APPROVED, state) for state in State)


def test_nothing_is_approved_without_having_been_submitted() -> None:
    assert [state for state in State if rules.may_become(state, State.APPROVED)] == [State.SUBMITTED]


@given(st.integers(0, 50_000_000), st.integers(-10, 60_000), st.integers(0, 60_000))
def test_study_time_never_exceeds_what_was_probed(duration_ms: int, seconds: int, declared: int) -> None:
    """Sabotage: compare with the declared time, or with duration rounded up."""
    measure = Measure("video", duration_ms, declared)
    if rules.refuse_seconds(measure, seconds) is None:
        assert 0 < seconds * 1000 <= duration_ms
    assert measure.proposed_seconds * 1000 <= duration_ms


def test_a_quiz_earns_no_time() -> None:
    assert rules.refuse_seconds(Measure("quiz", 0, 0), 60) == "小测验不算学时"
    assert rules.refuse_seconds(Measure("quiz", 0, 0), 0) is None


def test_the_reviewer_is_somebody_else() -> None:
    """Sabotage: always None."""
    assert "自己上传" in str(rules.refuse_reviewer("a", "a"))
    assert rules.refuse_reviewer("a", "b") is None


def test_declaring_too_much_is_told_in_both_times() -> None:
    finding = rules.declared_too_long(45 * 60, 1_205_000)
    assert finding is not None
    assert finding.what == "申报 45 分钟，视频实际 20 分 05 秒，学时最多按 20 分 05 秒算"
    assert rules.declared_too_long(1205, 1_205_000) is None


@pytest.mark.parametrize(
    ("levels", "title"),
    [
        ([Level.FOUND], "检查通过，可以送审"),
        ([Level.FOUND, Level.WARNING], "可以送审，有 1 处请你看一眼"),
        ([Level.WARNING, Level.REFUSAL, Level.REFUSAL], "有 2 处要改"),
    ],
)
def test_the_report_in_a_sentence(levels: list[Level], title: str) -> None:
    assert rules.summary(Finding(level, "视频", "", "") for level in levels).title == title


def test_every_state_has_words_and_a_step() -> None:
    assert all(rules.WORDS[state][1] and 1 <= rules.step_now(state) <= 5 for state in State)


def test_lengths_are_spoken() -> None:
    assert [rules.spoken(s) for s in (8, 738, 2700, 3600, 4145)] == [
        "8 秒",
        "12 分 18 秒",
        "45 分钟",
        "1 小时 00 分",
        "1 小时 09 分 05 秒",
    ]
