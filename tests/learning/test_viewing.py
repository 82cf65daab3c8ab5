"""What the player is given: the ways and their sizes, the paces, the lock. The lock binds nobody: the ledger does."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.learning.rules import locks
from lms.learning.rules.misses import Miss
from lms.learning.rules.reasons import Reason
from lms.learning.rules.segments import Why
from lms.learning.rules.stretches import tidy
from lms.publishing.models.variants import LessonVariant
from tests.learning.classroom import CONTENT, an_open_class
from tests.people import SYSTEM

places = st.lists(st.tuples(st.integers(0, 600_000), st.integers(0, 600_000)), max_size=6)


@pytest.fixture
def room(people, turn_clock):
    """An open class whose video has a file, a sparing one and its sound alone."""
    room = an_open_class(people)
    with transaction(SYSTEM):
        for kind, size, height in (("240p", 3 << 20, 240), ("audio", 1 << 20, 0)):
            place = {
                "tenant_id": people.organisations["anyi"],
                "version_id": room.version_id,
                "lesson_id": room.video_id,
            }
            row = {"kind": kind, "language": "", "key": f"sha256/aa/{kind[:3] * 4}.mp4", "size_bytes": size}
            db.session.add(LessonVariant(**place, **row, bitrate=1, height=height))
    return room


@given(places, places)
def test_the_furthest_place_is_the_end_of_what_was_seen_counted_or_not(covered, missed) -> None:
    """Sabotage: look at what was covered alone: whoever lost the line could not go back to where the picture stood."""
    stretches = tidy(covered)
    misses = tuple(Miss(start, end, Reason.OFFLINE) for start, end in tidy(missed))
    ends = [end for _, end in (*stretches, *tidy(missed))]
    assert locks.furthest_ms(stretches, misses) == max([0, *ends])


def test_only_paces_that_count_stand_in_the_menu() -> None:
    assert locks.rates(100, again=False) == (75, 100)
    assert locks.rates(150, again=False) == (75, 100, 125, 150)
    assert locks.rates(100, again=True) == (75, 100, 125, 150, 200)


def test_the_server_says_how_far_a_first_viewing_may_go(room) -> None:
    """Sabotage: leave furthest_ms out of the answer."""
    trainee = room.trainee()
    trainee.open()
    assert trainee.watch(0, 90).as_json()["furthest_ms"] == 90_000
    assert trainee.watch(30, 60).as_json()["furthest_ms"] == 90_000


def test_what_was_jumped_over_never_accrues_whatever_the_player_does(room) -> None:
    """Sabotage: credit up to the place where the picture stands. A player without the lock gains nothing by it."""
    trainee = room.trainee()
    trainee.open()
    trainee.watch(0, 60, why=Why.SEEK)
    clock.turn(timedelta(seconds=30))
    answer = trainee.send(trainee.next(570, 600, Why.ENDED))
    assert answer.covered == ((0, 60_000), (570_000, 600_000)) and room.credited_s() == 90
    assert not answer.complete


def test_twice_as_fast_on_a_first_viewing_covers_no_more_than_the_clock_saw(room) -> None:
    """Sabotage: multiply by the rate that the phone names."""
    trainee = room.trainee()
    trainee.open()
    clock.turn(timedelta(seconds=30))
    answer = trainee.send(trainee.next(0, 60))
    assert room.credited_s() == 30 and answer.as_json()["covered"] == ((0, 30_000),)


def test_whichever_file_plays_the_cover_is_the_lesson_s(room) -> None:
    """H8: sound alone covers the same. Sabotage: key the coverage by the file that played."""
    trainee = room.trainee()
    trainee.open()
    trainee.watch(0, 60)
    assert {row.content_hash for row in room.rows()} == {CONTENT}
