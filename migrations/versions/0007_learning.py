"""Tables of learning."""

import sqlalchemy as sa
from alembic import op

from lms.foundation import tenancy

revision = "0007"
down_revision = "0006"

TIME = sa.DateTime(timezone=True)
JSON = sa.dialects.postgresql.JSONB
OWN = "person_id = lms_person()"
PLACED = "tenant_id = any(lms_tenants()) or lms_in_scope(region_code, plan_code)"
TABLES = (
    "registration",
    "study_session",
    "lease",
    "beat",
    "coverage",
    "hour_ledger",
    "lesson_completion",
    "quiz_attempt",
)


def upgrade() -> None:
    _registration()
    _study_session()
    _lease()
    _beat()
    _coverage()
    _hour_ledger()
    _lesson_completion()
    _quiz_attempt()
    for table in ("lease", "beat", "coverage"):
        tenancy.protect(op, table, OWN)
    for table in ("registration", "study_session", "hour_ledger", "lesson_completion", "quiz_attempt"):
        tenancy.protect(op, table, f"{OWN} or {PLACED}")
    for table in ("beat", "hour_ledger", "lesson_completion", "quiz_attempt"):
        tenancy.append_only(op, table)


def _required(kind: sa.types.TypeEngine, *names: str) -> list[sa.Column]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def _id() -> sa.Column:
    return sa.Column("id", sa.Uuid, primary_key=True)


def _to(name: str, target: str) -> sa.Column:
    return sa.Column(name, sa.Uuid, sa.ForeignKey(target), nullable=False)


def _placed() -> list[sa.Column]:
    return [_to("tenant_id", "organisation.id"), *_required(sa.Text(), "region_code", "plan_code")]


def _registration() -> None:
    op.create_table(
        "registration",
        _id(),
        *_required(TIME, "created_at"),
        *_placed(),
        _to("person_id", "person.id"),
        _to("cohort_id", "cohort.id"),
        _to("version_id", "package_version.id"),
        sa.UniqueConstraint("cohort_id", "person_id"),
        sa.ForeignKeyConstraint(["cohort_id", "person_id"], ["enrolment.cohort_id", "enrolment.person_id"]),
    )
    op.create_index("ix_registration_person_id", "registration", ["person_id"])


def _study_session() -> None:
    op.create_table(
        "study_session",
        _id(),
        *_placed(),
        _to("registration_id", "registration.id"),
        _to("person_id", "person.id"),
        _to("cohort_id", "cohort.id"),
        _to("version_id", "package_version.id"),
        _to("lesson_id", "lesson.id"),
        *_required(sa.Text(), "lesson_title", "programme_code", "policy_id", "content_hash", "device", "ip"),
        *_required(sa.BigInteger(), "length_ms", "position_ms"),
        *(sa.Column(name, sa.BigInteger) for name in ("approved_ms", "segment_from_ms", "segment_to_ms")),
        *_required(TIME, "launched_at", "last_at"),
        *_required(sa.Integer(), "last_seq"),
        sa.Column("ended_at", TIME),
        sa.CheckConstraint("device in ('phone', 'tablet', 'desktop')", name="device"),
        sa.CheckConstraint("length_ms > 0 and position_ms >= 0 and last_seq >= 0", name="figures"),
    )
    op.create_index("ix_study_session_person_id_lesson_id", "study_session", ["person_id", "lesson_id", "last_at"])


def _lease() -> None:
    op.create_table(
        "lease",
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("session_id", sa.Uuid),
        *(sa.Column(name, TIME) for name in ("held_until", "counted_until")),
        *_required(sa.Date(), "day"),
        *_required(sa.BigInteger(), "day_ms"),
        sa.CheckConstraint("day_ms >= 0", name="day_ms"),
    )


