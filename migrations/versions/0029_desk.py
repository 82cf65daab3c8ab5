"""The desks: for which days an inspection holds the hours of a class or a person."""

import sqlalchemy as sa
from alembic import op

from lms.foundation import tenancy

revision = "0029"
down_revision = "0028"

TIME = sa.DateTime(timezone=True)
MINE = (
    "person_id = lms_person() or (person_id is null and exists (select from registration r"
    " where r.cohort_id = hour_suspension.cohort_id and r.person_id = lms_person()))"
)
VISIBLE = f"{MINE} or tenant_id = any(lms_tenants()) or lms_in_scope(region_code, plan_code)"


def upgrade() -> None:
    op.create_table(
        "hour_suspension",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("region_code", sa.Text, nullable=False),
        sa.Column("plan_code", sa.Text, nullable=False),
        sa.Column("cohort_id", sa.Uuid, sa.ForeignKey("cohort.id"), nullable=False),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id")),
        sa.Column("inspection_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("since", sa.Date),
        sa.Column("until", sa.Date),
        sa.Column("leaf_id", sa.BigInteger, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("inspection_id", "number"),
        sa.CheckConstraint("since is null or until is null or since <= until", name="days"),
    )
    op.create_index("ix_hour_suspension_cohort_id", "hour_suspension", ["cohort_id"])
    tenancy.protect(op, "hour_suspension", VISIBLE)
    tenancy.append_only(op, "hour_suspension")


def downgrade() -> None:
    op.drop_table("hour_suspension")
