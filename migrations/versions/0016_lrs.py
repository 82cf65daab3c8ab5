"""The record store's dealings with the outside: keys with a purpose, forwarding, imports, archives of old months."""

import sqlalchemy as sa
from alembic import op

from lms.foundation import tenancy

revision = "0016"
down_revision = "0015"

TIME = sa.DateTime(timezone=True)
APP = tenancy.APPLICATION_ROLE
OWN = "tenant_id = any(lms_tenants())"
TABLES = ("lrs_import_line", "lrs_import", "lrs_dead_letter", "lrs_forwarding", "lrs_archive", "lrs_retention")

# A month is let go only where its archive was read back and holds every statement of it.
FUNCTIONS = """
create function lrs_drop_month(first date) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
  part text := format('lrs_statement_%s', to_char(first, 'YYYY_MM'));
  kept bigint;
  archived bigint;
begin
  select statements into archived from lrs_archive where month = first and state = 'verified';
  if archived is null then raise exception 'no verified archive of %', first; end if;
  if to_regclass(part) is null then return; end if;
  execute format('lock table %I in access exclusive mode', part);
  execute format('select count(*) from %I', part) into kept;
  if kept <> archived then raise exception 'the archive of % holds % statements, the table %', first, archived, kept; end if;
  execute format('alter table lrs_statement detach partition %I', part);
  execute format('drop table %I', part);
end $$;
create function lrs_drop_links(low bigint, high bigint) returns bigint language plpgsql security definer
  set search_path = public, pg_temp as $$
declare
  gone bigint;
begin
  if exists (select from lrs_statement where seq >= low and seq < high) then
    raise exception 'statements from % to % are still here', low, high;
  end if;
  delete from lrs_link where seq >= low and seq < high;
  get diagnostics gone = row_count;
  return gone;
end $$;
"""


def upgrade() -> None:
    op.add_column("lrs_key", sa.Column("purpose", sa.Text, nullable=False, server_default=""))
    op.add_column("lrs_key", sa.Column("issued_by", sa.Uuid))
    op.add_column("lrs_key", sa.Column("revoked_by", sa.Uuid))
    op.add_column("lrs_key", sa.Column("replaces", sa.Uuid))
    # Addresses may be longer than an index takes: the first letters are enough to find ours by.
    op.execute("create index ix_lrs_activity_iri on lrs_activity (tenant_id, left(iri, 200) text_pattern_ops)")
    _forwarding()
    _imports()
    _archives()
    op.execute(FUNCTIONS)
    for function in ("lrs_drop_month(date)", "lrs_drop_links(bigint, bigint)"):
        op.execute(f"revoke all on function {function} from public")
        op.execute(f"grant execute on function {function} to {APP}")


def _table(name: str, *columns: sa.schema.SchemaItem, rule: str = OWN) -> None:
    identified = sa.Column("id", sa.Uuid, primary_key=True), sa.Column("created_at", TIME, nullable=False)
    op.create_table(name, *identified, *columns)
    tenancy.protect(op, name, rule)


def _tenant() -> sa.Column:  # type: ignore[type-arg]
    return sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False)


def _forwarding() -> None:
    _table(
        "lrs_forwarding",
        _tenant(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("username", sa.Text, nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("verbs", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("cursor", sa.BigInteger, nullable=False),
        sa.Column("sent", sa.BigInteger, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("next_try_at", TIME, nullable=False),
        sa.Column("sent_at", TIME),
        sa.Column("trouble", sa.Text, nullable=False),
        sa.Column("made_by", sa.Uuid),
        sa.CheckConstraint("state in ('active', 'paused')", name="state"),
        sa.UniqueConstraint("tenant_id", "id", name="uq_lrs_forwarding_tenant_id_id"),
        sa.UniqueConstraint("tenant_id", "name", name="uq_lrs_forwarding_tenant_id_name"),
    )
    _table(
        "lrs_dead_letter",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("forwarding_id", sa.Uuid, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("statement_id", sa.Uuid, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("resent_at", TIME),
        sa.ForeignKeyConstraint(["tenant_id", "forwarding_id"], ["lrs_forwarding.tenant_id", "lrs_forwarding.id"]),
        sa.UniqueConstraint("forwarding_id", "seq", name="uq_lrs_dead_letter_forwarding_id_seq"),
    )


def _imports() -> None:
    _table(
        "lrs_import",
        _tenant(),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("storage_key", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False, unique=True),
        sa.Column("job_id", sa.Uuid),
        sa.Column("asked_by", sa.Uuid),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("lines", sa.BigInteger, nullable=False),
        sa.Column("kept", sa.BigInteger, nullable=False),
        sa.Column("known", sa.BigInteger, nullable=False),
        sa.Column("refused", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("tenant_id", "id", name="uq_lrs_import_tenant_id_id"),
    )
    op.create_table(
        "lrs_import_line",
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("import_id", sa.Uuid, primary_key=True),
        sa.Column("line", sa.BigInteger, primary_key=True),
        sa.Column("property", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "import_id"], ["lrs_import.tenant_id", "lrs_import.id"]),
    )
    tenancy.protect(op, "lrs_import_line", OWN)


def _archives() -> None:
    _table(
        "lrs_archive",
        sa.Column("month", sa.Date, nullable=False, unique=True),
        sa.Column("statements", sa.BigInteger, nullable=False),
        sa.Column("storage_key", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("dropped_at", TIME),
        sa.Column("restored_at", TIME),
        sa.CheckConstraint("state in ('verified', 'dropped', 'restored')", name="state"),
        rule="false",
    )
    _table(
        "lrs_retention",
        sa.Column("keep_months", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.CheckConstraint("keep_months >= 1", name="keep_months"),
        rule="false",
    )
    tenancy.append_only(op, "lrs_retention")


def downgrade() -> None:
    for function in ("lrs_drop_month(date)", "lrs_drop_links(bigint, bigint)"):
        op.execute(f"drop function {function}")
    for table in TABLES:
        op.drop_table(table)
    op.drop_index("ix_lrs_activity_iri")
    for column in ("purpose", "issued_by", "revoked_by", "replaces"):
        op.drop_column("lrs_key", column)
