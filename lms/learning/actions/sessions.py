"""The working state of a study session, read under the person's lock: the session, and what its content has earned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec

from lms.config import settings
from lms.foundation.database import at_once, db
from lms.foundation.errors import NotFound
from lms.foundation.principal import Principal
from lms.learning.rules.hours import Timeline
from lms.learning.rules.misses import Miss, Misses
from lms.learning.rules.places import Pages
from lms.learning.rules.reasons import Reason
from lms.learning.rules.statements import Scene
from lms.learning.rules.stretches import Stretches, length, tidy

VIDEO = "video"

# One question for all that a sign of life is judged by (0022): inside a transaction, or as a transaction of its own.
_READ = "select * from study_read(%(person)s, %(session)s, %(seqs)s)"
_READ_AS = "select * from study_read_as(%(person)s, %(session)s, '{}')"
_KEEP = """insert into coverage (person_id, content_hash, stretches, misses, places, credited_ms)
  values (%(person)s, %(content)s, %(stretches)s::jsonb, %(misses)s::jsonb, %(places)s::jsonb, %(credited)s)
  on conflict (person_id, content_hash) do update set stretches = excluded.stretches, misses = excluded.misses,
    places = excluded.places, credited_ms = excluded.credited_ms"""


@dataclass(frozen=True)
class Current:
    """A session with the coverage of its content; `known` maps the numbers asked about to the ids of beats that are here."""

    session: Any
    covered: Stretches
    misses: Misses
    spent: Mapping[str, int]
    credited_ms: int
    online_ms: int
    known: Mapping[int, UUID]

    @property
    def is_video(self) -> bool:
        """Whether the lesson has a timeline."""
        return bool(self.session.kind == VIDEO)

    @cached_property
    def lesson(self) -> Timeline | Pages:
        """Length, places and approved time as they were when the session began."""
        if self.is_video:
            return Timeline(self.session.length_ms, self.session.approved_ms)
        return Pages(self.session.approved_ms, self.session.places)

    @property
    def scene(self) -> Scene:
        """What its statements share."""
        return scene_of(self.session)


def load(session_id: UUID, person_id: UUID, seqs: Sequence[int] = ()) -> Current:
    """Read a session of this very person, after the lease is locked; raises NotFound."""
    values = {"session": session_id, "person": person_id, "seqs": list(seqs)}
    row = db.session.connection().exec_driver_sql(_READ, values).first()
    if row is None:
        raise NotFound()
    return current_of(row)


def glance(session_id: UUID, principal: Principal) -> Any:
    """The row of the same with the lease, locked by nobody: the lease's version tells later whether it still holds.

    Raises NotFound.
    """
    rows = at_once(principal, _READ_AS, {"session": session_id, "person": principal.person()})
    if not rows:
        raise NotFound()
    return rows[0]


def current_of(row: Any) -> Current:
    """A row of study_read() (0022), with whatever else stands beside it."""
    known = {int(seq): UUID(id) for seq, id in row.known.items()} if row.known else {}
    return Current(
        row,
        tidy(row.stretches or ()),
        misses_of(row.misses),
        row.spent or {},
        row.credited_ms or 0,
        row.online_ms or 0,
        known,
    )


def keep_coverage(
    person_id: UUID, content_hash: str, covered: Stretches, misses: Misses, places: Mapping[str, int] | None = None
) -> None:
    """Write what a person has been credited in a content, and what was missed."""
    values = {
        "person": person_id,
        "content": content_hash,
        "stretches": msgspec.json.encode(covered).decode(),
        "misses": msgspec.json.encode([[miss.start_ms, miss.end_ms, miss.reason] for miss in misses]).decode(),
        "places": msgspec.json.encode(places or {}).decode(),
        "credited": length(covered) + sum((places or {}).values()),
    }
    db.session.connection().exec_driver_sql(_KEEP, values)


def misses_of(rows: list[Any] | None) -> Misses:
    """Read the misses as the table keeps them."""
    return tuple(Miss(start, end, Reason(reason)) for start, end, reason in rows or ())


def scene_of(session: Any) -> Scene:
    """What the statements of a session share."""
    return Scene(
        origin=settings().app_origin,
        person_id=session.person_id,
        registration_id=session.registration_id,
        cohort_id=session.cohort_id,
        version_id=session.version_id,
        lesson_id=session.lesson_id,
        lesson_title=session.lesson_title,
        session_id=session.id,
        length_ms=session.length_ms,
    )
