"""Uploads for tests: three real files, kept in the storage or posted as a form."""

import io
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient

from lms.foundation import jobs
from lms.foundation.database import transaction
from lms.publishing import actions, files, queries
from tests import videos
from tests.courses import sheets
from tests.people import RURAL_ECOMMERCE, SYSTEM, Cast

VTT = "WEBVTT\n\n00:01.000 --> 00:03.500\n荔枝怎么装箱\n\n00:04.000 --> 00:07.500\n先预冷，再装\n"


@cache
def video_bytes(seconds: float = 8, tone: int = 440) -> bytes:
    """A real video, made once a run."""
    return videos.make(Path(mkdtemp()) / "lesson.mp4", seconds=seconds, tone=tone).read_bytes()


@cache
def sheet_bytes() -> bytes:
    """A real quiz sheet with five questions."""
    return sheets.good(Path(mkdtemp()) / "quiz.xlsx").read_bytes()


def form(**changed: Any) -> dict[str, Any]:
    """What a browser sends; a file is (bytes, name)."""
    fields: dict[str, Any] = {
        "title": "荔枝怎么装箱",
        "programme_code": RURAL_ECOMMERCE,
        "upload_token": str(uuid4()),
        "video": (video_bytes(), "第一课.mp4"),
        "captions": (VTT.encode(), "字幕.vtt"),
        "quiz": (sheet_bytes(), "测验.xlsx"),
        **changed,
    }
    return {
        name: (io.BytesIO(v[0]), v[1]) if isinstance(v, tuple) else v for name, v in fields.items() if v is not None
    }


def post(client: FlaskClient, **changed: Any) -> Any:
    """Send the upload form."""
    return client.post("/packages/new", data=form(**changed), content_type="multipart/form-data")


def received(people: Cast, by: str = "liumin", **changed: Any) -> UUID:
    """A version whose check is queued, as the upload page makes it."""
    content = {"video": video_bytes(), "captions": VTT.encode(), "quiz": sheet_bytes(), **changed.pop("content", {})}
    kept = {part: files.keep(part, io.BytesIO(data), f"{part}{files.SUFFIXES[part]}") for part, data in content.items()}
    kept["quiz"] = files.KeptFile("quiz", kept["quiz"].key, "quiz.xlsx", kept["quiz"].size, kept["quiz"].sha256)
    principal = people.principal(by)
    offer = {
        "tenant_id": principal.tenant(),
        "region_code": "440606",
        "programme_code": RURAL_ECOMMERCE,
        "plan_code": "P06",
        "title": "荔枝怎么装箱",
        "declared_seconds": 0,
        "upload_token": uuid4(),
        "files": kept,
        **changed,
    }
    with transaction(principal):
        return actions.receive(actions.Offer(**offer))


def checked(people: Cast, **changed: Any) -> queries.VersionView:
    """A version after its check, whatever came of it."""
    version_id = received(people, **changed)
    run_check(version_id)
    return seen(version_id)


def run_check(version_id: UUID) -> None:
    """Be the worker."""
    job_id = seen(version_id).job_id
    assert job_id is not None
    jobs.run(job_id)


def seen(version_id: UUID) -> queries.VersionView:
    """A version, as the platform sees it."""
    with transaction(SYSTEM):
        return queries.version(version_id)


def lessons(version_id: UUID) -> list[queries.LessonView]:
    """The lessons of a version, as the platform sees them."""
    with transaction(SYSTEM):
        return queries.lessons_of(version_id)


def submitted(people: Cast, **changed: Any) -> queries.VersionView:
    """A version that waits for review."""
    version = checked(people, **changed)
    with transaction(people.principal("liumin")):
        actions.submit(version.id)
    return seen(version.id)


def approved(people: Cast, **changed: Any) -> queries.VersionView:
    """A version in the catalogue, its study time as long as the video."""
    version = submitted(people, **changed)
    with transaction(people.principal("hequan")):
        actions.approve(
            version.id, {lesson.number: lesson.measure.most_seconds for lesson in queries.lessons_of(version.id)}
        )
    return seen(version.id)
