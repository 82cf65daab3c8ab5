"""The accrual rule: honest controls and attacks of hours.md, each as the seconds it may earn."""

from datetime import UTC, date, datetime, timedelta

from lms.learning.rules.hours import Earned, Interval, Standing, Timeline, accrue, class_hours
from lms.learning.rules.reasons import Reason
from tests.learning.study import MORNING, Study, defaults


def test_h1_a_full_honest_lesson_is_one_class_hour(policy):
    """Sabotage: take a second off each interval."""
    study = Study(policy).watch(0, 2700)
    assert study.credited_s == 2700
    assert class_hours(2_700_000, policy) == 1
    assert class_hours(2_699_999, policy) == 0
    assert not study.reasons


def test_h2_a_night_between_two_halves_costs_nothing(policy):
    study = Study(policy).watch(0, 1350).wait(9 * 3600).watch(1350, 2700)
    assert study.credited_s == 2700


def test_h3_a_short_break_of_the_line_loses_at_most_twenty_seconds(policy):
    """Sabotage: let any late beat lose its whole interval."""
    for broken in (30, 40, 50):
        study = Study(policy).watch(0, 300)
        study.beat(30 + broken, (300, 330 + broken))
        study.watch(330 + broken, 2700)
        assert 2700 - 20 <= study.credited_s <= 2700


def test_h3_what_the_break_lost_can_be_watched_again(policy):
    study = Study(policy).watch(0, 300)
    study.beat(80, (300, 380))
    study.watch(380, 2700)
    assert (study.credited_s, study.reasons) == (2680, {"gap"})
    study.watch(360, 380)
    assert study.credited_s == 2700


def test_h3_a_long_break_loses_that_gap_only_and_the_lesson_goes_on(policy):
    """Sabotage: let a gap earn its first 60 seconds however long it is."""
    study = Study(policy).watch(0, 300)
    answer = study.beat(120, (300, 420))
    assert (answer.credited_ms, answer.parts[0].reason) == (0, Reason.GAP)
    study.watch(420, 2700)
    assert study.credited_s == 2580
    assert study.watch(300, 420).credited_s == 2700


def test_beats_that_the_phone_kept_are_recorded_and_earn_nothing(policy):
    """Sabotage: credit kept beats by what they claim."""
    study = Study(policy).watch(0, 60)
    answer = study.beat(600, (60, 660), kept=True)
    part = answer.parts[0]
    assert (part.credited_ms, part.reason, part.claimed_ms) == (0, Reason.OFFLINE, 600_000)
    assert answer.left == ((60_000, 660_000),)


def test_kept_beats_within_the_longest_gap_count_as_a_gap_does(policy):
    study = Study(policy)
    assert study.beat(60, (0, 60), kept=True).credited_ms == 60_000


def test_h5_watching_five_minutes_again_takes_nothing_away(policy):
    study = Study(policy).watch(0, 900).watch(600, 900).watch(900, 2700)
    assert study.credited_s == 2700
    assert study.reasons == {"already_covered"}


def test_h10_the_last_short_beat_counts(policy):
    study = Study(policy, length_s=612).watch(0, 612)
    assert study.credited_s == 612
    assert study.parts[-1].observed_ms == 12_000


def test_h12_no_clock_of_the_phone_is_asked(policy):
    """The interval holds server times alone; there is no field a client's clock could come in by."""
    assert set(Interval.__slots__) == {"started_at", "ended_at", "claimed", "kept"}


def test_a02_burst_pouring_earns_the_seconds_that_passed(policy):
    """Sabotage: drop the server's time from the minimum."""
    study = Study(policy)
    for n in range(90):
        study.beat(5 / 90, (n * 30, n * 30 + 30))
    assert study.credited_s <= 5
    assert study.answers[0].too_fast
    assert study.reasons == {"too_fast"}


def test_a06_the_same_stretch_again_earns_nothing(policy):
    """Sabotage: leave the covered set as it was."""
    study = Study(policy)
    answers = [study.beat(30, (0, 30)).credited_ms for _ in range(100)]
    assert answers == [30_000, *[0] * 99]


def test_a09_a_frozen_picture_earns_nothing(policy):
    study = Study(policy)
    for _ in range(90):
        study.beat(30)
    assert (study.credited_s, study.reasons) == (0, {"no_progress"})


def test_a10_a_seek_to_the_end_earns_what_was_played(policy):
    study = Study(policy).watch(0, 60).watch(2640, 2700)
    assert study.credited_s == 120


def test_a11_a_loop_of_five_minutes_earns_five_minutes(policy):
    study = Study(policy)
    for _ in range(9):
        study.watch(0, 300)
    assert (study.at - MORNING, study.credited_s) == (timedelta(seconds=2700), 300)


def test_a12_double_speed_earns_server_time_and_the_rest_when_watched_again(policy):
    """Sabotage: let everything that was played join the covered set."""
    study = Study(policy).watch(0, 2700, rate=2)
    assert study.credited_s <= 1350
    assert study.reasons == {"too_fast"}
    assert all(answer.too_fast for answer in study.answers)
    assert study.watch(0, 2700).credited_s == 2700


def test_a12_a_programme_may_void_what_was_too_fast():
    """Sabotage: ignore the policy's void_too_fast."""
    study = Study(defaults(void_too_fast=1)).watch(0, 2700, rate=2)
    assert (study.credited_s, study.reasons) == (0, {"too_fast"})
    assert study.watch(0, 2700).credited_s == 2700


