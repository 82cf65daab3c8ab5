"""The working state of a study session, read under the person's lock: the session, and what its content has earned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row

from lms.config import settings
from lms.foundation.database import db
from lms.foundation.errors import NotFound
from lms.learning.models import StudySession
from lms.learning.rules.hours import Timeline
from lms.learning.rules.misses import Miss, Misses
from lms.learning.rules.places import Pages
from lms.learning.rules.reasons import Reason
from lms.learning.rules.statements import Scene
from lms.learning.rules.stretches import Stretches, length, tidy

VIDEO = "video"

# Driver SQL, one question for all that a beat is judged by: every beat asks it.
_SESSION = ", ".join(f"s.{column.name}" for column in StudySession.__table__.columns)
_LOAD = f"""select {_SESSION}, c.stretches, c.misses, c.places as spent, c.credited_ms, c.online_ms,
  h.state, h.starts_on, h.ends_on, (select max(id) from policy) as newest_policy,
  k.id as asked_id, k.issued_at, k.due_at, k.form, k.asked,
  (select jsonb_object_agg(b.seq, b.id) from beat b where b.session_id = s.id and b.seq = any(%(seqs)s)) as known
from study_session s
left join coverage c on c.person_id = s.person_id and c.content_hash = s.content_hash
left join cohort h on h.id = s.cohort_id
left join lease l on l.person_id = s.person_id
left join presence_check k on k.id = l.check_id
where s.id = %(session)s and s.person_id = %(person)s"""  # noqa: S608 - names of our own columns
_KEEP = """insert into coverage (person_id, content_hash, stretches, misses, places, credited_ms)
  values (%(person)s, %(content)s, %(stretches)s::jsonb, %(misses)s::jsonb, %(places)s::jsonb, %(credited)s)
  on conflict (person_id, content_hash) do update set stretches = excluded.stretches, misses = excluded.misses,
    places = excluded.places, credited_ms = excluded.credited_ms"""


@dataclass(frozen=True)
class Current:
    """A session with the coverage of its content; `known` maps the numbers asked about to the ids of beats that are here."""

    session: Row[Any]
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
    row = db.session.connection().exec_driver_sql(_LOAD, values).first()
    if row is None:
        raise NotFound()
    known = {int(seq): UUID(id) for seq, id in (row.known or {}).items()}
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
