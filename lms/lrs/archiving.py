"""Months: room for those to come; old ones to compressed JSON Lines, and back.

A month leaves the tables only when its file was read back from the storage and holds every statement of it. Ids stay in
lrs_statement_id for good: an id is taken for ever, also while its statement lies in the archive.
"""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import msgspec
from flask import current_app
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from lms.config import settings
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.principal import Principal
from lms.lrs.connection import Sql, array, cursor
from lms.lrs.models import Archive, Retention
from lms.lrs.reach import connect, own_links
from lms.lrs.rules.sequence import partition
from lms.lrs.rules.statement import reread
from media.storage import checked

AHEAD = 3
BATCH = 500
BROUGHT_BACK = timedelta(days=30)
_ACTOR = Principal.system_of("lrs-archive")
_ADD_MONTHS = text(
    "select lrs_add_month((date_trunc('month', now()) + make_interval(months => ahead))::date)"
    " from generate_series(0, :months) as ahead"
)
_MONTHS = text(
    "select to_date(right(inhrelid::regclass::text, 7), 'YYYY_MM') from pg_inherits"
    " where inhparent = 'lrs_statement'::regclass and inhrelid::regclass::text ~ '_\\d{4}_\\d{2}$' order by 1"
)
_PAGE = """
select tenant_id, seq, id, voided, payload from lrs_statement
where seq > %(after)s and seq < %(end)s order by seq, tenant_id limit %(limit)s
"""
_BACK = """
insert into lrs_statement (tenant_id, seq, id, voided, payload)
select s.tenant_id, s.seq, s.id, s.voided or i.voided_by is not null, s.payload
from unnest(%(tenants)s::uuid[], %(seqs)s::bigint[], %(ids)s::uuid[], %(voided)s::boolean[], string_to_array(%(payloads)s, chr(30)))
  as s (tenant_id, seq, id, voided, payload)
left join lrs_statement_id i on i.tenant_id = s.tenant_id and i.id = s.id
on conflict do nothing
"""
_LINK_BACK = """
insert into lrs_link (tenant_id, ref, kind, seq)
select %(tenant)s, ref, kind, %(seq)s from unnest(%(refs)s::bigint[], %(kinds)s::smallint[]) as link (ref, kind)
on conflict on constraint pk_lrs_link do nothing
"""


class NotWhole(Exception):
    """An archive does not hold what it should; nothing was dropped."""


@dataclass(frozen=True)
class _Row:
    tenant_id: UUID
    seq: int
    id: UUID
    voided: bool
    payload: str


@dataclass(frozen=True)
class _Written:
    statements: int
    lines_sha256: str


def add_months(ahead: int) -> None:
    """Make the tables of this month and the next ones."""
    db.session.execute(_ADD_MONTHS, {"months": ahead})


def keep_for(months: int, reason: str) -> None:
    """Decide for how many whole months statements stay in the tables, from now on."""
    db.session.add(Retention(keep_months=months, reason=reason))
    db.session.flush()


def due() -> list[date]:
    """The months whose time in the tables is over; none where nobody decided for how long.

    A month that somebody brought back is spared for a while.
    """
    months: int | None = db.session.scalar(
        select(Retention.keep_months).order_by(Retention.created_at.desc(), Retention.id).limit(1)
    )
    if months is None:
        return []
    today = clock.now()
    first = (today.year * 12 + today.month - 1) - months
    wanted = select(Archive.month).where(Archive.restored_at > today - BROUGHT_BACK)
    spared = set(db.session.scalars(wanted))
    found = [month for month in db.session.scalars(_MONTHS) if month.year * 12 + month.month - 1 < first]
    return [month for month in found if month not in spared]


def put_away(month: date, beat: Callable[[], None] = lambda: None) -> Archive:
    """Write a month to the storage, read it back, then let it go; may be killed anywhere and begun again.

    Raises NotWhole.
    """
    name, low, high = partition(month.year, month.month)
    with TemporaryDirectory(dir=_room()) as folder:
        file = Path(folder) / f"{name}.jsonl.gz"
        written = _write(file, low, high, beat)
        with file.open("rb") as content:
            digest = _sha256(content)
            key = checked(f"xapi-archive/{name}-{digest[:16]}.jsonl.gz")
            content.seek(0)
            current_app.extensions["storage"].put(key, content, "application/gzip")
        size = file.stat().st_size
    if _read_back(key) != (written, digest):
        raise NotWhole(f"the archive of {month:%Y-%m} does not read as it was written")
    manifest = {"month": f"{month:%Y-%m}", "statements": written.statements, "file": key, "sha256": digest}
    _put_manifest(key, {**manifest, "bytes": size, "lines_sha256": written.lines_sha256})
    return _let_go(month, low, high, key, digest, size, written.statements)


def restore(month: date) -> int:
    """Bring an archived month back into the tables with all that its statements are found by; returns how many.

    Raises LookupError where there is no such archive, NotWhole where its file was changed.
    """
    with transaction(_ACTOR) as session:
        archive: Archive | None = session.scalar(select(Archive).where(Archive.month == month))
        if archive is None:
            raise LookupError(f"no archive of {month:%Y-%m}")
        session.execute(text("select lrs_add_month(:month)"), {"month": month})
    if _read_back(archive.storage_key)[1] != archive.sha256:
        raise NotWhole(f"the archive of {month:%Y-%m} is not the file that was written")
    back = sum(_bring_back(batch) for batch in _batches(archive.storage_key))
    with transaction(_ACTOR) as session:
        restored = {"state": "restored", "restored_at": clock.now()}
        session.execute(update(Archive).where(Archive.month == month).values(**restored))
    return back


