"""An attempt's row: found and locked, begun, gone on with, and written with the commit that changed it.

The row of the attempt is locked before the person's lease (observing.observe), everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import bindparam, insert, select, text, update

from lms.foundation.database import db
from lms.learning.models import ScormAttempt, ScormNote
from lms.learning.queries.launches import LaunchView
from lms.learning.queries.registrations import RegistrationView
from lms.learning.rules.scorm.attempts import Mode
from lms.learning.rules.scorm.commits import Mark, State
from lms.learning.rules.scorm.tracking import Completion, Score, Standard, Success, Terms, Track

ATTEMPT, NOTE = ScormAttempt.__table__, ScormNote.__table__
MOST_NOTES = 300
MOST_WORDS = 2_000


@dataclass(frozen=True)
class Attempt:
    """An attempt that is kept, its row locked: whose it is, the launch of its last opening, and its state."""

    id: UUID
    cohort_id: UUID
    launch_id: UUID
    notes: int
    state: State


@dataclass(frozen=True)
class Commit:
    """What the log keeps of a commit besides its number."""

    kind: str
    changed: str
    user_agent: str
    at: datetime


# Built once: every commit asks it.
_FIND = (
    select(*ATTEMPT.c)
    .where(ATTEMPT.c.registration_id == bindparam("registration"), ATTEMPT.c.lesson_id == bindparam("lesson"))
    .order_by(ATTEMPT.c.number.desc())
    .limit(1)
    .with_for_update()
)
_SAID = (
    "sequence", "terminated", "completion", "success", "score_scaled", "score_raw", "score_min", "score_max", "progress",
    "total_seconds", "claimed_seconds", "location", "exit", "suspend_data", "completed_at", "passed_at",
)  # fmt: skip
# What state_of() looks at.
STATE = (
    *_SAID, "standard", "mastery", "threshold", "number", "run", "mode", "run_at", "run_seconds", "cmi",
)  # fmt: skip
# One round trip for the log and the row.
_KEEP = text(
    "with logged as (insert into scorm_commit"  # noqa: S608 - names of our own columns
    " (attempt_id, run, sequence, launch_id, session_id, received_at, user_agent, kind, changed)"
    " values (:id, :run, :sequence, :launch, :session, :now, :user_agent, :kind, :changed))"
    f" update scorm_attempt set {', '.join(f'{name} = :{name}' for name in _SAID)},"
    " cmi = cast(:cmi as jsonb), updated_at = :now where id = :id"
)


def latest(registration_id: UUID, lesson_id: UUID) -> Attempt | None:
    """The last attempt of a registration at a SCO, locked until the transaction ends; None where there is none."""
    row = db.session.execute(_FIND, {"registration": registration_id, "lesson": lesson_id}).first()
    return (
        None if row is None else Attempt(row.id, row.cohort_id, row.launch_id, row.notes, state_of(dict(row._mapping)))
    )


def begin(launch: LaunchView, registration: RegistrationView, state: State, entry: str) -> UUID:
    """Write a new attempt that belongs to the launch; its id."""
    whose = ("person_id", "cohort_id", "version_id", "tenant_id", "region_code", "plan_code")
    values = {
        **{name: getattr(registration, name) for name in whose},
        "id": (attempt_id := uuid4()),
        "created_at": state.run_at,
        "updated_at": state.run_at,
        "registration_id": registration.id,
        "lesson_id": launch.lesson_id,
        "number": state.number,
        "standard": state.standard,
        "mastery": state.terms.mastery,
        "threshold": state.terms.completion_threshold,
        "cmi": {},
        "notes": 0,
        **_run(state, launch, entry),
        **said_of(state),
    }
    db.session.execute(insert(ATTEMPT).values(**values))
    return attempt_id


def open_again(attempt: Attempt, state: State, launch: LaunchView, entry: str) -> None:
    """Write that the attempt was opened once more."""
    values = {**_run(state, launch, entry), "sequence": state.mark.sequence, "terminated": state.terminated}
    db.session.execute(update(ATTEMPT).where(ATTEMPT.c.id == attempt.id).values(**values))


def keep(attempt: Attempt, state: State, launch: LaunchView, commit: Commit) -> None:
    """Write what a commit has made of the attempt, and the commit into the log."""
    values = {
        **said_of(state),
        "id": attempt.id,
        "run": state.mark.run,
        "launch": launch.id,
        "session": launch.session_id,
        "cmi": cmi_of(state),
        "kind": commit.kind,
        "changed": commit.changed,
        "user_agent": commit.user_agent,
        "now": commit.at,
    }
    db.session.execute(_KEEP, values)


def cmi_of(state: State) -> str:
    """Every element but suspend_data, which has a column of its own; as JSON."""
    rest = {path: value for path, value in state.elements.items() if path != "suspend_data"}
    return msgspec.json.encode(rest).decode()


def note(attempt: Attempt, launch: LaunchView, kind: str, words: str, body: str, now: datetime) -> bool:
    """Keep what did not go in, or what the run-time told the SCO; False where an attempt has as many notes as it may."""
    if attempt.notes >= MOST_NOTES:
        return False
    values = {"attempt_id": attempt.id, "launch_id": launch.id, "at": now, "kind": kind, "words": words[:MOST_WORDS]}
    db.session.execute(insert(NOTE).values(**values, body=body))
    db.session.execute(update(ATTEMPT).where(ATTEMPT.c.id == attempt.id).values(notes=ATTEMPT.c.notes + 1))
    return True


def _run(state: State, launch: LaunchView, entry: str) -> dict[str, Any]:
    return {
        "run": state.mark.run,
        "launch_id": launch.id,
        "run_at": state.run_at,
        "run_seconds": state.run_seconds,
        "mode": state.mode,
        "entry": entry,
    }


def said_of(state: State) -> dict[str, Any]:
    """What a commit may change, by column."""
    track, score = state.track, state.track.score
    return {
        "sequence": state.mark.sequence,
        "terminated": state.terminated,
        "completion": track.completion,
        "success": track.success,
        "score_scaled": score.scaled,
        "score_raw": score.raw,
        "score_min": score.min,
        "score_max": score.max,
        "progress": track.progress,
        "total_seconds": state.total_seconds,
        "claimed_seconds": track.claimed_seconds,
        "location": track.location,
        "exit": track.exit,
        "suspend_data": track.suspend_data,
        "completed_at": state.completed_at,
        "passed_at": state.passed_at,
    }


def state_of(row: Mapping[str, Any]) -> State:
    """An attempt out of the columns of its row, STATE at least."""
    track = Track(
        Completion(row["completion"]),
        Success(row["success"]),
        Score(row["score_scaled"], row["score_raw"], row["score_min"], row["score_max"]),
        row["progress"],
        row["location"],
        row["suspend_data"],
        row["exit"],
        row["claimed_seconds"],
    )
    return State(
        Standard(row["standard"]),
        Terms(row["mastery"], row["threshold"]),
        row["number"],
        Mark(row["run"], row["sequence"]),
        Mode(row["mode"]),
        row["run_at"],
        row["run_seconds"],
        row["total_seconds"],
        row["terminated"],
        track,
        {**row["cmi"], "suspend_data": row["suspend_data"]} if row["suspend_data"] else row["cmi"],
        row["completed_at"],
        row["passed_at"],
    )
