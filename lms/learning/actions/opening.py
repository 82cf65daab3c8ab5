"""Opening a lesson that runs on the content host: a launch row, a token for its path, and the address to begin at."""

import base64
import secrets as random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import update

from lms.config import settings
from lms.foundation import clock
from lms.foundation.database import db
from lms.foundation.errors import NotFound, Refused
from lms.learning import queries
from lms.learning.actions import launching
from lms.learning.models import Launch
from lms.learning.queries.hosts import allowed_of_version
from lms.learning.queries.launches import GRACE, hash_of
from lms.learning.rules import isolation
from lms.publishing import queries as publishing
from lms.publishing.events import VersionStopped
from lms.publishing.links import origin_of
from lms.publishing.queries import LessonView

# As long as somebody may sit at one lesson; who comes back later opens it again and goes on where they were.
LIFE = timedelta(hours=12)
PREVIEW_LIFE = timedelta(hours=2)
ABROAD = "这一课放在别的网站上，主管部门还没有同意连过去。先学别的课，再问问班主任"
OWN_WINDOW = "OwnWindow"
RUNS = frozenset({"document", "sco", "au", "activity"})

# What a kind of lesson does when it is opened, given the launch, its token and the lesson: writes what the package will
# look for, and says where it begins, as a path on its host or a whole address. Kinds that are not here begin in their shell.
Beginning = Callable[[Launch, str, LessonView], str]
_BEGINNINGS: dict[str, Beginning] = {}


def begins(kind: str) -> Callable[[Beginning], Beginning]:
    """Name what a kind of lesson does when it is opened; in the transaction of the opening."""

    def keep(beginning: Beginning) -> Beginning:
        _BEGINNINGS[kind] = beginning
        return beginning

    return keep


@dataclass(frozen=True)
class Opened:
    """A launch that has begun; `url` is where its frame goes, or its tab where it wants a window of its own.

    The token is told once and never again. `session_id`, `beat_seconds` and `stopped` are those of the study session; there is none in previews and external launches.
    """

    launch_id: UUID
    token: str
    url: str
    registration: UUID
    session_id: UUID | None = None
    own_window: bool = False
    beat_seconds: int = 0
    stopped: str | None = None


def open_lesson(
    person_id: UUID,
    registration_id: UUID,
    lesson_id: UUID,
    device: str,
    ip: str,
    *,
    browser: UUID | None = None,
    return_url: str = "",
    device_token: str = "",
) -> Opened:
    """Open a package lesson of the person's own course: a study session and a launch; what else the person had open ends.

    `browser` is the signed-in browser (web_session.id) with which the launch lives and dies, `device_token` the device's
    own cookie. Raises NotFound for what is
    not theirs or runs no package.
    """
    lesson = publishing.lesson(lesson_id)
    if lesson.kind not in RUNS:
        raise NotFound()
    begun = launching.launch(person_id, registration_id, lesson_id, device, ip, device_token)
    registration = queries.registration(registration_id, person_id)
    _end(Launch.person_id == person_id, Launch.kind == "class")
    place = {name: getattr(registration, name) for name in ("tenant_id", "region_code", "plan_code")}
    opened = _open(
        lesson,
        kind="class",
        registration=registration_id,
        person_id=person_id,
        session_id=begun.session_id,
        actor=agent_of(person_id),
        browser=browser,
        tied=browser is not None,
        return_url=return_url,
        **place,
    )
    return replace(opened, beat_seconds=begun.beat_seconds, stopped=begun.stopped)


def preview(
    version_id: UUID,
    lesson_id: UUID,
    mode: str = "Normal",
    *,
    person_id: UUID,
    browser: UUID | None = None,
    return_url: str = "",
) -> Opened:
    """Open a lesson as a trainee would, with nothing recorded but the launch itself; for whoever may see the version.

    The registration is made up, the runtimes keep what they would record in launch.scratch. Raises NotFound.
    """
    version, lesson = publishing.version(version_id), _lesson_of(version_id, lesson_id)
    _end(Launch.person_id == person_id, Launch.kind == "preview")
    registration = uuid4()
    return _open(
        lesson,
        kind="preview",
        registration=registration,
        person_id=person_id,
        # Nobody learns who looked: the agent of a preview is made up with it.
        actor=agent_of(registration),
        browser=browser,
        tied=browser is not None,
        mode=mode,
        return_url=return_url,
        life=PREVIEW_LIFE,
        **_place_of(version),
    )


