"""Tables of subsidies: who exported hours, and what came of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from lms.foundation import tenancy

revision = "0008"
down_revision = "0007"

TIME = sa.DateTime(timezone=True)
SEEN_BY = "tenant_id = any(lms_tenants()) or lms_in_scope(region_code, plan_code)"


def upgrade() -> None:
    op.create_table(
        "hours_export",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("created_at", TIME, nullable=False),
        *_place(),
        sa.Column("cohort_id", sa.Uuid, sa.ForeignKey("cohort.id"), nullable=False, index=True),
        sa.Column("requested_by", sa.Uuid, sa.ForeignKey("person.id")),
        *(sa.Column(name, sa.String, nullable=False) for name in ("identity", "reason")),
        sa.Column("token", sa.String, nullable=False),
        sa.Column("job_id", sa.Uuid),
        *_leaf(),
        sa.UniqueConstraint("token"),
        sa.CheckConstraint("identity in ('masked', 'full')", name="identity"),
        sa.CheckConstraint("identity = 'masked' or reason <> ''", name="reason"),
    )
    op.create_table(
        "hours_export_result",
        sa.Column("export_id", sa.Uuid, sa.ForeignKey("hours_export.id"), primary_key=True),
        *_place(),
        *(sa.Column(name, TIME, nullable=False) for name in ("created_at", "sealed_at")),
        sa.Column("checkpoint_size", sa.BigInteger, nullable=False),
        sa.Column("skipped", sa.Integer, nullable=False),
        *(
            sa.Column(f"{file}_{name}", sa.String, nullable=False)
            for file in ("bundle", "sheet")
            for name in ("key", "sha256")
        ),
        *(sa.Column(f"{file}_bytes", sa.BigInteger, nullable=False) for file in ("bundle", "sheet")),
        *(sa.Column(name, JSONB, nullable=False) for name in ("figures", "files")),
        *_leaf(),
    )
    for table in ("hours_export", "hours_export_result"):
        tenancy.protect(op, table, SEEN_BY)
        tenancy.append_only(op, table)


def _place() -> list[sa.Column]:
    tenant = sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False)
    return [tenant, *(sa.Column(name, sa.String, nullable=False) for name in ("region_code", "plan_code"))]


def _leaf() -> list[sa.Column]:
    leaf = sa.ForeignKey("evidence_leaf.id")
    return [
        sa.Column("leaf_id", sa.BigInteger, leaf, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
    ]


def downgrade() -> None:
    op.drop_table("hours_export_result")
    op.drop_table("hours_export")
