"""What statements do to other statements: whoever refers to one is found by what it is found by, and voiding."""

from uuid import UUID

from lms.lrs.connection import Sql, array
from lms.lrs.rules.actor import Actor
from lms.lrs.rules.references import Kind, links, ref
from lms.lrs.rules.statement import Statement, reread
from lms.lrs.rules.voiding import VOIDED

LONGEST_CHAIN = 100

_REFER = """
insert into lrs_statement_ref (tenant_id, target_id, seq) values (%s, %s, %s)
on conflict on constraint pk_lrs_statement_ref do nothing
"""
# The lock makes whoever fills this place wait until our referring statement can be seen, so no link is missed.
_TARGET = """
select i.seq, s.payload from lrs_statement_id i
left join lrs_statement s on s.tenant_id = i.tenant_id and s.seq = i.seq
where i.tenant_id = %s and i.id = %s
for share of i
"""
_REFERRERS = """
with recursive referrer (seq, id) as (
  select r.seq, s.id from lrs_statement_ref r join lrs_statement s on s.tenant_id = r.tenant_id and s.seq = r.seq
  where r.tenant_id = %(tenant)s and r.target_id = %(id)s
  union
  select r.seq, s.id from referrer
  join lrs_statement_ref r on r.tenant_id = %(tenant)s and r.target_id = referrer.id
  join lrs_statement s on s.tenant_id = r.tenant_id and s.seq = r.seq
)
select seq from referrer order by seq limit 10000
"""
_LINK = """
insert into lrs_link (tenant_id, ref, kind, seq)
select %(tenant)s, link.ref, link.kind, referrer.seq
from unnest(%(refs)s::bigint[], %(kinds)s::smallint[]) as link (ref, kind),
     unnest(%(seqs)s::bigint[]) as referrer (seq)
order by 1, 2, 3, 4
on conflict on constraint pk_lrs_link do nothing
"""
_PLACE = "select seq from lrs_statement_id where tenant_id = %s and id = %s for update"
_IS_VOIDING = "select 1 from lrs_link where tenant_id = %s and ref = %s and kind = %s and seq = %s"
_VOID_ROW = "update lrs_statement set voided = true where tenant_id = %s and seq = %s and not voided"
_VOID_ID = "update lrs_statement_id set voided_by = %s where tenant_id = %s and id = %s and voided_by is null"


def connect(sql: Sql, tenant_id: UUID, seq: int, statement: Statement, *, awaited: bool = False) -> None:
    """Give a referring statement the links of all that it reaches.

    `awaited`: the statement itself was referred to before it came; then its links go to all that refer to it.
    """
    found: set[tuple[int, int]] = set()
    if statement.refers_to is not None:
        sql.execute(_REFER, (tenant_id, statement.refers_to, seq))
        found = _links_from(sql, tenant_id, statement.refers_to)
        _link(sql, tenant_id, found, [seq])
    if awaited:
        rows = sql.execute(_REFERRERS, {"tenant": tenant_id, "id": statement.id}).fetchall()
        _link(sql, tenant_id, found | own_links(tenant_id, statement), [row[0] for row in rows])


def void(sql: Sql, tenant_id: UUID, seq: int, target_id: UUID) -> None:
    """Take the target out of what is told, now or when it comes. A voiding statement cannot be voided."""
    row = sql.execute(_PLACE, (tenant_id, target_id)).fetchone()
    if row is None:
        return
    if row[0] is not None:
        verb = (tenant_id, ref(tenant_id, VOIDED), int(Kind.VERB), row[0])
        if sql.execute(_IS_VOIDING, verb).fetchone():
            return
        sql.execute(_VOID_ROW, (tenant_id, row[0]))
    sql.execute(_VOID_ID, (seq, tenant_id, target_id))


def _links_from(sql: Sql, tenant_id: UUID, target_id: UUID | None) -> set[tuple[int, int]]:
    """The links of a statement, of the one it refers to, and so on."""
    found: set[tuple[int, int]] = set()
    seen: set[UUID] = set()
    while target_id is not None and target_id not in seen and len(seen) < LONGEST_CHAIN:
        seen.add(target_id)
        row = sql.execute(_TARGET, (tenant_id, target_id)).fetchone()
        if row is None or row[1] is None:
            return found
        target = reread(row[1])
        found |= own_links(tenant_id, target)
        target_id = target.refers_to
    return found


def own_links(tenant_id: UUID, statement: Statement) -> set[tuple[int, int]]:
    """The links (kind, ref) of a kept statement by itself."""
    authority = statement.event.authority
    own = links(statement, authority if isinstance(authority, Actor) else statement.event.actor)
    return {(int(kind), ref(tenant_id, text)) for kind, text in own}


def _link(sql: Sql, tenant_id: UUID, found: set[tuple[int, int]], seqs: list[int]) -> None:
    if not found or not seqs:
        return
    kinds, refs = array(kind for kind, _ in found), array(ref for _, ref in found)
    sql.execute(_LINK, {"tenant": tenant_id, "kinds": kinds, "refs": refs, "seqs": array(seqs)})
