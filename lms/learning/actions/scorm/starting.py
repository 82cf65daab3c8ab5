"""A SCO is opened: which attempt goes on or begins, and all that its run-time is filled with before it may begin."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from lms.accounts import queries as accounts
from lms.foundation import clock
from lms.foundation.errors import NotFound, Refused
from lms.learning import queries
from lms.learning.actions import opening
from lms.learning.actions.scorm import attempts, committing, scratch
from lms.learning.actions.scorm.attempts import Attempt
from lms.learning.models import Launch
from lms.learning.queries import scorm
from lms.learning.queries.launches import LaunchView
from lms.learning.rules.scorm import attempts as rules
from lms.learning.rules.scorm.attempts import Mode
from lms.learning.rules.scorm.bodies import Kept
from lms.learning.rules.scorm.commits import State, begun, may_follow, opened_again
from lms.learning.rules.scorm.data import Learner, Sco, sco_of, start_data
from lms.learning.rules.scorm.tracking import Standard
from lms.publishing import queries as publishing
from lms.publishing.queries import LessonView

CLOSED = "还不能学这一课：要先学完{names}"


@dataclass(frozen=True)
class Started:
    """What the shell needs: the attempt (None: nothing is kept), the number of this opening, the elements, the SCO's address."""

    attempt_id: UUID | None
    run: int
    standard: Standard
    data: dict[str, str]
    entry: str
    asset: bool


@opening.begins("sco")
def begin(launch: Launch, token: str, lesson: LessonView) -> str:
    """Let a SCO be opened in its shell, if what the manifest asks for before it is learnt.

    Raises Refused with what must be learnt first, NotFound for an actor from outside: that is for cmi5.
    """
    if launch.kind == "external":
        raise NotFound()
    if launch.kind == "class":
        missing = scorm.missing_before(launch.registration, lesson)
        if missing:
            names = "、".join(f"“{title}”" for title in missing[:3]) + ("等" if len(missing) > 3 else "")
            raise Refused(CLOSED.format(names=names), code="prerequisites")
    return f"/shell/{token}"


def start(launch: LaunchView, kept: Kept | None, user_agent: str, ip: str) -> Started:
    """Open the SCO of a launch, `kept` first where nothing newer has come since; the shell of before is too late from now on."""
    lesson = publishing.lesson(launch.lesson_id)
    standard = Standard(publishing.version(launch.version_id).format)
    sco, mode, now = sco_of(standard, lesson.settings), Mode.of_launch(launch.mode), clock.now()
    if not launch.records or launch.person_id is None:
        state, entry = _opened(sco, mode, scratch.read(launch), now)
        scratch.keep(launch, state)
        return _started(sco, lesson, None, state, entry, Learner(launch.actor["account"]["name"], "预览"))
    attempt = _with_kept(launch, attempts.latest(launch.registration, launch.lesson_id), kept, user_agent, ip)
    state, entry = _opened(sco, mode, attempt.state if attempt else None, now)
    attempt_id = _write(launch, attempt, state, entry)
    if sco.asset and not (attempt and attempt.state.completed_at):
        committing.shown(launch, user_agent, ip)
    known = accounts.people([launch.person_id])[launch.person_id]
    return _started(sco, lesson, attempt_id, state, entry, Learner(str(launch.person_id), known.name))


def _with_kept(
    launch: LaunchView, attempt: Attempt | None, kept: Kept | None, user_agent: str, ip: str
) -> Attempt | None:
    """The last attempt, after what a browser had kept back for it."""
    if attempt is None or kept is None or kept.attempt_id != attempt.id:
        return attempt
    if not may_follow(kept.sent.mark, attempt.state.mark):
        return attempt
    committing.apply(launch, attempt, replace(kept.sent, kind="kept"), user_agent, ip)
    return attempts.latest(launch.registration, launch.lesson_id)


def _opened(sco: Sco, mode: Mode, before: State | None, now: datetime) -> tuple[State, str]:
    """The attempt as it is opened, and cmi.entry."""
    decided = rules.opening(sco.standard, before.last if before else None, mode)
    if before is None or decided.fresh:
        return begun(sco.standard, sco.terms, decided.number, mode, now), decided.entry
    return opened_again(before, mode, now), decided.entry


def _write(launch: LaunchView, attempt: Attempt | None, state: State, entry: str) -> UUID:
    if attempt is None or state.number != attempt.state.number:
        registration = queries.registration(launch.registration, _person(launch))
        return attempts.begin(launch, registration, state, entry)
    attempts.open_again(attempt, state, launch, entry)
    return attempt.id


def _started(
    sco: Sco, lesson: LessonView, attempt_id: UUID | None, state: State, entry: str, learner: Learner
) -> Started:
    data = start_data(sco, learner, state.mode, entry, state.total_seconds, state.elements)
    return Started(attempt_id, state.mark.run, sco.standard, data, lesson.entry, sco.asset)


def _person(launch: LaunchView) -> UUID:
    if launch.person_id is None:
        raise NotFound()
    return launch.person_id
