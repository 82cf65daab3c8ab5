"""What all stand on: the functions of row-level security, the application's rights, the jobs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from lms.foundation import tenancy

revision = "0001"
down_revision = None

TIME = sa.DateTime(timezone=True)
STATES = "state in ('queued', 'running', 'done', 'failed')"


def upgrade() -> None:
    op.execute(tenancy.FUNCTIONS)
    op.execute(f"grant usage on schema public to {tenancy.APPLICATION_ROLE}")
    for kind, rights in (("tables", "select, insert, update, delete"), ("sequences", "usage, select")):
        op.execute(f"alter default privileges in schema public grant {rights} on {kind} to {tenancy.APPLICATION_ROLE}")
    op.create_table(
        "job",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("kind", "title", "state", "words")),
        *(sa.Column(name, JSONB, nullable=False) for name in ("arguments", "principal", "result")),
        *(sa.Column(name, sa.Uuid) for name in ("person_id", "tenant_id", "lease_token")),
        *(sa.Column(name, TIME) for name in ("lease_until", "published_at", "finished_at")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("attempt", "done", "of")),
        sa.Column("error", sa.Text),
        sa.CheckConstraint(STATES, name="state"),
    )
    op.execute("create index ix_job_waiting on job (created_at) where state in ('queued', 'running')")
    op.create_index("ix_job_tenant_id", "job", ["tenant_id", "created_at"])
    tenancy.protect(op, "job", "person_id = lms_person() or tenant_id = any(lms_tenants())")


def downgrade() -> None:
    op.drop_table("job")
    for name in ("lms_refuse_change()", "lms_in_scope(text, text)", "lms_is_system()", "lms_tenants()", "lms_person()"):
        op.execute(f"drop function {name}")
    for kind, rights in (("tables", "select, insert, update, delete"), ("sequences", "usage, select")):
        op.execute(
            f"alter default privileges in schema public revoke {rights} on {kind} from {tenancy.APPLICATION_ROLE}"
        )
