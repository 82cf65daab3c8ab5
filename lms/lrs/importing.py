"""Statements out of files: JSON or JSON Lines, line by line under all rules of POST, with the store's own authority."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO
from uuid import UUID, uuid4, uuid5

import msgspec
from flask import current_app
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from lms.accounts.actions import audit
from lms.config import settings
from lms.foundation import jobs
from lms.foundation.database import acting, db, transaction, widened
from lms.foundation.errors import NotFound
from lms.foundation.jobs import Job, RunningJob
from lms.foundation.principal import Principal
from lms.lrs.actions import Different, keep
from lms.lrs.connection import cursor
from lms.lrs.models import Import, ImportLine
from lms.lrs.rules.entry import Authority, Entry, prepare
from lms.lrs.rules.multipart import check_parts
from lms.lrs.rules.refusal import Invalid
from lms.lrs.rules.signatures import check_signatures
from lms.lrs.rules.statement import Statement, read_statement
from lms.lrs.rules.versions import Version
from media.storage import key_for

KIND = "lrs-import"
BATCH = 50
MOST_TOLD = 1000
NO_JSON = "这个文件不是 JSON，也不是一行一条的 JSON Lines。打开看看，是不是选错了文件"
_WHY_WIDE = "lrs: an authority takes in files for its classes' organisations"
_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Unreadable(Exception):
    """The file is no JSON at all; the sentence is for the person."""


@dataclass(frozen=True)
class ImportView:
    """An import as pages show it."""

    id: UUID
    tenant_id: UUID
    created_at: datetime
    file_name: str
    storage_key: str
    version: str
    job_id: UUID | None
    state: str
    lines: int
    kept: int
    known: int
    refused: int


@dataclass(frozen=True)
class LineView:
    """A line that was not taken."""

    line: int
    property: str
    why: str


def store_file(file: BinaryIO) -> str:
    """Keep the bytes under their checksum; returns the key."""
    digest = sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    file.seek(0)
    key = key_for(digest.hexdigest(), ".jsonl")
    current_app.extensions["storage"].put(key, file, "application/x-ndjson")
    return key


def ask(tenant_id: UUID, file_name: str, storage_key: str, version: str, token: str) -> UUID:
    """Queue an import, once for each form."""
    with widened(_WHY_WIDE):
        before: UUID | None = db.session.scalar(select(Import.id).where(Import.token == token))
        if before is not None:
            return before
        row = Import(id=uuid4(), tenant_id=tenant_id, file_name=file_name[:200], storage_key=storage_key)
        row.version, row.token, row.asked_by = version, token, acting().person_id
        job = jobs.enqueue(KIND, {"import_id": str(row.id)}, key=str(row.id), title="导入学习记录", tenant_id=tenant_id)
        row.job_id = job.id
        db.session.add(row)
        db.session.flush()
        audit("record:import", subject=f"lrs_import {row.id}", reason="导入学习记录文件")
    return row.id


def views(tenants: Collection[UUID]) -> list[ImportView]:
    """The imports of these organisations, newest first."""
    with widened(_WHY_WIDE):
        rows = db.session.scalars(
            select(Import).where(Import.tenant_id.in_(tenants)).order_by(Import.created_at.desc(), Import.id).limit(50)
        )
        return [_view(row) for row in rows]


def view(import_id: UUID, tenants: Collection[UUID]) -> tuple[ImportView, list[LineView], Job | None]:
    """One import, the lines that were not taken, and its job while it goes on; raises NotFound."""
    with widened(_WHY_WIDE):
        row = db.session.get(Import, import_id)
        if row is None or row.tenant_id not in tenants:
            raise NotFound()
        found = db.session.scalars(
            select(ImportLine).where(ImportLine.import_id == import_id).order_by(ImportLine.line).limit(MOST_TOLD)
        )
        lines = [LineView(told.line, told.property, told.why) for told in found]
        return _view(row), lines, jobs.find(row.job_id) if row.job_id and row.state == "queued" else None


def work_through(import_id: UUID, job: RunningJob) -> None:
    """Take the lines in, a transaction for each batch that counts what it did; raises Unreadable, jobs.LeaseLost."""
    with transaction(job.principal), widened(_WHY_WIDE):
        asked = _view(db.session.get_one(Import, import_id))
    with current_app.extensions["storage"].open(asked.storage_key) as stream:
        lines = list(split(stream.read()))
    authority = Authority.account(settings().app_origin, f"import/{import_id}")
    for begin in range(asked.lines, len(lines), BATCH):
        _take(asked, job, lines[begin : begin + BATCH], authority)
        job.progress(min(begin + BATCH, len(lines)), len(lines), "正在一条一条看、一条一条收")


def split(content: bytes) -> Iterator[tuple[int, bytes]]:
    """(number from 1, JSON) of each statement: an array, one object, a list of `statements`, or JSON Lines.

    Raises Unreadable.
    """
    body = content.removeprefix(b"\xef\xbb\xbf").strip()
    try:
        if body[:1] == b"[":
            yield from ((n, bytes(raw)) for n, raw in enumerate(_ARRAY.decode(body), 1))
        elif _is_one_value(body):
            whole = _OBJECT.decode(body)
            inner = _ARRAY.decode(whole["statements"]) if "statements" in whole else [msgspec.Raw(body)]
            yield from ((n, bytes(raw)) for n, raw in enumerate(inner, 1))
        elif body[:1] != b"{":
            raise Unreadable(NO_JSON)
        else:
            yield from ((n, line) for n, line in enumerate(body.split(b"\n"), 1) if line.strip())
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise Unreadable(NO_JSON) from problem


def end(import_id: UUID) -> None:
    """All lines are through."""
    with widened(_WHY_WIDE):
        db.session.get_one(Import, import_id).state = "done"
        db.session.flush()


def give_up(import_id: UUID, principal: Principal) -> None:
    """The file cannot be read."""
    with transaction(principal), widened(_WHY_WIDE):
        db.session.get_one(Import, import_id).state = "failed"
        db.session.flush()


def _take(asked: ImportView, job: RunningJob, lines: Sequence[tuple[int, bytes]], authority: Authority) -> None:
    """Check outside the transaction, keep inside; a batch in which one line is refused is kept line by line."""
    good: list[tuple[int, Entry]] = []
    bad: list[LineView] = []
    for number, raw in lines:
        try:
            good.append((number, prepare(_read(asked, number, raw), asked.tenant_id, authority)))
        except Invalid as problem:
            bad.append(LineView(number, problem.path[:200], problem.why[:400]))
    try:
        _keep(asked, job, [good], bad, authority)
    except (Different, _Twice):
        _keep(asked, job, [[one] for one in good], bad, authority)


class _Twice(Exception):
    """Two lines of a batch have the same id."""


def _keep(
    asked: ImportView,
    job: RunningJob,
    groups: Sequence[Sequence[tuple[int, Entry]]],
    bad: Sequence[LineView],
    authority: Authority,
) -> None:
    told, kept, good = list(bad), 0, 0
    with transaction(job.principal) as session:
        job.hold(session)
        with widened(_WHY_WIDE):
            for group in groups:
                if len({entry.statement.id for _, entry in group}) < len(group):
                    raise _Twice
                try:
                    with session.begin_nested():
                        kept += keep(cursor(), asked.tenant_id, [entry for _, entry in group], authority)
                    good += len(group)
                except Different as problem:
                    if len(group) > 1:
                        raise
                    told.append(LineView(group[0][0], "id", str(problem)))
            _count(asked, kept, good - kept, told)


def _count(asked: ImportView, kept: int, known: int, told: Sequence[LineView]) -> None:
    row = db.session.get_one(Import, asked.id)
    room = max(MOST_TOLD - row.refused, 0)
    row.kept, row.known, row.refused = row.kept + kept, row.known + known, row.refused + len(told)
    row.lines += kept + known + len(told)
    for line in told[:room]:
        values = {"tenant_id": asked.tenant_id, "import_id": asked.id, "line": line.line}
        values |= {"property": line.property, "why": line.why}
        db.session.execute(insert(ImportLine).values(**values).on_conflict_do_nothing())
    db.session.flush()


def _read(asked: ImportView, number: int, raw: bytes) -> Statement:
    """A line under all rules of POST; without an id it gets one that the same file gives it again."""
    statement = read_statement(raw, Version(asked.version))
    check_parts([statement], [])
    check_signatures([statement], [])
    if statement.event.id is not msgspec.UNSET:
        return statement
    own = uuid5(asked.tenant_id, f"{asked.storage_key} {number}")
    return Statement(own, statement.event, statement.target, statement.text, statement.version)


def _is_one_value(body: bytes) -> bool:
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.MsgspecError, RecursionError):
        return False
    return True


def _view(row: Import) -> ImportView:
    return ImportView(**{name: getattr(row, name) for name in ImportView.__dataclass_fields__})
