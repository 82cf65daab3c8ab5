"""Training packages, their versions, lessons and decisions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from lms.foundation import tenancy

revision = "0005"
down_revision = "0004"

TIME = sa.DateTime(timezone=True)
OWN = "tenant_id = any(lms_tenants()) or lms_in_scope(region_code, plan_code)"
STATES = "('checking', 'refused', 'checked', 'submitted', 'returned', 'approved')"


def owned(table: str, *columns: sa.schema.SchemaItem) -> None:
    """A table of a tenant, in reach of the authority of its region and plan."""
    op.create_table(
        table,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("region_code", sa.Text, nullable=False),
        sa.Column("plan_code", sa.Text, sa.ForeignKey("plan.code"), nullable=False),
        *columns,
    )


def text(name: str, **more: object) -> sa.Column:
    """A column of text that must be there."""
    return sa.Column(name, sa.Text, nullable=False, **more)


def upgrade() -> None:
    owned(
        "package",
        text("title"),
        sa.Column("programme_code", sa.Text, sa.ForeignKey("programme.code"), nullable=False),
        sa.UniqueConstraint("tenant_id", "id"),
    )
    _version()
    _lesson()
    _decision()
    for table in ("package", "package_version", "lesson", "version_decision"):
        tenancy.protect(op, table, OWN)
    _catalogue()
    _never_again()


def _version() -> None:
    owned(
        "package_version",
        sa.Column("package_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        text("state"),
        text("title"),
        sa.Column("programme_code", sa.Text, sa.ForeignKey("programme.code"), nullable=False),
        sa.Column("declared_seconds", sa.Integer, nullable=False),
        sa.Column("upload_token", sa.Uuid, nullable=False),
        sa.Column("source", JSONB, nullable=False),
        text("source_hash"),
        sa.Column("content_hash", sa.Text),
        sa.Column("report", JSONB, nullable=False),
        sa.Column("job_id", sa.Uuid),
        sa.Column("uploaded_by", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("submitted_at", TIME),
        sa.Column("decided_at", TIME),
        sa.Column("decided_by", sa.Uuid, sa.ForeignKey("person.id")),
        text("reason"),
        sa.ForeignKeyConstraint(["tenant_id", "package_id"], ["package.tenant_id", "package.id"]),
        sa.UniqueConstraint("tenant_id", "id"),
        sa.UniqueConstraint("package_id", "number"),
        sa.UniqueConstraint("tenant_id", "upload_token"),
        sa.CheckConstraint(f"state in {STATES}", name="state"),
        sa.CheckConstraint("decided_by <> uploaded_by", name="two_people"),
        sa.CheckConstraint(
            "state <> 'approved' or (content_hash is not null and decided_by is not null)", name="decided"
        ),
    )
    # The same three files are one upload, however many windows sent them at once.
    op.create_index(
        "uq_package_version_source",
        "package_version",
        ["tenant_id", "programme_code", "source_hash"],
        unique=True,
        postgresql_where=sa.text("state <> 'refused'"),
    )
    op.create_index("ix_package_version_programme", "package_version", ["programme_code", "state"])


def _lesson() -> None:
    owned(
        "lesson",
        sa.Column("version_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        text("title"),
        text("kind"),
        text("content_hash"),
        sa.Column("duration_ms", sa.BigInteger, nullable=False),
        sa.Column("declared_seconds", sa.Integer, nullable=False),
        sa.Column("approved_seconds", sa.Integer),
        sa.Column("media_key", sa.Text),
        sa.Column("captions_key", sa.Text),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("quiz", JSONB),
        sa.ForeignKeyConstraint(["tenant_id", "version_id"], ["package_version.tenant_id", "package_version.id"]),
        sa.UniqueConstraint("version_id", "number"),
        sa.CheckConstraint("kind in ('video', 'quiz')", name="kind"),
        sa.CheckConstraint("approved_seconds >= 0 and approved_seconds * 1000::bigint <= duration_ms", name="probed"),
    )


def _decision() -> None:
    owned(
        "version_decision",
        sa.Column("version_id", sa.Uuid, nullable=False, index=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        text("decision"),
        text("reason"),
        sa.Column("leaf_id", sa.BigInteger, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "version_id"], ["package_version.tenant_id", "package_version.id"]),
        sa.CheckConstraint("decision in ('submitted', 'approved', 'returned')", name="decision"),
    )
    tenancy.append_only(op, "version_decision")


def _catalogue() -> None:
    """What is approved is the catalogue: everybody may read it, nobody gains a right to write."""
    op.execute("create policy package_version_catalogue on package_version for select using (state = 'approved')")
    op.execute(
        "create policy lesson_catalogue on lesson for select using"
        " (exists (select from package_version v where v.id = version_id and v.state = 'approved'))"
    )


def _never_again() -> None:
    """An approved version and its lessons are what hours were credited for: no role may alter them."""
    op.execute("""
create function publishing_keep_version() returns trigger language plpgsql as $$ begin
  if old.state = 'approved' then
    raise exception 'an approved version never changes' using errcode = 'restrict_violation';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger package_version_kept before update or delete on package_version
  for each row execute function publishing_keep_version();
create function publishing_keep_lesson() returns trigger language plpgsql as $$ begin
  if exists (select from package_version v where v.state = 'approved'
             and v.id in (case tg_op when 'INSERT' then new.version_id else old.version_id end,
                          case tg_op when 'DELETE' then old.version_id else new.version_id end)) then
    raise exception 'the lessons of an approved version never change' using errcode = 'restrict_violation';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger lesson_kept before insert or update or delete on lesson
  for each row execute function publishing_keep_lesson();
""")


def downgrade() -> None:
    for table in ("version_decision", "lesson", "package_version", "package"):
        op.drop_table(table)
    op.execute("drop function publishing_keep_version(); drop function publishing_keep_lesson()")
