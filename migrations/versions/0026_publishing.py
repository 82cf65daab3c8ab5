"""The life of course packages: uploads, comments, withdrawal, copies."""

import sqlalchemy as sa
from alembic import op

from lms.foundation import tenancy

revision = "0026"
down_revision = "0025"

TIME = sa.DateTime(timezone=True)
OWN = "tenant_id = any(lms_tenants()) or lms_in_scope(region_code, plan_code)"


def text(name: str) -> sa.Column:
    """A column of text that must be there."""
    return sa.Column(name, sa.Text, nullable=False)


def of_version(table: str, *columns: sa.schema.SchemaItem) -> None:
    """A table that hangs on a version, in reach of its institution and of the authority of its region and plan."""
    op.create_table(
        table,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("version_id", sa.Uuid, nullable=False, index=True),
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        text("region_code"),
        sa.Column("plan_code", sa.Text, sa.ForeignKey("plan.code"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "version_id"], ["package_version.tenant_id", "package_version.id"]),
        *columns,
    )
    tenancy.protect(op, table, OWN)


def upgrade() -> None:
    op.add_column("package_version", sa.Column("copied_from", sa.Uuid, sa.ForeignKey("package_version.id")))
    _files_stay()
    _uploads()
    _talks()
    _standing()


def _files_stay() -> None:
    """No file is added to a version once it was approved; 0017 sees to it that none is changed or taken away."""
    op.execute("""
create function publishing_keep_files() returns trigger language plpgsql as $$ begin
  if exists (select from package_version v where v.state = 'approved' and v.id in (select version_id from added)) then
    raise exception 'the files of an approved version never change' using errcode = 'restrict_violation';
  end if;
  return null;
end $$;
create trigger package_file_kept after insert on package_file
  referencing new table as added for each statement execute function publishing_keep_files();
""")
    op.create_index("ix_package_file_sha256", "package_file", ["sha256"])


def _uploads() -> None:
    """What arrives piece by piece: only the person who sends it sees it. Its pieces are files of the storage."""
    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        text("part"),
        text("name"),
        text("fingerprint"),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("received_bytes", sa.BigInteger, nullable=False),
        sa.Column("expires_at", TIME, nullable=False, index=True),
        sa.Column("version_id", sa.Uuid, sa.ForeignKey("package_version.id")),
        sa.CheckConstraint("size_bytes > 0 and received_bytes between 0 and size_bytes", name="figures"),
        sa.CheckConstraint("version_id is null or received_bytes = size_bytes", name="whole"),
    )
    op.create_index("ix_upload_person_id", "upload", ["tenant_id", "person_id", "created_at"])
    tenancy.protect(op, "upload", "person_id = lms_person() and tenant_id = any(lms_tenants())")
    op.create_table(
        "upload_piece",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("upload_id", sa.Uuid, sa.ForeignKey("upload.id", ondelete="cascade"), nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("arrived", sa.Boolean, nullable=False),
        sa.CheckConstraint("size_bytes > 0 and start >= 0", name="figures"),
    )
    op.create_index("ix_upload_piece_upload_id", "upload_piece", ["upload_id", "start"])
    once = {"unique": True, "postgresql_where": sa.text("arrived")}
    op.create_index("uq_upload_piece_arrived", "upload_piece", ["upload_id", "start"], **once)
    tenancy.protect(op, "upload_piece", "exists (select from upload u where u.id = upload_id)")


def _talks() -> None:
    """What reviewer and institution say to each other about a lesson (number 0: about the whole)."""
    of_version(
        "review_thread",
        sa.Column("lesson_number", sa.Integer, nullable=False),
        sa.Column("resolved_at", TIME),
        sa.Column("resolved_by", sa.Uuid, sa.ForeignKey("person.id")),
        sa.UniqueConstraint("tenant_id", "id"),
        sa.CheckConstraint("(resolved_at is null) = (resolved_by is null)", name="resolved"),
    )
    of_version(
        "review_comment",
        sa.Column("thread_id", sa.Uuid, nullable=False, index=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        text("side"),
        text("body"),
        sa.ForeignKeyConstraint(["tenant_id", "thread_id"], ["review_thread.tenant_id", "review_thread.id"]),
        sa.CheckConstraint("side in ('authority', 'institution')", name="side"),
        sa.CheckConstraint("length(body) between 1 and 1000", name="body"),
    )
    tenancy.append_only(op, "review_comment")


def _standing() -> None:
    """An approved version never changes; that it was withdrawn is said beside it, and who learns with it may read that."""
    of_version(
        "version_standing",
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        text("act"),
        text("reason"),
        sa.Column("leaf_id", sa.BigInteger, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("act in ('withdrawn', 'stopped', 'restored')", name="act"),
        sa.CheckConstraint("length(reason) between 1 and 500", name="reason"),
    )
    tenancy.append_only(op, "version_standing")
    op.execute("create policy version_standing_catalogue on version_standing for select using (true)")


def downgrade() -> None:
    for table in ("version_standing", "review_comment", "review_thread", "upload_piece", "upload"):
        op.drop_table(table)
    op.drop_index("ix_package_file_sha256", "package_file")
    op.execute("drop trigger package_file_kept on package_file; drop function publishing_keep_files()")
    op.drop_column("package_version", "copied_from")
