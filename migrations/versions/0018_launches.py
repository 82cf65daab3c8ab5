"""Launches: what the content host lets one opening of a package lesson do; the hosts abroad that packages may use."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from lms.foundation import tenancy

revision = "0018"
down_revision = "0017"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "launch",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("created_at", TIME, nullable=False),
        *_place(),
        sa.Column("token_hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("version_id", sa.Uuid, sa.ForeignKey("package_version.id"), nullable=False),
        sa.Column("lesson_id", sa.Uuid, sa.ForeignKey("lesson.id"), nullable=False),
        sa.Column("registration", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id")),
        sa.Column("session_id", sa.Uuid, sa.ForeignKey("study_session.id")),
        sa.Column("browser", sa.Uuid, sa.ForeignKey("web_session.id", ondelete="SET NULL")),
        sa.Column("tied", sa.Boolean, nullable=False),
        sa.Column("actor", JSONB, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("return_url", sa.Text, nullable=False),
        sa.Column("scratch", JSONB, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("fetched_at", TIME),
        sa.Column("ended_at", TIME),
        sa.CheckConstraint("kind in ('class', 'preview', 'external')", name="kind"),
        sa.CheckConstraint("mode in ('Normal', 'Browse', 'Review')", name="mode"),
        sa.CheckConstraint("(kind = 'class') = (session_id is not null)", name="session"),
        sa.CheckConstraint("kind = 'external' or person_id is not null", name="person"),
    )
    op.create_index("ix_launch_registration_lesson_id", "launch", ["registration", "lesson_id", "created_at"])
    # Signing out, stopping a version and opening another lesson end launches; none of them may read them all.
    op.create_index("ix_launch_browser", "launch", ["browser"], postgresql_where=sa.text("browser is not null"))
    going = sa.text("ended_at is null")
    op.create_index("ix_launch_going_person", "launch", ["person_id"], postgresql_where=going)
    op.create_index("ix_launch_going_version", "launch", ["version_id"], postgresql_where=going)
    tenancy.protect(
        op,
        "launch",
        "person_id = lms_person() or tenant_id = any(lms_tenants()) or lms_in_scope(region_code, plan_code)",
    )
    _hosts()


def _hosts() -> None:
    op.create_table(
        "remote_host",
        sa.Column("package_id", sa.Uuid, sa.ForeignKey("package.id"), primary_key=True),
        sa.Column("host", sa.Text, primary_key=True),
        *_place(),
        sa.Column("allowed_by", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
    )
    op.create_table(
        "blocked_host",
        sa.Column("version_id", sa.Uuid, sa.ForeignKey("package_version.id"), primary_key=True),
        sa.Column("host", sa.Text, primary_key=True),
        *_place(),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
    )
    for table in ("remote_host", "blocked_host"):
        tenancy.protect(op, table, "tenant_id = any(lms_tenants()) or lms_in_scope(region_code, plan_code)")


def _place() -> list[sa.Column[object]]:
    return [
        sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("region_code", sa.Text, nullable=False),
        sa.Column("plan_code", sa.Text, nullable=False),
    ]


def downgrade() -> None:
    op.drop_table("blocked_host")
    op.drop_table("remote_host")
    op.drop_table("launch")
