"""What the server sees by itself: a package that saves or tells something shows that somebody is there, and where."""

from datetime import timedelta
from uuid import UUID, uuid4

import msgspec

from lms.learning.actions import beating, working
from lms.learning.actions.working import Work
from lms.learning.actions.writing import Change, Raw
from lms.learning.rules.answers import Answer

LONGEST_BODY = 4_000
# A package that chatters says no more than one that speaks: what repeats itself so soon is not kept again.
AGAIN = timedelta(seconds=5)


def observe(person_id: UUID, session_id: UUID, *, place: str = "", body: str, ip: str) -> Answer | None:
    """Keep a sign of life that the server saw in a session without a timeline, and judge it by rule 4.

    `place` is what the package says of where it is, "" where it says nothing; `body` what was seen, kept to 4,000 signs.
    None where nothing was kept: the session has ended, has a timeline, or was heard of just now at the same place.
    Called inside the transaction of what was seen; raises NotFound for a session that is not the person's.
    """
    work = working.take_up(person_id, session_id)
    return beating.see(work, place[:200], _raw(work, place, body), ip) if is_kept(work, place) else None


def glance(work: Work, place: str, body: str, ip: str) -> tuple[Change, Answer] | None:
    """The same of what was read without a lock and is_kept(): what is to be written if nobody was quicker, and the answer.

    None where there is more to do than that.
    """
    return beating.seen_at_once(work, place[:200], _raw(work, place, body), ip)


def is_kept(work: Work, place: str) -> bool:
    """Whether a sign of life is kept at all: in a session without a timeline that has not ended, and not the same so soon."""
    session = work.session
    repeats = work.at - session.last_at < AGAIN and place[:200] in ("", session.place)
    return not (work.current.is_video or session.ended_at is not None or repeats)


def _raw(work: Work, place: str, body: str) -> Raw:
    seen = msgspec.json.encode({"place": place[:200], "observed": body[:LONGEST_BODY].replace("\0", "")}).decode()
    return Raw(-work.session.observed_seq - 1, uuid4(), seen)
