"""People, organisations, sign-in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from lms.foundation import tenancy

revision = "0003"
down_revision = "0002"

TIME = sa.DateTime(timezone=True)
BYTES = sa.LargeBinary
KNOWN = """exists (select from known_to k where k.person_id = person.id
  and (k.tenant_id = any(lms_tenants()) or lms_in_scope(k.region_code, k.plan_code)))"""


def identified(table: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        table, sa.Column("id", sa.Uuid, primary_key=True), sa.Column("created_at", TIME, nullable=False), *columns
    )


def upgrade() -> None:
    identified(
        "organisation",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("region_code", sa.Text, nullable=False),
        sa.Column("department", sa.Text),
        sa.CheckConstraint("kind in ('institution', 'enterprise', 'authority')", name="kind"),
    )
    op.create_table(
        "authority_scope",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("plan_code", sa.Text, sa.ForeignKey("plan.code")),
        sa.UniqueConstraint("organisation_id", "region", "plan_code", postgresql_nulls_not_distinct=True),
    )
    identified(
        "person",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("id_number", BYTES),
        sa.Column("id_number_index", BYTES, unique=True),
        sa.Column("id_number_mask", sa.Text),
        sa.Column("phone", BYTES),
        sa.Column("phone_index", BYTES, index=True),
        sa.Column("phone_mask", sa.Text),
        sa.Column("password_hash", sa.Text),
    )
    op.create_table(
        "known_to",
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("organisation.id"), primary_key=True),
        sa.Column("region_code", sa.Text, primary_key=True),
        sa.Column("plan_code", sa.Text, primary_key=True),
    )
    identified(
        "membership",
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("until", sa.Date),
        sa.UniqueConstraint("person_id", "organisation_id", "role"),
        sa.CheckConstraint("role in ('clerk', 'administrator', 'export_officer')", name="role"),
    )
    _sign_in()
    _audit()
    tenancy.protect(op, "person", f"id = lms_person() or {KNOWN}")
    tenancy.protect(
        op,
        "known_to",
        "person_id = lms_person() or tenant_id = any(lms_tenants()) or lms_in_scope(region_code, plan_code)",
    )
    tenancy.protect(op, "membership", "person_id = lms_person() or organisation_id = any(lms_tenants())")
    for table in ("web_session", "one_time_code", "sign_in_failure"):
        tenancy.protect(op, table, "false")


def _sign_in() -> None:
    op.create_table(
        "web_session",
        sa.Column("token_hash", BYTES, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), index=True),
        sa.Column("data", JSONB, nullable=False),
        sa.Column("expires_at", TIME, nullable=False, index=True),
    )
    identified(
        "one_time_code",
        sa.Column("phone_index", BYTES, nullable=False),
        sa.Column("code_index", BYTES, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("used_at", TIME),
    )
    op.create_index("ix_one_time_code_phone_index", "one_time_code", ["phone_index", "created_at"])
    identified("sign_in_failure", sa.Column("phone_index", BYTES, nullable=False))
    op.create_index("ix_sign_in_failure_phone_index", "sign_in_failure", ["phone_index", "created_at"])


def _audit() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor_id", sa.Uuid),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("action", "subject", "reason")),
        sa.Column("leaf_id", sa.BigInteger, nullable=False),
    )
    tenancy.append_only(op, "audit_entry")
    tenancy.protect(op, "audit_entry", "actor_id = lms_person()")


def downgrade() -> None:
    for table in (
        "audit_entry", "sign_in_failure", "one_time_code", "web_session", "membership",
        "known_to", "person", "authority_scope", "organisation",
    ):  # fmt: skip
        op.drop_table(table)
