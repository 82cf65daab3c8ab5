"""A course that we hold as a cmi5 package: written beside the data, then kept in the storage until it is swept up."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import select, update

from courses.cmi5.writing import Part, Unit, Written, identifier_for, refusal, write_package
from courses.course import Format, LessonKind
from lms.config import settings
from lms.foundation import clock, jobs
from lms.foundation.database import acting, db, transaction
from lms.foundation.errors import NotFound
from lms.foundation.principal import Principal
from lms.publishing import files
from lms.publishing.links import member_key
from lms.publishing.models.courses import PackageFile
from lms.publishing.queries import LessonView, VersionView

Told = Callable[[int, int], object]
_platform = Principal.system_of("downloads")

DOWNLOAD = "publishing.download"
STAYS = timedelta(days=2)
MOST_TRIES = 5


def key_of(job_id: UUID) -> str:
    """Where the package that a job wrote lies in the storage."""
    return f"exports/cmi5-{job_id}.zip"


def begin(version: VersionView) -> UUID:
    """Queue the writing for the acting person, once a day and content, and again where it failed; gives the job's id."""
    person, content = acting().person(), (version.content_hash or "")[:16]
    title = f"把《{version.title}》做成 cmi5 课程包"
    for attempt in range(1, MOST_TRIES + 1):
        key = f"{version.id}:{content}:{person}:{clock.today()}:{attempt}"
        job = jobs.enqueue(DOWNLOAD, {"version_id": str(version.id)}, key=key, title=title)
        if job.state != "failed":
            break
    return job.id


def job_of(version_id: UUID, job_id: UUID) -> jobs.Job:
    """The acting person's job of this version; raises NotFound."""
    job = jobs.find(job_id)
    if job.kind != DOWNLOAD or job.arguments["version_id"] != str(version_id):
        raise NotFound()
    return job


def is_there(job: jobs.Job) -> bool:
    """Whether what a job wrote can still be had; outside any transaction."""
    return job.state == "done" and files.storage().exists(key_of(job.id))


def sweep() -> None:
    """Take away what was written days ago; outside any transaction."""
    old = (jobs.Job.kind == DOWNLOAD, jobs.Job.state == "done", jobs.Job.finished_at < clock.now() - STAYS)
    query = select(jobs.Job.id).where(*old, jobs.Job.result != {}).limit(500)
    with transaction(_platform) as session:
        gone = list(session.scalars(query))
    for job_id in gone:
        files.storage().delete(key_of(job_id))
    with transaction(_platform) as session:
        session.execute(update(jobs.Job).where(jobs.Job.id.in_(gone)).values(result={}))


def members_of(version_id: UUID) -> list[tuple[str, str]]:
    """Path and SHA-256 of each file of a version, in order."""
    query = select(PackageFile.path, PackageFile.sha256).where(PackageFile.version_id == version_id)
    return [(path, digest) for path, digest in db.session.execute(query.order_by(PackageFile.path))]


def written(version: VersionView, lessons: list[LessonView], members: list[tuple[str, str]]) -> Written:
    """The course as courses.cmi5.writing takes it."""
    identifier = identifier_for(settings().app_origin, version.content_hash or version.id.hex)
    units = tuple(_unit(lesson) for lesson in lessons)
    parts = tuple(_part(path, member_key(digest)) for path, digest in members)
    return Written(version.title, identifier, Format(version.format), units, parts)


def why_not(version: VersionView, lessons: list[LessonView]) -> str | None:
    """Why a version cannot be had as cmi5; None when it can."""
    if version.content_hash is None:
        return "检查通过以后才能下载"
    return refusal(written(version, lessons, []))


def build(job_id: UUID, course: Written, told: Told) -> int:
    """Write the package and keep it; gives its size in bytes. File work alone: outside any transaction."""
    room = settings().data / "exporting"
    room.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=room, ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "course.zip"
        with path.open("wb") as out:
            write_package(course, out, told)
        with path.open("rb") as file:
            files.storage().put(key_of(job_id), file, "application/zip")
        return path.stat().st_size


def _unit(lesson: LessonView) -> Unit:
    media = []
    if lesson.media_key:
        media.append(_part("video.mp4", lesson.media_key))
    if lesson.captions_key:
        media.append(_part("captions.vtt", lesson.captions_key))
    kind = LessonKind(lesson.kind)
    return Unit(lesson.number, lesson.title, kind, lesson.entry, lesson.quiz, lesson.settings, tuple(media))


def _part(path: str, key: str) -> Part:
    return Part(path, lambda: files.chunks_of([key]))
