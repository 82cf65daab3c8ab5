"""cmi5 and tincan: registrations, sessions, what is satisfied."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from lms.foundation import tenancy

revision = "0020"
down_revision = "0019"

TIME = sa.DateTime(timezone=True)
VISIBLE = "person_id = lms_person() or tenant_id = any(lms_tenants()) or lms_in_scope(region_code, plan_code)"
TABLES = ("cmi5_registration", "xapi_session", "cmi5_au", "cmi5_satisfied")


def upgrade() -> None:
    _registration()
    _session()
    _au()
    _satisfied()
    for table in TABLES:
        tenancy.protect(op, table, VISIBLE)
    tenancy.append_only(op, "cmi5_satisfied")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _to(name: str, target: str, **how: bool) -> sa.Column:
    return sa.Column(name, sa.Uuid, sa.ForeignKey(target), **{"nullable": False, **how})


def _whose(**how: bool) -> list[sa.Column]:
    texts = [sa.Column(name, sa.Text, nullable=False) for name in ("region_code", "plan_code")]
    return [_to("tenant_id", "organisation.id", **how), *texts, _to("person_id", "person.id", nullable=True)]


def _times(*names: str) -> list[sa.Column]:
    return [sa.Column(name, TIME) for name in names]


def _registration() -> None:
    # The id may be another system's, so it is unique within a tenant alone.
    op.create_table(
        "cmi5_registration",
        *_whose(primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        _to("version_id", "package_version.id"),
        sa.Column("actor", JSONB, nullable=False),
        *_times("satisfied_at"),
        sa.CheckConstraint("kind in ('class', 'external')", name="kind"),
        sa.CheckConstraint("(kind = 'class') = (person_id is not null)", name="person"),
    )


def _session() -> None:
    op.create_table(
        "xapi_session",
        sa.Column("id", sa.Uuid, sa.ForeignKey("launch.id"), primary_key=True),
        *_whose(),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("registration", sa.Uuid, nullable=False),
        _to("version_id", "package_version.id"),
        _to("lesson_id", "lesson.id"),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("records", sa.Boolean, nullable=False),
        sa.Column("terms", JSONB, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("auth_hash", sa.LargeBinary),
        sa.Column("launched_at", TIME, nullable=False),
        *_times("preferences_read_at", "initialized_at", "completed_at", "passed_at", "failed_at"),
        *_times("terminated_at", "abandoned_at", "last_at"),
        sa.CheckConstraint("kind in ('cmi5', 'tincan')", name="kind"),
        sa.CheckConstraint("passed_at is null or failed_at is null", name="judged_once"),
    )
    op.create_index("ix_xapi_session_registration", "xapi_session", ["tenant_id", "registration", "launched_at"])
    op.create_index(
        "ix_xapi_session_open",
        "xapi_session",
        ["launched_at"],
        postgresql_where=sa.text("terminated_at is null and abandoned_at is null and records"),
    )


def _au() -> None:
    op.create_table(
        "cmi5_au",
        *_whose(primary_key=True),
        sa.Column("registration", sa.Uuid, primary_key=True),
        sa.Column("lesson_id", sa.Uuid, sa.ForeignKey("lesson.id"), primary_key=True),
        *_times("completed_at", "passed_at", "waived_at"),
        sa.Column("waived_why", sa.Text, nullable=False),
        *_times("satisfied_at"),
        sa.CheckConstraint("(waived_at is null) = (waived_why = '')", name="waived"),
        sa.ForeignKeyConstraint(["tenant_id", "registration"], ["cmi5_registration.tenant_id", "cmi5_registration.id"]),
    )


def _satisfied() -> None:
    op.create_table(
        "cmi5_satisfied",
        *_whose(primary_key=True),
        sa.Column("registration", sa.Uuid, primary_key=True),
        sa.Column("node", sa.Text, primary_key=True),
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id", "registration"], ["cmi5_registration.tenant_id", "cmi5_registration.id"]),
    )