def test_a13_sixteen_times_the_speed_earns_server_time(policy):
    study = Study(policy).watch(0, 2700, rate=16)
    assert study.credited_s <= 169


def test_a22_the_day_is_full_at_eight_class_hours(policy):
    """Sabotage: apply the cap after the covered set has grown."""
    study = Study(policy)
    for _ in range(19):
        study.earned = Earned((), study.earned.day, study.earned.day_ms)
        study.watch(0, 2652)
    assert study.credited_s == 21_600
    assert "daily_limit" in study.reasons


def test_what_the_full_day_refused_earns_on_another_day(policy):
    today = Study(policy, earned=Earned((), date(2026, 11, 16), 21_595_000))
    today.beat(30, (0, 30))
    assert (today.credited_s, today.earned.covered) == (5, ((0, 5_000),))
    tomorrow = Study(policy, at=MORNING + timedelta(days=1), earned=today.earned)
    assert tomorrow.beat(30, (0, 30)).credited_ms == 25_000


def test_a22_a_run_over_midnight_goes_to_both_days(policy):
    """Sabotage: count days in UTC."""
    study = Study(policy, length_s=3600, at=datetime(2026, 11, 16, 15, 29, 45, tzinfo=UTC)).wait(15).watch(0, 3600)
    days = {day: sum(p.credited_ms for p in study.parts if p.day == day) for day in {p.day for p in study.parts}}
    assert days == {date(2026, 11, 16): 1_800_000, date(2026, 11, 17): 1_800_000}


def test_an_interval_over_midnight_is_two_rows(policy):
    study = Study(policy, at=datetime(2026, 11, 16, 15, 59, 50, tzinfo=UTC))
    first, second = study.beat(30, (0, 30)).parts
    assert (first.day, first.credited_ms, first.counted) == (date(2026, 11, 16), 10_000, ((0, 10_000),))
    assert (second.day, second.credited_ms, second.counted) == (date(2026, 11, 17), 20_000, ((10_000, 30_000),))
    assert first.ended_at == second.started_at


def test_a_gap_over_midnight_still_counts_sixty_seconds_in_all(policy):
    study = Study(policy, at=datetime(2026, 11, 16, 15, 59, 20, tzinfo=UTC))
    assert study.beat(80, (0, 80)).credited_ms == 60_000


def test_the_full_day_leaves_the_next_one_free(policy):
    full = Earned((), date(2026, 11, 16), 21_600_000)
    study = Study(policy, at=datetime(2026, 11, 16, 15, 59, 50, tzinfo=UTC), earned=full)
    first, second = study.beat(30, (0, 30)).parts
    assert (first.credited_ms, first.reason, second.credited_ms) == (0, Reason.DAILY_LIMIT, 20_000)
    assert study.earned.day_ms == 20_000


def test_a25_a_short_file_declared_long_earns_its_length(policy):
    """Sabotage: believe the approved study time over the probed length."""
    assert Timeline(1_200_000, 5_400_000).earnable_ms == 1_200_000
    study = Study(policy, length_s=1200, approved_s=5400).watch(0, 5400)
    assert study.credited_s == 1200
    assert "beyond_length" in study.reasons


def test_a_lesson_earns_no_more_than_was_approved(policy):
    study = Study(policy, length_s=1200, approved_s=1000).watch(0, 1200)
    assert (study.credited_s, study.reasons) == (1000, {"lesson_limit"})


def test_a_lesson_without_an_approved_time_earns_nothing(policy):
    lesson = Timeline(1_200_000, None)
    interval = Interval(MORNING, MORNING + timedelta(seconds=30), ((0, 30_000),))
    answer = accrue(interval, lesson, Earned(), policy, Standing())
    assert (answer.credited_ms, answer.parts[0].reason) == (0, Reason.NOT_APPROVED)


def test_what_forbids_an_interval_takes_all_of_it_and_says_so(policy):
    """Sabotage: forget one of the checks of the standing."""
    for standing, reason in (
        ({"enrolled": False}, "not_enrolled"),
        ({"class_open": False}, "class_not_open"),
        ({"holds_lease": False}, "concurrent_session"),
        ({"in_order": False}, "out_of_order"),
    ):
        study = Study(policy)
        part = study.beat(30, (0, 30), **standing).parts[0]
        assert (part.credited_ms, part.excluded_ms, part.reason) == (0, 30_000, reason)
        assert study.earned == Earned()


def test_a_clock_that_went_back_sees_no_time(policy):
    study = Study(policy)
    assert study.beat(-5, (0, 30)).credited_ms == 0


def test_a_hair_of_jitter_is_a_remainder_and_not_haste(policy):
    study = Study(policy)
    answer = study.beat(29.98, (0, 30))
    assert (answer.credited_ms, answer.parts[0].reason, answer.too_fast) == (29_980, Reason.REMAINDER, False)
    assert answer.left == ((29_980, 30_000),)
    study.beat(30.02, (29.98, 60))
    assert study.credited_s == 60


def test_a_refused_interval_of_days_is_one_row_on_the_day_the_beat_came(policy):
    study = Study(policy)
    answer = study.beat(3 * 86400, (0, 30), kept=True)
    assert [part.day for part in answer.parts] == [date(2026, 11, 19)]
