"""The record store: statements in monthly partitions, what they are found by, documents, keys."""

import sqlalchemy as sa
from alembic import op

from lms.foundation import tenancy

revision = "0009"
down_revision = "0008"

TIME = sa.DateTime(timezone=True)
BYTES = sa.LargeBinary
APP = tenancy.APPLICATION_ROLE
TABLES = (
    "lrs_key", "lrs_statement", "lrs_statement_id", "lrs_statement_ref", "lrs_link", "lrs_agent_name", "lrs_activity",
    "lrs_document", "lrs_attachment",
)  # fmt: skip

# A writer says when it began (a shared advisory lock that ends with its transaction) BEFORE it takes its number, and a
# reader takes its time BEFORE it looks for writers. So a writer that the reader does not see has a later number.
# The second key of the lock is the millisecond modulo 2^31; transactions last less than twelve days.
FUNCTIONS = f"""
create function lrs_now() returns bigint language sql volatile as
  $$ select floor(extract(epoch from clock_timestamp()) * 1000)::bigint - 1577836800000 $$;
create function lrs_take_seq() returns bigint language plpgsql volatile as $$
begin
  perform pg_advisory_xact_lock_shared(20191812, (lrs_now() & 2147483647)::int);
  return (lrs_now() << 22) | (nextval('lrs_tick') << 10);
end $$;
create function lrs_consistent_through() returns bigint language plpgsql volatile as $$
declare
  asked bigint := lrs_now();
  oldest bigint;
begin
  select max(ago) into oldest from (
    select (asked - objid::bigint) & 2147483647 as ago from pg_locks
    where locktype = 'advisory' and classid = 20191812 and objsubid = 2
      and database = (select oid from pg_database where datname = current_database())
  ) writers where ago < 1073741824;
  return asked - coalesce(oldest, 0) - 1;
end $$;
create function lrs_add_month(first date) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
  part text := format('lrs_statement_%s', to_char(first, 'YYYY_MM'));
  low bigint := (extract(epoch from date_trunc('month', first::timestamp))::bigint * 1000 - 1577836800000) << 22;
  high bigint := (extract(epoch from date_trunc('month', first::timestamp) + interval '1 month')::bigint * 1000
                  - 1577836800000) << 22;
begin
  if to_regclass(part) is null then
    execute format('create table %I partition of lrs_statement for values from (%s) to (%s)', part, low, high);
    execute format('alter table %I enable row level security', part);
    execute format('revoke all on %I from {APP}', part);
  end if;
end $$;
"""


def _tenant(name: str, *columns: sa.Column, key: list[str], **more: object) -> None:  # type: ignore[type-arg]
    """A table of a tenant whose primary key begins with the tenant; its constraint has the name that actions target."""
    tenant = sa.Column("tenant_id", sa.Uuid, nullable=False)
    op.create_table(name, tenant, *columns, sa.PrimaryKeyConstraint("tenant_id", *key, name=f"pk_{name}"), **more)
    tenancy.protect(op, name, "tenant_id = any(lms_tenants())")


def upgrade() -> None:
    op.execute("create sequence lrs_tick minvalue 0 maxvalue 4095 cycle")
    _keys()
    _statements()
    _found_by()
    _documents()
    op.execute(FUNCTIONS)
    op.execute("revoke all on function lrs_add_month(date) from public")
    op.execute(f"grant execute on function lrs_add_month(date) to {APP}")
    op.execute(
        "select lrs_add_month((date_trunc('month', now()) + make_interval(months => ahead))::date)"
        " from generate_series(0, 3) as ahead"
    )


def _keys() -> None:
    op.create_table(
        "lrs_key",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("secret_hash", BYTES, nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("revoked_at", TIME),
    )
    op.create_index("ix_lrs_key_tenant_id", "lrs_key", ["tenant_id", "name"])
    tenancy.protect(op, "lrs_key", "tenant_id = any(lms_tenants())")


def _statements() -> None:
    """The payload is kept once, as the text that came. Uniqueness of ids is a table of its own: it spans the months."""
    _tenant(
        "lrs_statement",
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("voided", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("payload", sa.Text, nullable=False),
        key=["seq"],
        postgresql_partition_by="range (seq)",
    )
    op.execute("create table lrs_statement_rest partition of lrs_statement default")
    op.execute("alter table lrs_statement_rest enable row level security")
    op.execute(f"revoke all on lrs_statement_rest from {APP}")
    op.execute(f"revoke update, delete, truncate on lrs_statement from {APP}")
    op.execute(f"grant update (voided) on lrs_statement to {APP}")
    _tenant(
        "lrs_statement_id",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("seq", sa.BigInteger),
        sa.Column("hash", sa.Uuid),
        sa.Column("voided_by", sa.BigInteger),
        key=["id"],
    )
    _tenant(
        "lrs_statement_ref",
        sa.Column("target_id", sa.Uuid, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        key=["target_id", "seq"],
    )
    for table in ("lrs_statement_id", "lrs_statement_ref"):
        op.execute(f"revoke delete, truncate on {table} from {APP}")


def _found_by() -> None:
    """One contiguous range of the key for each (ref, kind): a page costs what it shows, however much is stored."""
    _tenant(
        "lrs_link",
        sa.Column("ref", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        key=["ref", "kind", "seq"],
    )
    op.execute(f"revoke update, delete, truncate on lrs_link from {APP}")
    _tenant(
        "lrs_agent_name",
        sa.Column("ref", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        key=["ref", "name"],
    )
    _tenant(
        "lrs_activity",
        sa.Column("iri", sa.Text, nullable=False),
        sa.Column("ref", sa.BigInteger, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        key=["ref"],
    )


def _documents() -> None:
    _tenant(
        "lrs_document",
        sa.Column("key", sa.Uuid, nullable=False),
        sa.Column("resource", sa.SmallInteger, nullable=False),
        sa.Column("activity", sa.BigInteger, nullable=False),
        sa.Column("agent", sa.BigInteger, nullable=False),
        sa.Column("registration", sa.Uuid),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("content_type", sa.Text, nullable=False),
        sa.Column("content", BYTES, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        key=["key"],
    )
    op.create_index("ix_lrs_document_subject", "lrs_document", ["tenant_id", "resource", "activity", "agent"])
    _tenant(
        "lrs_attachment",
        sa.Column("sha2", sa.Text, nullable=False),
        sa.Column("content_type", sa.Text, nullable=False),
        sa.Column("content", BYTES, nullable=False),
        key=["sha2"],
    )
    op.execute(f"revoke update, delete, truncate on lrs_attachment from {APP}")


def downgrade() -> None:
    for function in ("lrs_add_month(date)", "lrs_consistent_through()", "lrs_take_seq()", "lrs_now()"):
        op.execute(f"drop function {function}")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("drop sequence lrs_tick")
