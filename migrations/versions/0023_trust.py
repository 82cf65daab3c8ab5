"""The second checker's rounds and alarms, checkpoints kept outside, signing keys, sheets of hours."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from lms.foundation import tenancy

revision = "0023"
down_revision = "0022"

TIME = sa.DateTime(timezone=True)
SEEN_BY = "tenant_id = any(lms_tenants()) or lms_in_scope(region_code, plan_code)"
PLAIN = ("hours_check", "evidence_outside", "evidence_key")
PLACED = ("hours_difference", "hours_difference_word", "hours_sheet", "hours_sheet_result", "hours_sheet_scan")


def upgrade() -> None:
    _indexes()
    _checks()
    _outside()
    _sheets()
    for table in PLACED:
        tenancy.protect(op, table, SEEN_BY)
    for table in (*PLAIN, *PLACED):
        tenancy.append_only(op, table)


def _indexes() -> None:
    """The ledger is read in the order of its leaves; what came since a moment lies together on disk already."""
    op.create_index("uq_hour_ledger_leaf_id", "hour_ledger", ["leaf_id"], unique=True)
    op.create_index("ix_beat_received_at", "beat", ["received_at"], postgresql_using="brin")
    op.create_index("ix_hour_ledger_created_at", "hour_ledger", ["created_at"], postgresql_using="brin")


def _text(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _big(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _time(*names: str) -> list[sa.Column]:
    return [sa.Column(name, TIME, nullable=False) for name in names]


def _to(name: str, target: str, nullable: bool = False, **more: bool) -> sa.Column:
    return sa.Column(name, sa.Uuid, sa.ForeignKey(target), nullable=nullable, **more)


def _place(nullable: bool = False) -> list[sa.Column]:
    return [_to("tenant_id", "organisation.id", nullable), *_text("region_code", "plan_code")]


def _leaf() -> list[sa.Column]:
    leaf = sa.Column("leaf_id", sa.BigInteger, sa.ForeignKey("evidence_leaf.id"), nullable=False)
    return [leaf, sa.Column("leaf_hash", sa.LargeBinary, nullable=False)]


def _checks() -> None:
    op.create_table(
        "hours_check",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        *_time("begun_at", "ended_at"),
        *_text("scope"),
        *_big("people", "beats", "rows", "differences"),
    )
    op.create_table(
        "hours_difference",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_time("created_at"),
        *_place(),
        _to("cohort_id", "cohort.id"),
        _to("person_id", "person.id"),
        sa.Column("session_id", sa.Uuid),
        sa.Column("seq", sa.Integer, nullable=False),
        *_text("day", "field", "recorded", "recomputed"),
        sa.Column("mark", sa.LargeBinary, nullable=False, unique=True),
        *_leaf(),
    )
    op.create_index("ix_hours_difference_cohort_id", "hours_difference", ["cohort_id"])
    op.create_index("ix_hours_difference_person_id", "hours_difference", ["person_id"])
    op.create_table(
        "hours_difference_word",
        _to("difference_id", "hours_difference.id", primary_key=True),
        _to("person_id", "person.id", primary_key=True),
        *_time("created_at"),
        *_place(),
        *_text("reason"),
        *_leaf(),
        sa.CheckConstraint("reason <> ''", name="reason"),
    )


def _outside() -> None:
    op.create_table(
        "evidence_outside",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        *_time("created_at"),
        *_big("size"),
        *_text("kind", "place", "receipt", "problem"),
        sa.CheckConstraint("kind in ('storage', 's3', 'mail')", name="kind"),
    )
    op.create_index("ix_evidence_outside_kind", "evidence_outside", ["kind", "id"])
    op.create_table(
        "evidence_key",
        sa.Column("fingerprint", sa.Text, primary_key=True),
        *_time("created_at"),
        *_big("from_size"),
        *_text("vkey", "endorsement"),
    )


def _sheets() -> None:
    op.create_table(
        "hours_sheet",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_time("created_at"),
        *_place(nullable=True),
        *_text("kind", "identity", "reason", "token"),
        _to("cohort_id", "cohort.id", nullable=True),
        _to("person_id", "person.id", nullable=True),
        _to("requested_by", "person.id", nullable=True),
        *(sa.Column(name, sa.Date) for name in ("first", "last")),
        sa.Column("job_id", sa.Uuid),
        *_leaf(),
        sa.UniqueConstraint("token"),
        sa.CheckConstraint("kind in ('ledger', 'platform', 'attendance')", name="kind"),
        sa.CheckConstraint("identity in ('masked', 'full')", name="identity"),
        sa.CheckConstraint("identity = 'masked' or reason <> ''", name="reason"),
    )
    op.create_index("ix_hours_sheet_created_at", "hours_sheet", ["created_at"])
    op.create_table(
        "hours_sheet_result",
        _to("sheet_id", "hours_sheet.id", primary_key=True),
        *_time("created_at"),
        *_place(nullable=True),
        *_big("rows", "xlsx_bytes", "csv_bytes"),
        *_text("xlsx_key", "xlsx_sha256", "csv_key", "csv_sha256"),
        sa.Column("figures", JSONB, nullable=False),
        *_leaf(),
    )
    op.create_table(
        "hours_sheet_scan",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_time("created_at"),
        *_place(nullable=True),
        _to("sheet_id", "hours_sheet.id"),
        _to("uploaded_by", "person.id"),
        *_text("file_name", "content_type", "key", "sha256"),
        *_big("size_bytes"),
        *_leaf(),
    )
    op.create_index("ix_hours_sheet_scan_sheet_id", "hours_sheet_scan", ["sheet_id"])


def downgrade() -> None:
    for table in ("hours_sheet_scan", "hours_sheet_result", "hours_sheet", "evidence_key", "evidence_outside"):
        op.drop_table(table)
    for table in ("hours_difference_word", "hours_difference", "hours_check"):
        op.drop_table(table)
    op.drop_index("ix_hour_ledger_created_at", "hour_ledger")
    op.drop_index("ix_beat_received_at", "beat")
    op.drop_index("uq_hour_ledger_leaf_id", "hour_ledger")
