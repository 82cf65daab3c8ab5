"""Launches: what the content host lets one opening of a package lesson do."""

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
        sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("region_code", sa.Text, nullable=False),
        sa.Column("plan_code", sa.Text, nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("version_id", sa.Uuid, sa.ForeignKey("package_version.id"), nullable=False),
        sa.Column("lesson_id", sa.Uuid, sa.ForeignKey("lesson.id"), nullable=False),
        sa.Column("registration", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id")),
        sa.Column("session_id", sa.Uuid, sa.ForeignKey("study_session.id")),
        sa.Column("actor", JSONB, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("return_url", sa.Text, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("fetched_at", TIME),
        sa.Column("ended_at", TIME),
        sa.CheckConstraint("kind in ('class', 'preview', 'external')", name="kind"),
        sa.CheckConstraint("mode in ('Normal', 'Browse', 'Review')", name="mode"),
        sa.CheckConstraint("(kind = 'class') = (session_id is not null)", name="session"),
        sa.CheckConstraint("kind = 'external' or person_id is not null", name="person"),
    )
    op.create_index("ix_launch_registration_lesson_id", "launch", ["registration", "lesson_id", "created_at"])
    tenancy.protect(
        op,
        "launch",
        "person_id = lms_person() or tenant_id = any(lms_tenants()) or lms_in_scope(region_code, plan_code)",
    )


def downgrade() -> None:
    op.drop_table("launch")
