"""What a beat costs, and a version that is stopped: nobody earns with it, whatever page is open.

A leaf's hash in the tree lies with its place, and subtrees of a few leaves are hashed anew instead of kept; an index of
leaves is a tenth of its size; a row of the ledger is shorter; the moment of a session's last beat leaves the index that
made every beat write the others anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

# The largest of them holds sixteen leaves.
SMALL = range(5)
INDEX = "ix_evidence_leaf_kind_subject"
LAST_AT = "ix_study_session_last_at"
READS = ("study_read(uuid, uuid, integer[])", "study_read_as(uuid, uuid, integer[])")
STATE = "h.state::text"
STATE_OR_STOPPED = """case when (select v.act from version_standing v where v.version_id = s.version_id
      order by v.leaf_id desc limit 1) = 'stopped' then 'closed' else h.state::text end"""


# Of a lesson, at most 100 hours; what the server saw pass between two beats may be months.
MILLISECONDS = ("from_ms", "to_ms", "claimed_ms", "credited_ms", "excluded_ms")


def upgrade() -> None:
    _places()
    _ledger("integer")
    op.execute("alter table hour_ledger alter column policy_hash type bytea using decode(policy_hash, 'hex')")
    op.drop_index(INDEX, "evidence_leaf")
    # Equal entries share their place in the index; with the id each was one of a kind.
    op.create_index(INDEX, "evidence_leaf", ["kind", "subject"])
    op.drop_index(LAST_AT, "study_session")
    # A row whose summarized columns alone change is still written in place.
    op.create_index(LAST_AT, "study_session", ["last_at"], postgresql_using="brin")
    for function in READS:
        rewrite(function, STATE, STATE_OR_STOPPED)


def downgrade() -> None:
    for function in READS:
        rewrite(function, STATE_OR_STOPPED, STATE)
    op.drop_index(LAST_AT, "study_session")
    op.create_index(LAST_AT, "study_session", ["last_at"])
    op.drop_index(INDEX, "evidence_leaf")
    op.create_index(INDEX, "evidence_leaf", ["kind", "subject", "id"])
    op.execute("alter table hour_ledger alter column policy_hash type text using encode(policy_hash, 'hex')")
    _ledger("bigint")
    _nodes()


def _places() -> None:
    op.add_column("evidence_position", sa.Column("hash", sa.LargeBinary))
    with_triggers_off(
        "evidence_position",
        "update evidence_position p set hash = n.hash from evidence_node n where n.level = 0 and n.nth = p.position",
    )
    op.alter_column("evidence_position", "hash", nullable=False)
    with_triggers_off("evidence_node", f"delete from evidence_node where level <= {SMALL[-1]}")


def _nodes() -> None:
    op.execute("insert into evidence_node (level, nth, hash) select 0, position, hash from evidence_position")
    op.drop_column("evidence_position", "hash")
    for level in SMALL[1:]:
        op.execute(
            f"insert into evidence_node (level, nth, hash) select {level}, l.nth / 2, sha256('\\x01' || l.hash || r.hash)"
            f" from evidence_node l join evidence_node r on r.level = l.level and r.nth = l.nth + 1"
            f" where l.level = {level - 1} and l.nth % 2 = 0"
        )


def _ledger(kind: str) -> None:
    op.execute(f"alter table hour_ledger {', '.join(f'alter column {name} type {kind}' for name in MILLISECONDS)}")


def with_triggers_off(table: str, statement: str) -> None:
    """What is only ever added to refuses its owner too."""
    op.execute(f"alter table {table} disable trigger user")
    op.execute(statement)
    op.execute(f"alter table {table} enable trigger user")


def rewrite(function: str, before: str, after: str) -> None:
    """Make a function anew with one expression changed."""
    line = op.get_bind()
    source = line.scalar(sa.text("select pg_get_functiondef(cast(:name as regprocedure))"), {"name": function})
    if source.count(before) != 1:
        raise RuntimeError(f"{function} is not as it was")
    line.exec_driver_sql(source.replace(before, after))