def open_external(
    version_id: UUID,
    lesson_id: UUID,
    actor: dict[str, Any],
    registration: UUID | None = None,
    mode: str = "Normal",
    return_url: str = "",
) -> Opened:
    """Open a lesson for an actor of another system; `registration` None begins a new one.

    Raises NotFound, and Refused when the version was stopped.
    """
    refusal = publishing.refuse_learning(version_id)
    if refusal:
        raise Refused(refusal, code="version_stopped")
    version, lesson = publishing.version(version_id), _lesson_of(version_id, lesson_id)
    return _open(
        lesson,
        kind="external",
        registration=registration or uuid4(),
        actor=actor,
        mode=mode,
        return_url=return_url,
        **_place_of(version),
    )


def end(launch_id: UUID, grace: timedelta = timedelta(0)) -> None:
    """The token of a launch opens nothing from now on, or from after a grace in which last words still arrive."""
    _end(Launch.id == launch_id, grace=grace)


def stopped(event: VersionStopped) -> None:
    """A version was stopped: nothing of it opens any more."""
    _end(Launch.version_id == event.version_id, grace=timedelta(0))


def agent_of(name: UUID) -> dict[str, Any]:
    """The xAPI agent of a person: an account named by an id, which says nothing about them."""
    return {"objectType": "Agent", "account": {"homePage": settings().app_origin, "name": str(name)}}


def _open(lesson: LessonView, life: timedelta = LIFE, mode: str = "Normal", **values: Any) -> Opened:
    token, now = _token(), clock.now()
    row = Launch(
        id=uuid4(),
        created_at=now,
        token_hash=hash_of(token),
        version_id=lesson.version_id,
        lesson_id=lesson.id,
        mode=mode,
        scratch={},
        expires_at=now + life,
        **{"tied": False, **values},
    )
    db.session.add(row)
    db.session.flush()
    begin = _BEGINNINGS.get(lesson.kind, _in_its_shell)
    url, own = _whole(begin(row, token, lesson), lesson.version_id), origin_of(lesson.version_id)
    # A lesson abroad has no frame of ours to be in; some AUs ask for a window of their own.
    own_window = lesson.settings.get("launch_method") == OWN_WINDOW or not url.startswith(own + "/")
    return Opened(row.id, token, url, row.registration, row.session_id, own_window)


def _in_its_shell(_launch: Launch, token: str, _lesson: LessonView) -> str:
    return f"/shell/{token}"


def _whole(where: str, version_id: UUID) -> str:
    """The whole address; one abroad is never fetched by us, and opens only by https on a host that was allowed."""
    own = origin_of(version_id)
    if where.startswith("/"):
        return own + where
    if not where.startswith(own + "/") and not isolation.may_go(where, allowed_of_version(version_id)):
        raise Refused(ABROAD, code="host_abroad")
    return where


def _end(*which: Any, grace: timedelta = GRACE) -> None:
    """End launches; last words of a lesson that is being left still arrive within the grace."""
    ending = update(Launch).where(Launch.ended_at.is_(None), *which).values(ended_at=clock.now() + grace, scratch={})
    db.session.execute(ending, execution_options={"synchronize_session": False})


def _lesson_of(version_id: UUID, lesson_id: UUID) -> LessonView:
    lesson = publishing.lesson(lesson_id)
    if lesson.version_id != version_id:
        raise NotFound()
    return lesson


def _place_of(version: publishing.VersionView) -> dict[str, Any]:
    return {name: getattr(version, name) for name in ("tenant_id", "region_code", "plan_code")}


def _token() -> str:
    """32 random bytes, base64url without padding."""
    return base64.urlsafe_b64encode(random.token_bytes(32)).rstrip(b"=").decode()
