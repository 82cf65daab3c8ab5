"""What a session tells the record store as it goes on and as it ends."""

from datetime import datetime

from lms.learning.actions.sessions import Current
from lms.learning.rules import statements
from lms.learning.rules.segments import ENDS, Followed, Segment, Why
from lms.learning.rules.statements import Statement
from lms.learning.rules.stretches import Stretches, length


def running(current: Current) -> Segment | None:
    """The run of play that the session was in the middle of."""
    start, end = current.session.segment_from_ms, current.session.segment_to_ms
    return None if start is None or end is None else (start, end)


def closing(current: Current, at: datetime) -> tuple[Statement, ...]:
    """A session ends: the run of play that was going on, and that the lesson was left."""
    segment, place_ms = running(current), current.session.position_ms
    told = (statements.played(current.scene, at, segment),) if segment else ()
    share = progress(current, current.covered)
    return (*told, statements.terminated(current.scene, at, place_ms, current.covered, share))


def going_on(
    current: Current, followed: Followed, why: Why, place_ms: int, covered: Stretches, at: datetime
) -> list[Statement]:
    """Beats came: each run of play that ended, and that play was paused or the lesson left."""
    scene, share = current.scene, progress(current, covered)
    told = [statements.played(scene, at, segment) for segment in followed.ended]
    if followed.ended and why in ENDS - {Why.SEEK}:
        told.append(statements.paused(scene, at, place_ms, covered, share))
    if why is Why.LEAVE:
        told.append(statements.terminated(scene, at, place_ms, covered, share))
    return told


def progress(current: Current, covered: Stretches) -> float:
    """The credited share of the lesson's length, from 0 to 1."""
    return length(covered) / current.session.length_ms
