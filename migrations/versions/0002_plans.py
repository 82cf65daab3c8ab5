"""Plans, programmes and dated policies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from lms.foundation import tenancy

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    texts = [sa.Column(name, sa.Text, nullable=False) for name in ("number", "title", "line")]
    op.create_table(
        "plan", sa.Column("code", sa.Text, primary_key=True), *texts, sa.Column("remote", sa.Boolean, nullable=False)
    )
    op.create_table(
        "programme",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("plan_code", sa.Text, sa.ForeignKey("plan.code"), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("line", sa.Text, nullable=False),
    )
    op.create_table(
        "policy",
        sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("value", sa.Integer, nullable=False),
        sa.Column("jurisdiction", sa.Text, nullable=False),
        sa.Column("programme_code", sa.Text, sa.ForeignKey("programme.code")),
        sa.Column("effective_from", sa.Date, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("confidence", sa.Text, nullable=False),
        sa.CheckConstraint("confidence in ('confirmed', 'secondary', 'proposal')", name="confidence"),
    )
    # Two rows of one day for one key would leave the answer to chance; a missing programme counts as one value.
    op.execute(
        "alter table policy add constraint uq_policy_dated"
        " unique nulls not distinct (key, jurisdiction, programme_code, effective_from)"
    )
    op.create_table(
        "hour_policy",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("rows", JSONB, nullable=False),
    )
    tenancy.append_only(op, "policy")
    tenancy.append_only(op, "hour_policy")


def downgrade() -> None:
    for table in ("hour_policy", "policy", "programme", "plan"):
        op.drop_table(table)
