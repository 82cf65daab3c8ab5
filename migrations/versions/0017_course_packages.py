"""Course packages of any format: what a version came in, what its lessons start, which files it has."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from lms.foundation import tenancy

revision = "0017"
down_revision = "0016"

KINDS = "('video', 'quiz', 'document', 'sco', 'au', 'activity')"
FORMATS = "('series', 'cmi5', 'scorm12', 'scorm2004', 'tincan', 'document')"
# The study time of a video is bounded by its length; that of a lesson without a timeline by the reviewer alone; a quiz has none.
PROBED = (
    "approved_seconds >= 0 and (kind <> 'quiz' or approved_seconds = 0)"
    " and (kind <> 'video' or approved_seconds * 1000::bigint <= duration_ms)"
)


def upgrade() -> None:
    op.add_column("package_version", sa.Column("format", sa.Text, nullable=False, server_default="series"))
    op.add_column("package_version", sa.Column("identifier", sa.Text, nullable=False, server_default=""))
    op.add_column("package_version", sa.Column("structure", JSONB, nullable=False, server_default="{}"))
    op.create_check_constraint("format", "package_version", f"format in {FORMATS}")
    op.add_column("lesson", sa.Column("identifier", sa.Text, nullable=False, server_default=""))
    op.add_column("lesson", sa.Column("entry", sa.Text, nullable=False, server_default=""))
    op.add_column("lesson", sa.Column("places", sa.Integer, nullable=False, server_default="0"))
    op.add_column("lesson", sa.Column("settings", JSONB, nullable=False, server_default="{}"))
    for name, rule in (("kind", f"kind in {KINDS}"), ("probed", PROBED)):
        op.drop_constraint(name, "lesson", type_="check")
        op.create_check_constraint(name, "lesson", rule)
    _files()


def _files() -> None:
    op.create_table(
        "package_file",
        sa.Column("version_id", sa.Uuid, primary_key=True),
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("tenant_id", sa.Uuid, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "version_id"], ["package_version.tenant_id", "package_version.id"]),
        sa.CheckConstraint("size_bytes >= 0 and length(sha256) = 64", name="figures"),
    )
    visible = "exists (select from package_version v where v.id = version_id)"
    tenancy.protect(op, "package_file", visible)
    tenancy.append_only(op, "package_file")


def downgrade() -> None:
    op.drop_table("package_file")
    for name, rule in (
        ("kind", "kind in ('video', 'quiz')"),
        ("probed", "approved_seconds >= 0 and approved_seconds * 1000::bigint <= duration_ms"),
    ):
        op.drop_constraint(name, "lesson", type_="check")
        op.create_check_constraint(name, "lesson", rule)
    for name in ("settings", "places", "entry", "identifier"):
        op.drop_column("lesson", name)
    op.drop_constraint("format", "package_version", type_="check")
    for name in ("structure", "identifier", "format"):
        op.drop_column("package_version", name)
