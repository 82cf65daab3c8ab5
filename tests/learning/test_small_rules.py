"""Progress, misses, segments, deliveries, pictures, words and devices: the small rules of learning."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.learning.rules import misses as missed
from lms.learning.rules import pictures, words
from lms.learning.rules.advice import Again, Way, next_step
from lms.learning.rules.answers import Answer
from lms.learning.rules.deliveries import Sent, sort_out
from lms.learning.rules.devices import device_of
from lms.learning.rules.misses import Miss
from lms.learning.rules.progress import LessonState, is_complete, next_lesson, resume_at
from lms.learning.rules.reasons import Reason
from lms.learning.rules.segments import Why, follow
from lms.learning.rules.stretches import tidy
from tests.learning.study import Study, defaults


@pytest.mark.parametrize(
    ("credited_s", "earnable_s", "complete"),
    [
        (0, 600, False),
        (569, 600, False),
        (570, 600, True),
        (600, 600, True),
        (2669, 2700, False),
        (2670, 2700, True),
        (0, 0, False),
    ],
)
def test_a_lesson_is_complete_at_the_policy_s_share_of_credited_time(credited_s, earnable_s, complete):
    """Sabotage: forget that no more than half a minute may be missing from a long lesson."""
    assert is_complete(credited_s * 1000, earnable_s * 1000, defaults()) is complete


def test_the_next_lesson_is_the_first_that_is_not_done():
    lessons = [LessonState(uuid4(), n, str(n), "video", done=n < 3) for n in range(1, 5)]
    assert next_lesson(lessons).number == 3
    assert next_lesson(lessons[:2]) is None


def test_a_lesson_that_ran_to_its_end_begins_again_from_the_start():
    assert (resume_at(599_500, 600_000), resume_at(90_000, 600_000)) == (0, 90_000)


def test_a_later_reason_takes_the_place_of_an_earlier_one():
    """Sabotage: append the new misses to the old ones."""
    study = Study(defaults(), length_s=600)
    gap = study.beat(120, (0, 120))
    misses = missed.after((), gap.parts, study.earned.covered)
    fast = study.beat(30, (60, 180))
    misses = missed.after(misses, fast.parts, study.earned.covered)
    assert misses == (Miss(0, 60_000, Reason.GAP), Miss(90_000, 180_000, Reason.TOO_FAST))


@given(st.lists(st.tuples(st.integers(1, 120), st.integers(0, 500), st.integers(1, 120)), max_size=12))
def test_misses_never_hold_what_is_covered(steps):
    study, misses = Study(defaults(), length_s=600), ()
    for passed, start, played in steps:
        answer = study.beat(passed, (start, min(600, start + played)))
        misses = missed.after(misses, answer.parts, study.earned.covered)
    held = tidy((miss.start_ms, miss.end_ms) for miss in misses)
    assert sum(miss.ms for miss in misses) == sum(b - a for a, b in held)
    assert not any(a < d and c < b for a, b in held for c, d in study.earned.covered)


def test_segments_run_over_beats_and_end_where_play_ended():
    """Sabotage: end a segment with each beat."""
    first = follow(None, [(((0, 30_000),), Why.TICK), (((30_040, 60_000),), Why.TICK)])
    assert (first.ended, first.open) == ((), (0, 60_000))
    paused = follow(first.open, [(((60_000, 70_000),), Why.PAUSE)])
    assert (paused.ended, paused.open) == (((0, 70_000),), None)
    sought = follow((0, 70_000), [(((200_000, 210_000),), Why.TICK)])
    assert (sought.ended, sought.open) == (((0, 70_000),), (200_000, 210_000))


def sent(seq, start=0, end=0, why=Why.TICK):
    return Sent(uuid4(), seq, tidy([(start, end)]), end, why, "{}")


def test_beats_are_sorted_out_by_their_numbers():
    overtaken, onward = sort_out([sent(7), sent(3), sent(5)], 4)
    assert [beat.seq for beat in overtaken.beats] == [3] and not overtaken.kept
    assert [beat.seq for beat in onward.beats] == [5, 7] and onward.kept and onward.seq == 7


def test_an_empty_beat_at_a_start_or_pause_is_no_standstill():
    """Sabotage: write a row for every beat."""
    assert not sort_out([sent(1, why=Why.START)], 0)[1].worth_a_row
    assert not sort_out([sent(1, why=Why.PAUSE)], 0)[1].worth_a_row
    assert sort_out([sent(1)], 0)[1].worth_a_row
    assert sort_out([sent(1, 0, 9, Why.PAUSE)], 0)[1].worth_a_row


def test_a_day_is_a_strip_of_class_hours():
    cells = pictures.strip(4_050_000, 2_700_000, 8)
    assert len(cells) == 8
    assert cells[0].filled == cells[0].width and cells[1].filled == pytest.approx(cells[1].width / 2, abs=0.01)
    assert not any(cell.filled for cell in cells[2:])


def test_a_column_never_leaves_its_frame():
    bar = pictures.column(9_000_000, 9_000_000, 10_000_000)
    assert bar.credited_height == 90 and bar.lost_height == 10 and bar.lost_y == 0


def test_the_words_of_the_map_and_of_a_miss():
    """Sabotage: name the stretch by the length of the gap."""
    miss = Miss(190_000, 280_000, Reason.GAP)
    assert words.miss_title(miss) == "3:10 到 4:40 没有计入"
    assert words.miss_button(miss) == "从 3:10 补看"
    assert words.miss_button(Miss(0, 9, Reason.DAILY_LIMIT)) is None
    label = words.map_label(((0, 190_000), (280_000, 402_000)), (miss,), 720_000)
    assert label == "这一课 12 分钟：0:00 到 3:10 计入；3:10 到 4:40 没计入；4:40 到 6:42 计入"


@pytest.mark.parametrize(
    ("accrued", "reason", "full", "stop", "said"),
    [
        (30_000, None, False, False, "正在计入"),
        (0, Reason.GAP, False, False, "这一段没计入"),
        (0, Reason.ALREADY_COVERED, False, False, "这段计过了，往后看才计"),
        (0, Reason.DAILY_LIMIT, False, False, "今天计满了"),
        (0, None, False, False, "正在看，待确认"),
        (0, None, True, False, "这一课计满了"),
        (30_000, None, False, True, "在另一台设备上学"),
    ],
)
def test_counting_is_said_only_when_something_was_counted(accrued, reason, full, stop, said):
    """Sabotage: say 正在计入 while the video runs."""
    assert words.live(accrued, reason, full, stop)[1] == said


def test_an_answer_says_everything_in_words():
    miss = Miss(60_000, 90_000, Reason.OFFLINE)
    answer = Answer(
        0,
        Reason.OFFLINE,
        ((60_000, 90_000),),
        ((0, 60_000),),
        (miss,),
        60_000,
        600_000,
        600_000,
        60_000,
        21_600_000,
        30,
    )
    said = answer.as_json()
    assert said["credited"] is False and said["why"].startswith("那时断网了")
    assert said["misses"][0]["title"] == "1:00 到 1:30 没有计入"
    assert said["day"] == "今天一共计入 1 分钟"


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36 MicroMessenger/8.0",
            "phone",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148", "phone"),
        ("Mozilla/5.0 (iPad; CPU OS 16_0 like Mac OS X) Mobile/15E148", "tablet"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120", "desktop"),
        ("", "desktop"),
    ],
)
def test_what_a_browser_says_it_is(agent, device):
    assert device_of(agent) == device


@pytest.mark.parametrize(
    ("told", "way", "says"),
    [
        ({"waiting_ms": 95_000, "full": True}, Way.ANSWER, "1 分 35 秒先放着，待确认。11月24日 10:33以前补答"),
        ({"full": True}, None, "要等明天"),
        ({"again": Again("拍照", 120_000, 900_000)}, Way.AGAIN, "2 分钟没计入"),
        ({}, Way.ON, "记在这里"),
        ({"lesson": None}, None, "重看不再计学时"),
    ],
)
def test_one_thing_to_do_next_the_most_urgent_first(told, way, says) -> None:
    """Sabotage: send somebody to watch again what an answer would give back."""
    given = {"waiting_ms": 0, "until": "11月24日 10:33", "full": False, "again": None, "lesson": "定价"} | told
    step = next_step(**given)
    assert step.way is way
    assert says in step.words
