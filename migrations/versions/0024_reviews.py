"""Review: anomalies that hold time, decisions, appeals, corrections by two people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from lms.foundation import tenancy

revision = "0024"
down_revision = "0023"

TIME = sa.DateTime(timezone=True)
TABLES = ("anomaly", "hold_decision", "appeal", "appeal_answer", "hour_correction", "correction_decision")
VISIBLE = "person_id = lms_person() or tenant_id = any(lms_tenants()) or lms_in_scope(region_code, plan_code)"


def upgrade() -> None:
    _anomaly()
    _hold_decision()
    _appeal()
    _appeal_answer()
    _hour_correction()
    _correction_decision()
    op.create_table("look_mark", sa.Column("name", sa.Text, primary_key=True), sa.Column("until", TIME, nullable=False))
    tenancy.protect(op, "look_mark", "false")
    op.create_index("ix_study_session_last_at", "study_session", ["last_at"])
    op.create_index(
        "ix_study_session_device_key",
        "study_session",
        ["device_key"],
        postgresql_where=sa.text("device_key is not null"),
    )
    for table in TABLES:
        tenancy.protect(op, table, VISIBLE)
        if table != "appeal":
            tenancy.append_only(op, table)


def _row(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("region_code", sa.Text, nullable=False),
        sa.Column("plan_code", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        *columns,
    )


def _text(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _uuid(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Uuid, nullable=False) for name in names]


def _to(name: str, target: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid, sa.ForeignKey(target), nullable=nullable)


def _leaf() -> list[sa.Column]:
    return [
        sa.Column("leaf_id", sa.BigInteger, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
    ]


def _anomaly() -> None:
    _row(
        "anomaly",
        _to("session_id", "study_session.id"),
        *_uuid("registration_id", "cohort_id"),
        *_text("code"),
        sa.Column("facts", JSONB, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        *_leaf(),
        sa.UniqueConstraint("session_id", "code"),
    )
    op.create_index("ix_anomaly_person_id", "anomaly", ["person_id"])
    op.create_index("ix_anomaly_cohort_id", "anomaly", ["cohort_id"])


def _hold_decision() -> None:
    _row(
        "hold_decision",
        _to("anomaly_id", "anomaly.id"),
        sa.Column("number", sa.Integer, nullable=False),
        *_text("verdict", "reason"),
        _to("decided_by", "person.id"),
        *_leaf(),
        sa.UniqueConstraint("anomaly_id", "number"),
        sa.CheckConstraint("number > 0", name="number"),
        sa.CheckConstraint("verdict in ('released', 'upheld')", name="verdict"),
        sa.CheckConstraint("decided_by <> person_id", name="not_oneself"),
    )


def _appeal() -> None:
    _row(
        "appeal",
        *_uuid("registration_id", "cohort_id", "lesson_id"),
        *_text("about", "subject", "lesson_title", "reason_code"),
        _to("anomaly_id", "anomaly.id", nullable=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("ms", sa.BigInteger, nullable=False),
        sa.Column("words", sa.LargeBinary, nullable=False),
        _to("document_id", "person_document.id", nullable=True),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("answered_at", TIME),
        sa.CheckConstraint("about in ('hold', 'reason')", name="about"),
        sa.CheckConstraint("(about = 'hold') = (anomaly_id is not null)", name="anomaly"),
        sa.CheckConstraint("ms >= 0", name="ms"),
    )
    # One open appeal about one thing; when it was answered, one may appeal again.
    still_open = sa.text("answered_at is null")
    op.create_index("uq_appeal_subject", "appeal", ["person_id", "subject"], unique=True, postgresql_where=still_open)
    op.create_index("ix_appeal_cohort_id", "appeal", ["cohort_id"])
    op.create_index("ix_appeal_due_at", "appeal", ["due_at"], postgresql_where=still_open)


def _appeal_answer() -> None:
    _row(
        "appeal_answer",
        sa.Column("appeal_id", sa.Uuid, sa.ForeignKey("appeal.id"), nullable=False, unique=True),
        *_text("verdict", "reason"),
        _to("answered_by", "person.id"),
        *_leaf(),
        sa.CheckConstraint("verdict in ('granted', 'declined')", name="verdict"),
        sa.CheckConstraint("answered_by <> person_id", name="not_oneself"),
    )


def _hour_correction() -> None:
    op.execute("create sequence hour_correction_number")
    op.execute(f"grant usage on sequence hour_correction_number to {tenancy.APPLICATION_ROLE}")
    _row(
        "hour_correction",
        sa.Column("number", sa.Text, nullable=False, unique=True),
        sa.Column("ledger_id", sa.BigInteger, sa.ForeignKey("hour_ledger.id"), nullable=False),
        *_uuid("registration_id", "cohort_id"),
        sa.Column("delta_ms", sa.BigInteger, nullable=False),
        *_text("reason"),
        _to("proposed_by", "person.id"),
        _to("appeal_id", "appeal.id", nullable=True),
        *_leaf(),
        sa.UniqueConstraint("id", "proposed_by"),
        sa.CheckConstraint("delta_ms <> 0", name="delta"),
        sa.CheckConstraint("proposed_by <> person_id", name="not_oneself"),
    )
    op.create_index("ix_hour_correction_cohort_id", "hour_correction", ["cohort_id"])
    op.create_index("ix_hour_correction_ledger_id", "hour_correction", ["ledger_id"])


def _correction_decision() -> None:
    _row(
        "correction_decision",
        *_uuid("correction_id", "proposed_by"),
        *_text("verdict", "reason"),
        _to("decided_by", "person.id"),
        sa.Column("ledger_id", sa.BigInteger, sa.ForeignKey("hour_ledger.id")),
        sa.Column("stretches", JSONB, nullable=False),
        *_leaf(),
        sa.UniqueConstraint("correction_id"),
        sa.ForeignKeyConstraint(
            ["correction_id", "proposed_by"], ["hour_correction.id", "hour_correction.proposed_by"]
        ),
        sa.CheckConstraint("verdict in ('approved', 'declined')", name="verdict"),
        sa.CheckConstraint("(verdict = 'approved') = (ledger_id is not null)", name="row"),
        sa.CheckConstraint("decided_by <> proposed_by and decided_by <> person_id", name="two_people"),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    for column in ("device_key", "last_at"):
        op.drop_index(f"ix_study_session_{column}", "study_session")
    op.drop_table("look_mark")
    op.execute("drop sequence hour_correction_number")