def archives() -> list[Archive]:
    """All archives, the oldest month first."""
    return list(db.session.scalars(select(Archive).order_by(Archive.month)))


def _write(file: Path, low: int, high: int, beat: Callable[[], None]) -> _Written:
    digest, count = sha256(), 0
    with gzip.GzipFile(file, "wb", compresslevel=6, mtime=0) as out:
        for batch in _rows(low, high):
            for row in batch:
                line = _line(row)
                digest.update(line)
                out.write(line)
            count += len(batch)
            beat()
    return _Written(count, digest.hexdigest())


def _rows(low: int, high: int) -> Iterator[list[_Row]]:
    after = low - 1
    while True:
        with transaction(_ACTOR):
            values = {"after": after, "end": high, "limit": BATCH}
            batch = [_Row(*row) for row in cursor().execute(_PAGE, values)]
            # numbers of two tenants may be the same: a page ends between numbers, not within one
            batch = _whole(batch, cursor(), high)
        if not batch:
            return
        yield batch
        after = batch[-1].seq


def _whole(batch: list[_Row], sql: Sql, high: int) -> list[_Row]:
    if len(batch) < BATCH:
        return batch
    last = batch[-1].seq
    values = {"after": last - 1, "end": min(last + 1, high), "limit": BATCH}
    return [row for row in batch if row.seq < last] + [_Row(*row) for row in sql.execute(_PAGE, values)]


def _line(row: _Row) -> bytes:
    """The payload as a JSON string: it comes back to the letter, line breaks of its own included."""
    told = {"tenant": row.tenant_id, "seq": row.seq, "id": row.id, "voided": row.voided, "payload": row.payload}
    return msgspec.json.encode(told) + b"\n"


def _read_back(key: str) -> tuple[_Written, str]:
    """What the storage gives: lines and their hash, and the hash of the file."""
    lines, whole, count = sha256(), sha256(), 0
    with current_app.extensions["storage"].open(key) as stream:
        while chunk := stream.read(1 << 20):
            whole.update(chunk)
    for raw in _lines(key):
        lines.update(raw)
        count += 1
    return _Written(count, lines.hexdigest()), whole.hexdigest()


def _lines(key: str) -> Iterator[bytes]:
    with current_app.extensions["storage"].open(key) as stream, gzip.GzipFile(fileobj=stream) as plain:
        yield from plain


def _batches(key: str) -> Iterator[list[_Row]]:
    batch: list[_Row] = []
    for raw in _lines(key):
        told: dict[str, Any] = msgspec.json.decode(raw)
        batch.append(_Row(UUID(told["tenant"]), told["seq"], UUID(told["id"]), told["voided"], told["payload"]))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _let_go(month: date, low: int, high: int, key: str, digest: str, size: int, statements: int) -> Archive:
    values = {"storage_key": key, "sha256": digest, "bytes": size, "statements": statements, "state": "verified"}
    values |= {"dropped_at": None, "restored_at": None}
    new = insert(Archive).values(id=uuid4(), created_at=clock.now(), month=month, **values)
    with transaction(_ACTOR) as session:
        session.execute(new.on_conflict_do_update(index_elements=[Archive.month], set_=values))
    with transaction(_ACTOR) as session:
        session.execute(text("select lrs_drop_month(:month)"), {"month": month})
        gone = {"state": "dropped", "dropped_at": clock.now()}
        session.execute(update(Archive).where(Archive.month == month).values(**gone))
    with transaction(_ACTOR) as session:
        session.execute(text("set local statement_timeout = 0"))
        session.execute(select(func.lrs_drop_links(low, high)))
        return session.scalars(select(Archive).where(Archive.month == month)).one()


def _bring_back(batch: list[_Row]) -> int:
    with transaction(_ACTOR):
        sql = cursor()
        sql.execute(
            _BACK,
            {
                "tenants": array(row.tenant_id for row in batch),
                "seqs": array(row.seq for row in batch),
                "ids": array(row.id for row in batch),
                "voided": array(str(row.voided).lower() for row in batch),
                "payloads": "\x1e".join(row.payload for row in batch),
            },
        )
        for row in batch:
            _link_back(sql, row)
    return len(batch)


def _link_back(sql: Sql, row: _Row) -> None:
    statement = reread(row.payload)
    found = own_links(row.tenant_id, statement)
    values = {"refs": array(ref for _, ref in found), "kinds": array(kind for kind, _ in found)}
    sql.execute(_LINK_BACK, {"tenant": row.tenant_id, "seq": row.seq, **values})
    if statement.refers_to is not None:
        connect(sql, row.tenant_id, row.seq, statement)


def _put_manifest(key: str, manifest: dict[str, object]) -> None:
    with TemporaryDirectory(dir=_room()) as folder:
        file = Path(folder) / "manifest.json"
        file.write_text(json.dumps(manifest, indent=1))
        with file.open("rb") as content:
            current_app.extensions["storage"].put(f"{key}.manifest.json", content, "application/json")


def _sha256(content: Any) -> str:
    digest = sha256()
    while chunk := content.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()


def _room() -> Path:
    place = settings().data / "archiving"
    place.mkdir(parents=True, mode=0o700, exist_ok=True)
    return place
