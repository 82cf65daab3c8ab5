"""The export job of the audit: makes the file, keeps it, writes the result once."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from flask import current_app

from lms.accounts import auditing
from lms.accounts.actions import audit_exports
from lms.accounts.queries.audit import Filters, audit_export
from lms.config import settings
from lms.foundation.database import transaction
from lms.foundation.errors import LMSError
from lms.foundation.jobs import JobRefused, RunningJob, handles
from media.storage import key_for, sha256_of


@handles(audit_exports.JOB)
def export(job: RunningJob) -> None:
    """Do one export; nothing found, too much, or a changed row ends it for good with words for the person."""
    with transaction(job.principal):
        wanted = audit_export(UUID(job.arguments["export_id"]))
    with _room(job) as folder:
        try:
            path, figures = auditing.make(job.principal, Filters.from_json(wanted.filters), folder, job.progress)
        except LMSError as refusal:
            raise JobRefused(refusal.sentence) from refusal
        result = {**figures, **_store(path)}
    with job.finish(export_id=str(wanted.id)):
        audit_exports.keep_result(wanted.id, result)


@contextmanager
def _room(job: RunningJob) -> Iterator[Path]:
    """A folder of the attempt's own, for its owner's eyes; what a killed attempt left behind goes first."""
    place = settings().data / "exporting"
    for left in place.glob(f"{job.id}-*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = place / f"{job.id}-{job.attempt}"
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _store(path: Path) -> dict[str, object]:
    """Keep the file under its own checksum; twice is harmless."""
    with path.open("rb") as file:
        digest = sha256_of(file)
    with path.open("rb") as file:
        current_app.extensions["storage"].put(key_for(digest, ".zip"), file, "application/zip")
    return {"key": key_for(digest, ".zip"), "sha256": digest, "bytes": path.stat().st_size}
