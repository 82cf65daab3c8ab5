"""Targets that administrators add, and the cities that pilot learning at a distance."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from lms.foundation import tenancy

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "plan_target",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.Text, nullable=False, unique=True),
        _plan(),
        *_texts("item", "unit", "said", "source", "note"),
        sa.Column("at_least", sa.Integer, nullable=False),
        sa.Column("since", sa.Date),
        sa.Column("until", sa.Date),
        sa.Column("programmes", JSONB, nullable=False),
        sa.CheckConstraint("at_least > 0", name="at_least"),
        sa.CheckConstraint("since is null or until is null or since <= until", name="period"),
    )
    op.create_table(
        "pilot_city",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _plan(),
        *_texts("region_code", "source"),
        sa.Column("opens", sa.Boolean, nullable=False),
        sa.Column("effective_from", sa.Date, nullable=False),
        sa.UniqueConstraint("plan_code", "region_code", "effective_from"),
    )
    tenancy.append_only(op, "plan_target")
    tenancy.append_only(op, "pilot_city")


def _plan() -> sa.Column:
    return sa.Column("plan_code", sa.Text, sa.ForeignKey("plan.code"), nullable=False)


def _texts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def downgrade() -> None:
    op.drop_table("pilot_city")
    op.drop_table("plan_target")
