"""What a SCO says is kept: once, in its order, with the time that the server saw; then told to hours and to the record store."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from lms.config import settings
from lms.foundation import clock
from lms.foundation.database import transaction
from lms.foundation.errors import Conflict
from lms.learning.actions import completing, observing, sessions
from lms.learning.actions.scorm import attempts, glancing, scratch
from lms.learning.actions.scorm.attempts import Attempt, Commit
from lms.learning.actions.scorm.glancing import heard
from lms.learning.queries.launches import CONTENT, LaunchView, launch_of
from lms.learning.rules.scorm import elements, statements, words
from lms.learning.rules.scorm.bodies import Sent
from lms.learning.rules.scorm.commits import Mark, State, advanced, is_stale
from lms.learning.rules.scorm.elements import Leaves
from lms.lrs import actions as lrs

NOT_STARTED = "这一课还没有打开，回到课程页重新打开"
ELSEWHERE = "这一课在别处打开了，这里说的没有再存。以前存的都在"
TOO_LATE = "比这更新的进度已经存好了，这一份没有再存"


@dataclass(frozen=True)
class Outcome:
    """What became of a commit: kept, or refused with a code and a sentence; how the attempt stands; what hours answer."""

    state: State
    refused: str = ""
    sentence: str = ""
    hours: dict[str, Any] | None = None

    @property
    def status(self) -> str:
        """The status of the attempt in words."""
        return words.status(self.state.track.completion, self.state.track.success)


def take(token: str, host: str, sent: Sent, user_agent: str, ip: str) -> Outcome:
    """Take in a commit of the launch of a token, outside any transaction; raises as launch_of() and commit().

    The ordinary one, which only goes on, is read and written in one round trip each. Whatever else there is to do or to
    refuse, and who was not quick enough, stands in line: see commit().
    """
    found = glancing.commit(token, host, sent, user_agent, ip)
    if found:
        return Outcome(found.state, hours=found.hours)
    with transaction(CONTENT):
        return commit(launch_of(token, host), sent, user_agent, ip)


def commit(launch: LaunchView, sent: Sent, user_agent: str, ip: str) -> Outcome:
    """Keep what a SCO says, or refuse what came too late and write that down. Raises Conflict before the SCO was opened."""
    if not launch.records:
        return _in_scratch(launch, sent)
    attempt = attempts.latest(launch.registration, launch.lesson_id)
    if attempt is None:
        raise Conflict(NOT_STARTED, code="not_started")
    sent = sent.within(attempt.state.mark.run)
    if attempt.launch_id != launch.id:
        return _refuse(launch, attempt, sent, "opened_elsewhere", ELSEWHERE)
    if sent.mark == attempt.state.mark and not elements.difference(attempt.state.elements, _own(attempt.state, sent)):
        return Outcome(attempt.state)
    if is_stale(sent.mark, attempt.state.mark):
        return _refuse(launch, attempt, sent, "stale", TOO_LATE)
    return apply(launch, attempt, sent, user_agent, ip)


def apply(launch: LaunchView, attempt: Attempt, sent: Sent, user_agent: str, ip: str) -> Outcome:
    """Keep a commit that is not stale, and tell those who must know; the attempt is locked."""
    now, before = clock.now(), attempt.state
    after = advanced(before, sent.mark, sent.leaves, sent.terminated, now)
    changed = elements.difference(before.elements, after.elements)
    body = msgspec.json.encode(changed).decode()
    attempts.keep(attempt, after, launch, Commit(sent.kind, body, user_agent, now))
    told = _told(launch, attempt, after, now)
    if told:
        lrs.store(told, launch.tenant_id)
    return Outcome(after, hours=_tell_hours(launch, before, after, changed, now, ip))


def shown(launch: LaunchView, user_agent: str, ip: str) -> None:
    """An asset was opened: it says nothing, and being shown is all there is to it."""
    attempt = attempts.latest(launch.registration, launch.lesson_id)
    if attempt is not None:
        mark = Mark(attempt.state.mark.run, attempt.state.mark.sequence + 1)
        word = "core.lesson_status" if attempt.state.standard == "scorm12" else "completion_status"
        apply(launch, attempt, Sent(mark, "commit", False, {word: "completed"}), user_agent, ip)


def note(launch: LaunchView, lines: list[str]) -> bool:
    """Keep what the run-time told a SCO: refused values above all. False where there were too many."""
    attempt = attempts.latest(launch.registration, launch.lesson_id) if launch.records else None
    if attempt is None or attempt.launch_id != launch.id:
        return False
    return attempts.note(attempt, launch, "log", "\n".join(lines), "", clock.now())


def _in_scratch(launch: LaunchView, sent: Sent) -> Outcome:
    state = scratch.read(launch)
    if state is None:
        raise Conflict(NOT_STARTED, code="not_started")
    sent = sent.within(state.mark.run)
    if is_stale(sent.mark, state.mark):
        return Outcome(state, "stale", TOO_LATE)
    after = advanced(state, sent.mark, sent.leaves, sent.terminated, clock.now())
    scratch.keep(launch, after)
    return Outcome(after)


def _own(state: State, sent: Sent) -> Leaves:
    """The elements of a commit as they would be kept."""
    return advanced(state, sent.mark, sent.leaves, sent.terminated, state.run_at).elements


def _refuse(launch: LaunchView, attempt: Attempt, sent: Sent, code: str, sentence: str) -> Outcome:
    """Nothing is kept of it but that it came, and what it would have changed."""
    changed = elements.difference(attempt.state.elements, _own(attempt.state, sent))
    newest = attempt.state.mark
    said = f"{code}: {sent.mark.run}/{sent.mark.sequence} after {newest.run}/{newest.sequence}"
    attempts.note(attempt, launch, "refused", said, msgspec.json.encode(changed).decode(), clock.now())
    return Outcome(attempt.state, code, sentence)


def _told(launch: LaunchView, attempt: Attempt, after: State, now: datetime) -> list[statements.Statement]:
    if not after.mode.credit or launch.person_id is None:
        return []
    before = attempt.state
    scene = statements.Scene(
        origin=settings().app_origin,
        person_id=launch.person_id,
        registration_id=launch.registration,
        cohort_id=attempt.cohort_id,
        version_id=launch.version_id,
        lesson_id=launch.lesson_id,
        lesson_title=launch.lesson_title,
        attempt_id=attempt.id,
    )
    turn = statements.Turn(
        begins=before.mark.sequence == 0,
        ends=after.terminated and not before.terminated,
        first_completion=before.completed_at is None,
        seconds=max(0.0, (now - after.run_at).total_seconds()),
    )
    return [
        *statements.answered(scene, now, before.elements, after.elements),
        *statements.told(scene, now, turn, before.track, after.track),
    ]


def _tell_hours(
    launch: LaunchView, before: State, after: State, changed: dict[str, str | None], now: datetime, ip: str
) -> dict[str, Any] | None:
    """The server saw life at a place: hours judge what it is worth. What the SCO says of itself is heard by them last."""
    if launch.person_id is None or launch.session_id is None:
        return None
    body = heard(changed)
    answer = observing.observe(launch.person_id, launch.session_id, place=after.place, body=body, ip=ip)
    if after.completed_at is not None and before.completed_at is None and after.mode.credit:
        completing.complete_by_package(sessions.load(launch.session_id, launch.person_id).session, now)
    return None if answer is None else answer.as_json()
