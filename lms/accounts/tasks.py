"""The export job of the audit: makes the file, keeps it, writes the result once."""

from pathlib import Path
from uuid import UUID

from flask import current_app

from lms.accounts import auditing
from lms.accounts.actions import audit_exports
from lms.accounts.queries.audit import Filters, audit_export
from lms.foundation import scratch
from lms.foundation.database import transaction
from lms.foundation.errors import LMSError
from lms.foundation.jobs import JobRefused, RunningJob, handles
from media.storage import key_for, sha256_of


@handles(audit_exports.JOB)
def export(job: RunningJob) -> None:
    """Do one export; nothing found, too much, or a changed row ends it for good with words for the person."""
    with transaction(job.principal):
        wanted = audit_export(UUID(job.arguments["export_id"]))
    with scratch.room(job) as folder:
        try:
            path, figures = auditing.make(job.principal, Filters.from_json(wanted.filters), folder, job.progress)
        except LMSError as refusal:
            raise JobRefused(refusal.sentence) from refusal
        result = {**figures, **_store(path)}
    with job.finish(export_id=str(wanted.id)):
        audit_exports.keep_result(wanted.id, result)


def _store(path: Path) -> dict[str, object]:
    """Keep the file under its own checksum; twice is harmless."""
    with path.open("rb") as file:
        digest = sha256_of(file)
    with path.open("rb") as file:
        current_app.extensions["storage"].put(key_for(digest, ".zip"), file, "application/zip")
    return {"key": key_for(digest, ".zip"), "sha256": digest, "bytes": path.stat().st_size}
