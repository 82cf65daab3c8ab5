"""The export job: makes the bundle, keeps its files, writes the result once."""

from pathlib import Path
from uuid import UUID

from flask import current_app

from lms.foundation import scratch
from lms.foundation.database import transaction
from lms.foundation.errors import LMSError
from lms.foundation.jobs import JobRefused, RunningJob, handles
from lms.subsidies import actions, queries
from lms.subsidies.bundle.gathering import Order
from lms.subsidies.bundle.making import Made, make, sha256_of
from lms.subsidies.sheets import asking
from lms.subsidies.sheets import making as sheets
from media.storage import key_for

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@handles(actions.KIND_OF_JOB)
def export(job: RunningJob) -> None:
    """Do one export; a changed row, or a class without records, ends it for good with words for the person."""
    with transaction(job.principal):
        wanted = queries.export(UUID(job.arguments["export_id"]))
    order = Order(wanted.cohort_id, wanted.identity, wanted.reason)
    with scratch.room(job) as folder:
        try:
            made = make(order, job.principal, folder, job.progress)
        except LMSError as refusal:
            raise JobRefused(refusal.sentence) from refusal
        _keep(job, wanted, made)


def _keep(job: RunningJob, wanted: queries.ExportView, made: Made) -> None:
    job.progress(0, 1, "正在保存")
    bundle = _store(made.bundle, ".zip", "application/zip")
    sheet = _store(made.sheet, ".xlsx", SHEET)
    with job.finish(export_id=str(wanted.id)):
        actions.keep_result(wanted, made, bundle, sheet)


@handles(asking.KIND_OF_JOB)
def sheet(job: RunningJob) -> None:
    """Make one sheet; a row that was changed ends it for good with words for the person."""
    with transaction(job.principal):
        wish = asking.sheet(UUID(job.arguments["sheet_id"]))
    with scratch.room(job) as folder:
        try:
            made = sheets.make(wish, job.principal, folder, job.progress)
        except LMSError as refusal:
            raise JobRefused(refusal.sentence) from refusal
        job.progress(0, 1, "正在保存")
        xlsx, csv = _store(made.xlsx, ".xlsx", SHEET), _store(made.csv, ".csv", "text/csv")
        sizes = made.xlsx.stat().st_size, made.csv.stat().st_size
        with job.finish(sheet_id=str(wish.id)):
            asking.keep(wish, made.rows, made.figures, (*xlsx, sizes[0]), (*csv, sizes[1]))


def _store(path: Path, suffix: str, content_type: str) -> tuple[str, str]:
    """Keep a file under its own checksum; twice is harmless."""
    digest = sha256_of(path)
    key = key_for(digest, suffix)
    with path.open("rb") as file:
        current_app.extensions["storage"].put(key, file, content_type)
    return key, digest
