"""SCORM: attempts, the log of commits, and what was refused or complained about."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from lms.foundation import tenancy

revision = "0019"
down_revision = "0018"

TIME = sa.DateTime(timezone=True)
# Whoever may see an attempt may see its log; the attempt's own rule is asked.
VISIBLE = "exists (select from scorm_attempt a where a.id = attempt_id)"


def upgrade() -> None:
    _attempt()
    _commit()
    _note()
    tenancy.protect(
        op,
        "scorm_attempt",
        "person_id = lms_person() or tenant_id = any(lms_tenants()) or lms_in_scope(region_code, plan_code)",
    )
    for table in ("scorm_commit", "scorm_note"):
        tenancy.protect(op, table, VISIBLE)
        tenancy.append_only(op, table)


def _required(kind: sa.types.TypeEngine, *names: str) -> list[sa.Column]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def _to(name: str, target: str) -> sa.Column:
    return sa.Column(name, sa.Uuid, sa.ForeignKey(target), nullable=False)


def _attempt() -> None:
    op.create_table(
        "scorm_attempt",
        sa.Column("id", sa.Uuid, primary_key=True),
        _to("tenant_id", "organisation.id"),
        _to("registration_id", "registration.id"),
        _to("person_id", "person.id"),
        _to("cohort_id", "cohort.id"),
        _to("version_id", "package_version.id"),
        _to("lesson_id", "lesson.id"),
        _to("launch_id", "launch.id"),
        *_required(TIME, "created_at", "run_at", "updated_at"),
        *_required(sa.Integer(), "number", "run", "sequence", "notes"),
        *_required(sa.Text(), "region_code", "plan_code", "mode", "entry", "completion", "success", "location", "exit"),
        *_required(sa.Text(), "suspend_data", "standard"),
        *_required(sa.Boolean(), "terminated"),
        *_required(sa.Double(), "run_seconds", "total_seconds"),
        *(sa.Column(name, sa.Double) for name in ("score_scaled", "score_raw", "score_min", "score_max", "progress")),
        *(sa.Column(name, sa.Double) for name in ("claimed_seconds", "mastery", "threshold")),
        *_required(JSONB(), "cmi"),
        *(sa.Column(name, TIME) for name in ("completed_at", "passed_at")),
        sa.UniqueConstraint("registration_id", "lesson_id", "number"),
        sa.CheckConstraint("completion in ('not attempted', 'incomplete', 'completed', 'unknown')", name="completion"),
        sa.CheckConstraint("success in ('passed', 'failed', 'unknown')", name="success"),
        sa.CheckConstraint("standard in ('scorm12', 'scorm2004')", name="standard"),
        sa.CheckConstraint("mode in ('normal', 'review', 'browse')", name="mode"),
        sa.CheckConstraint("score_scaled between -1 and 1", name="scaled"),
        sa.CheckConstraint("number > 0 and run > 0 and sequence >= 0 and total_seconds >= 0", name="figures"),
        sa.CheckConstraint("length(suspend_data) <= 64000", name="suspend_data"),
    )
    op.create_index("ix_scorm_attempt_person_id", "scorm_attempt", ["person_id"])
    op.create_index("ix_scorm_attempt_cohort_id", "scorm_attempt", ["cohort_id"])


def _commit() -> None:
    op.create_table(
        "scorm_commit",
        sa.Column("attempt_id", sa.Uuid, sa.ForeignKey("scorm_attempt.id"), primary_key=True),
        sa.Column("run", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        *_required(sa.Uuid(), "launch_id", "session_id"),
        *_required(TIME, "received_at"),
        *_required(sa.Text(), "user_agent", "kind", "changed"),
        sa.CheckConstraint("kind in ('initialize', 'commit', 'terminate', 'kept')", name="kind"),
    )


def _note() -> None:
    op.create_table(
        "scorm_note",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        _to("attempt_id", "scorm_attempt.id"),
        *_required(sa.Uuid(), "launch_id"),
        *_required(TIME, "at"),
        *_required(sa.Text(), "kind", "words", "body"),
        sa.CheckConstraint("kind in ('refused', 'log')", name="kind"),
    )
    op.create_index("ix_scorm_note_attempt_id", "scorm_note", ["attempt_id"])


def downgrade() -> None:
    for table in ("scorm_note", "scorm_commit", "scorm_attempt"):
        op.drop_table(table)