def _beat() -> None:
    op.create_table(
        "beat",
        sa.Column("session_id", sa.Uuid, sa.ForeignKey("study_session.id"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        *_required(sa.Uuid(), "id", "person_id"),
        *_required(TIME, "received_at"),
        *_required(sa.Text(), "body"),
        sa.CheckConstraint("seq > 0", name="seq"),
    )


def _coverage() -> None:
    op.create_table(
        "coverage",
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("content_hash", sa.Text, primary_key=True),
        *_required(JSON(), "stretches", "misses"),
        *_required(sa.BigInteger(), "credited_ms"),
        sa.CheckConstraint("credited_ms >= 0", name="credited_ms"),
    )


def _hour_ledger() -> None:
    op.create_table(
        "hour_ledger",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        *_placed(),
        _to("person_id", "person.id"),
        *_required(sa.Uuid(), "registration_id", "cohort_id", "lesson_id"),
        _to("session_id", "study_session.id"),
        *_required(sa.Integer(), "seq"),
        *_required(sa.Date(), "day"),
        *_required(TIME, "started_at", "ended_at", "created_at"),
        *_required(sa.Text(), "content_hash", "device", "ip", "policy_id", "policy_hash"),
        *_required(sa.LargeBinary(), "ip_salt"),
        *(sa.Column(name, sa.BigInteger) for name in ("from_ms", "to_ms")),
        *_required(sa.BigInteger(), "claimed_ms", "observed_ms", "credited_ms", "excluded_ms", "leaf_id"),
        *(sa.Column(name, sa.Text) for name in ("reason", "correction_no")),
        sa.Column("corrects_id", sa.BigInteger, sa.ForeignKey("hour_ledger.id")),
        *_required(sa.LargeBinary(), "leaf_hash"),
        sa.CheckConstraint("corrects_id is not null or credited_ms >= 0", name="credited"),
        sa.CheckConstraint("claimed_ms >= 0 and observed_ms >= 0 and excluded_ms >= 0", name="figures"),
        sa.CheckConstraint("credited_ms <= observed_ms", name="observed"),
        sa.CheckConstraint(
            "credited_ms = 0 or observed_ms <= extract(epoch from ended_at - started_at) * 1000", name="clock"
        ),
        sa.CheckConstraint("corrects_id is not null or credited_ms + excluded_ms = claimed_ms", name="claimed"),
        sa.CheckConstraint("excluded_ms = 0 or reason is not null", name="reason"),
        sa.CheckConstraint("(corrects_id is null) = (correction_no is null)", name="correction"),
    )
    # A beat earns a day's time once; and no two credited intervals of a person begin at the same instant.
    first = sa.text("corrects_id is null")
    op.create_index(
        "uq_hour_ledger_session_id_seq_day",
        "hour_ledger",
        ["session_id", "seq", "day"],
        unique=True,
        postgresql_where=first,
    )
    counted = sa.text("corrects_id is null and credited_ms > 0")
    op.create_index(
        "uq_hour_ledger_person_id_started_at",
        "hour_ledger",
        ["person_id", "started_at"],
        unique=True,
        postgresql_where=counted,
    )
    op.create_index("ix_hour_ledger_person_id_day", "hour_ledger", ["person_id", "day"])
    op.create_index("ix_hour_ledger_cohort_id_leaf_id", "hour_ledger", ["cohort_id", "leaf_id"])


def _lesson_completion() -> None:
    op.create_table(
        "lesson_completion",
        sa.Column("registration_id", sa.Uuid, sa.ForeignKey("registration.id"), primary_key=True),
        sa.Column("lesson_id", sa.Uuid, sa.ForeignKey("lesson.id"), primary_key=True),
        *_placed(),
        *_required(sa.Uuid(), "person_id"),
        *_required(TIME, "completed_at"),
    )


def _quiz_attempt() -> None:
    op.create_table(
        "quiz_attempt",
        _id(),
        *_required(TIME, "created_at"),
        *_placed(),
        _to("registration_id", "registration.id"),
        _to("person_id", "person.id"),
        _to("cohort_id", "cohort.id"),
        _to("lesson_id", "lesson.id"),
        *_required(sa.Integer(), "number"),
        *_required(JSON(), "answers"),
        *_required(sa.SmallInteger(), "score"),
        *_required(sa.Boolean(), "passed"),
        *_required(sa.BigInteger(), "leaf_id"),
        *_required(sa.LargeBinary(), "leaf_hash"),
        sa.UniqueConstraint("registration_id", "lesson_id", "number"),
        sa.CheckConstraint("number > 0 and score between 0 and 100", name="figures"),
    )
    op.create_index("ix_quiz_attempt_person_id", "quiz_attempt", ["person_id"])
    op.create_index("ix_quiz_attempt_cohort_id", "quiz_attempt", ["cohort_id"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
