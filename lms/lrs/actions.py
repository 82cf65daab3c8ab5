"""Writing statements: two queries for a request, whatever its length. They flush; the door commits."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from lms.config import settings
from lms.foundation.database import widened
from lms.lrs.connection import Sql, array, cursor, next_number
from lms.lrs.knowledge import learn
from lms.lrs.reach import connect, void
from lms.lrs.rules.entry import Authority, Entry, prepare
from lms.lrs.rules.equality import same
from lms.lrs.rules.multipart import Part
from lms.lrs.rules.sequence import PLACES, stored_at
from lms.lrs.rules.statement import complete, read_statement, reread
from lms.lrs.rules.timestamps import write_timestamp
from lms.lrs.rules.versions import Version

SEPARATOR = "\x1e"  # JSON text cannot hold it, so the server splits payloads without any quoting

# One query writes ids, payloads and links. Ids go in sorted: two requests that share some never wait for each other in a
# ring. An id that is taken gives no row here, and is read back.
_WRITE = """
with sent as materialized (
  select * from unnest(%(ids)s::uuid[], %(seqs)s::bigint[], %(hashes)s::uuid[], string_to_array(%(payloads)s, chr(30)))
    as sent (id, seq, hash, payload)
), fresh as (
  insert into lrs_statement_id (tenant_id, id, seq, hash)
  select %(tenant)s, id, seq, hash from sent order by id
  on conflict on constraint pk_lrs_statement_id do nothing
  returning id, seq
), kept as (
  insert into lrs_statement (tenant_id, seq, id, payload)
  select %(tenant)s, sent.seq, sent.id, sent.payload from sent join fresh using (id) where sent.seq is not null
), linked as (
  insert into lrs_link (tenant_id, ref, kind, seq)
  select %(tenant)s, link.ref, link.kind, link.seq
  from unnest(%(refs)s::bigint[], %(kinds)s::smallint[], %(link_seqs)s::bigint[]) as link (ref, kind, seq)
  join fresh on fresh.seq = link.seq
)
select id from fresh where seq is not null
"""
_FILL_PLACE = """
update lrs_statement_id set seq = %(seq)s, hash = %(hash)s
where tenant_id = %(tenant)s and id = %(id)s and seq is null
returning voided_by is not null
"""
_KEEP_ONE = """
with kept as (
  insert into lrs_statement (tenant_id, seq, id, voided, payload)
  values (%(tenant)s, %(seq)s, %(id)s, %(voided)s, %(payload)s)
)
insert into lrs_link (tenant_id, ref, kind, seq)
select %(tenant)s, ref, kind, %(seq)s from unnest(%(refs)s::bigint[], %(kinds)s::smallint[]) as link (ref, kind)
"""
_TAKEN = """
select i.hash, s.payload from lrs_statement_id i
left join lrs_statement s on s.tenant_id = i.tenant_id and s.seq = i.seq
where i.tenant_id = %(tenant)s and i.id = %(id)s
"""
_ATTACH = """
insert into lrs_attachment (tenant_id, sha2, content_type, content) values (%s, %s, %s, %s)
on conflict on constraint pk_lrs_attachment do nothing
"""


class Different(Exception):
    """A statement of this id is kept already, and says something else (409)."""

    def __init__(self, statement_id: UUID) -> None:
        self.statement_id = statement_id
        super().__init__(f"a statement with the id {statement_id} is stored already and says something else")


def store(
    statements: Sequence[dict[str, object]],
    tenant_id: UUID,
    authority_name: str = "learning",
    version: Version = Version.V1_0_3,
) -> list[UUID]:
    """The inner door: keep statements of the platform itself inside the transaction that is open.

    `statements` are plain JSON data; ids are made where they are missing. Returns the ids in order.
    Raises rules.refusal.Invalid, or Different where an id is taken by another statement. Call it once a transaction:
    its locks are sorted within one call only. The principal need not belong to the tenant (a trainee does not).
    """
    authority = Authority.account(settings().app_origin, authority_name)
    read = [read_statement(msgspec.json.encode(data), version) for data in statements]
    entries = [prepare(statement, tenant_id, authority) for statement in read]
    with widened("lrs: the platform keeps its own records"):
        keep(cursor(), tenant_id, entries, authority)
    return [statement.id for statement in read]


def keep(
    sql: Sql,
    tenant_id: UUID,
    entries: Sequence[Entry],
    authority: Authority,
    parts: Sequence[Part] = (),
    first: int | None = None,
) -> int:
    """Write entries in their order; all or nothing with the transaction. Returns how many were not there before.

    `first` is the first number, where one was taken already. Raises Different.
    """
    new = 0
    for begin in range(0, len(entries), PLACES):
        seq = first if first is not None and not begin else next_number(sql)
        rows = [(seq + place, entry) for place, entry in enumerate(entries[begin : begin + PLACES])]
        new += _write(sql, tenant_id, rows, authority)
    for part in sorted(parts, key=lambda part: part.sha2):
        sql.execute(_ATTACH, (tenant_id, part.sha2, part.content_type, part.content))
    learn(sql, tenant_id, entries)
    return new


def _write(sql: Sql, tenant_id: UUID, rows: list[tuple[int, Entry]], authority: Authority) -> int:
    payloads = {seq: complete(entry.statement, write_timestamp(stored_at(seq)), authority.json) for seq, entry in rows}
    fresh = {row[0] for row in sql.execute(_WRITE, _parameters(tenant_id, rows, payloads))}
    written = len(fresh)
    for seq, entry in rows:
        awaited = entry.statement.id not in fresh and _settle(sql, tenant_id, seq, entry, payloads[seq])
        written += awaited
        new = awaited or entry.statement.id in fresh
        if awaited or (new and entry.statement.refers_to is not None):
            connect(sql, tenant_id, seq, entry.statement, awaited=awaited)
    for target_id, seq in sorted((e.statement.voids, seq) for seq, e in rows if e.statement.voids is not None):
        void(sql, tenant_id, seq, target_id)
    return written


def _parameters(tenant_id: UUID, rows: list[tuple[int, Entry]], payloads: dict[int, str]) -> dict[str, object]:
    """Plain literals: the text of the query never changes, so the server plans it once.

    A statement that is referred to and may not be here yet has its place held by its id, which makes whoever brings it
    wait for us, or us for them.
    """
    own = {entry.statement.id for _, entry in rows}
    awaited = {entry.statement.refers_to for _, entry in rows} - own - {None}
    nothing = [None] * len(awaited)
    links = [(*link, seq) for seq, entry in rows for link in entry.links]
    return {
        "tenant": tenant_id,
        "ids": array([*(entry.statement.id for _, entry in rows), *awaited]),
        "seqs": array([*(seq for seq, _ in rows), *nothing]),
        "hashes": array([*(entry.hash for _, entry in rows), *nothing]),
        "payloads": SEPARATOR.join(payloads[seq] for seq, _ in rows),
        "kinds": array(kind for kind, _, _ in links),
        "refs": array(ref for _, ref, _ in links),
        "link_seqs": array(seq for _, _, seq in links),
    }


def _settle(sql: Sql, tenant_id: UUID, seq: int, entry: Entry, payload: str) -> bool:
    """An id that was taken: fill the place that was held for it (True), or find the same statement there (False).

    Raises Different for another one.
    """
    names = {"tenant": tenant_id, "id": entry.statement.id, "seq": seq, "hash": entry.hash}
    place = sql.execute(_FILL_PLACE, names).fetchone()
    if place is not None:
        voided = place[0] and entry.statement.voids is None
        kinds, refs = array(kind for kind, _ in entry.links), array(ref for _, ref in entry.links)
        sql.execute(_KEEP_ONE, {**names, "voided": voided, "payload": payload, "kinds": kinds, "refs": refs})
        return True
    taken = sql.execute(_TAKEN, names).fetchone()
    if taken is None or not _says_the_same(taken[0], taken[1], entry):
        raise Different(entry.statement.id)
    return False


def _says_the_same(hashed: UUID, payload: str | None, entry: Entry) -> bool:
    """Equal hashes are enough; the text of an old month may be in the archive, then they must do."""
    return hashed == entry.hash or (payload is not None and same(reread(payload), entry.statement))
