"""Publishing the built-in course the way an institution does: uploaded by one person, approved by another."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from courses.catalogue import BuiltCourse
from lms.accounts import queries as accounts
from lms.foundation import jobs
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound, Refused
from lms.foundation.principal import Principal
from lms.plans import queries as plans
from lms.publishing import actions, files, queries
from lms.publishing.rules import State

WAIT_SECONDS = 300
_platform = Principal.system_of("catalogue")

Say = Callable[[str], object]


@dataclass(frozen=True)
class Publisher:
    """In whose name the built-in course appears."""

    tenant_id: UUID
    uploader_id: UUID
    reviewer_id: UUID


def publish(course: BuiltCourse, publisher: Publisher, say: Say = lambda _words: None) -> UUID:
    """Upload, check, submit and approve the course; done already, it says so. Gives the approved version's id.

    Raises Refused when the check refuses it. May be broken off and begun again at any point.
    """
    kept = {part: _keep(part, *file) for part, file in _parts(course).items()}
    version = _known(course, publisher, kept) or _receive(course, publisher, kept)
    if version.state is State.CHECKING:
        say("正在检查内置课")
        version = _checked(version, publisher)
    if version.state is State.REFUSED:
        raise Refused("内置课没有通过检查：" + "；".join(finding.what for finding in version.findings))
    if version.state in (State.CHECKED, State.RETURNED):
        with transaction(_principal(publisher.uploader_id)):
            actions.submit(version.id)
        version = _seen(version.id)
    if version.state is State.SUBMITTED:
        _approve(version, publisher)
        say(f"《{course.title}》已经上架")
    return version.id


def _parts(course: BuiltCourse) -> dict[str, tuple[Path, str]]:
    """Each part with the name that its file goes by; in a series the video's name is the lesson's title."""
    found: dict[str, tuple[Path, str]] = {}
    for number, lesson in enumerate(course.lessons, 1):
        place, name = (f"{number:02d}.", f"{lesson.title}.mp4") if len(course.lessons) > 1 else ("", lesson.mp4.name)
        found[f"{place}video"] = (lesson.mp4, name)
        found[f"{place}captions"] = (lesson.vtt, lesson.vtt.name)
        found[f"{place}quiz"] = (lesson.quiz, lesson.quiz.name)
    return found


def _keep(part: str, path: Path, name: str) -> files.KeptFile:
    with path.open("rb") as file:
        return files.keep(part, file, name)


def _known(course: BuiltCourse, publisher: Publisher, kept: dict[str, files.KeptFile]) -> queries.VersionView | None:
    with transaction(_platform):
        return queries.by_source(publisher.tenant_id, course.programme_code, files.source_hash(kept))


def _receive(course: BuiltCourse, publisher: Publisher, kept: dict[str, files.KeptFile]) -> queries.VersionView:
    with transaction(_principal(publisher.uploader_id)):
        version_id = actions.receive(
            actions.Offer(
                tenant_id=publisher.tenant_id,
                region_code=accounts.organisation(publisher.tenant_id).region_code,
                programme_code=course.programme_code,
                plan_code=plans.programme(course.programme_code).plan_code,
                title=course.title,
                declared_seconds=0,
                upload_token=uuid4(),
                files=kept,
                package_id=queries.package_named(publisher.tenant_id, course.programme_code, course.title),
            )
        )
    return _seen(version_id)


def _checked(version: queries.VersionView, publisher: Publisher) -> queries.VersionView:
    """Do the check here, or wait for the worker that was quicker."""
    end = time.monotonic() + WAIT_SECONDS
    while version.state is State.CHECKING and time.monotonic() < end:
        if version.job_id is None or not jobs.run(version.job_id):
            time.sleep(1)
        with transaction(_platform):
            failed = version.job_id is not None and jobs.find(version.job_id).state == "failed"
        if failed:
            with transaction(_principal(publisher.uploader_id)):
                actions.check_again(version.id)
        version = _seen(version.id)
    return version


def _approve(version: queries.VersionView, publisher: Publisher) -> None:
    with transaction(_principal(publisher.reviewer_id)):
        times = {lesson.number: lesson.measure.most_seconds for lesson in queries.lessons_of(version.id)}
        actions.approve(version.id, times)


def _seen(version_id: UUID) -> queries.VersionView:
    with transaction(_platform):
        return queries.version(version_id)


def _principal(person_id: UUID) -> Principal:
    with transaction(_platform):
        account = accounts.account(person_id)
    if account is None:
        raise NotFound()
    return account.principal
