"""The rule of hours at its full width: places, presence checks, identity proofs."""

import sqlalchemy as sa
from alembic import op

from lms.foundation import tenancy

revision = "0022"
down_revision = "0021"

TIME = sa.DateTime(timezone=True)
JSON = sa.dialects.postgresql.JSONB
SEEN = "person_id = lms_person() or tenant_id = any(lms_tenants()) or lms_in_scope(region_code, plan_code)"
METHODS = "('code', 'passkey', 'attested', 'face')"
FORMS = "('word', 'number', 'picture', 'hold')"
# What a presence check takes back, and gives back: neither is an interval of its own.
_NOT_BY_CHECK = {
    "credited": "corrects_id is not null or check_id is not null or credited_ms >= 0",
    "figures": "claimed_ms >= 0 and observed_ms >= 0 and (excluded_ms >= 0 or check_id is not null)",
    "observed": "check_id is not null or credited_ms <= observed_ms",
    "clock": "check_id is not null or credited_ms = 0 or observed_ms <= extract(epoch from ended_at - started_at) * 1000",
}
_BEFORE = {
    "credited": "corrects_id is not null or credited_ms >= 0",
    "figures": "claimed_ms >= 0 and observed_ms >= 0 and excluded_ms >= 0",
    "observed": "credited_ms <= observed_ms",
    "clock": "credited_ms = 0 or observed_ms <= extract(epoch from ended_at - started_at) * 1000",
}
_UNIQUE = {
    "uq_hour_ledger_session_id_seq_day": (["session_id", "seq", "day"], "corrects_id is null"),
    "uq_hour_ledger_person_id_started_at": (["person_id", "started_at"], "corrects_id is null and credited_ms > 0"),
}


def upgrade() -> None:
    _working_state()
    _ledger()
    _presence()
    _identity()


def _working_state() -> None:
    for column in (
        sa.Column("kind", sa.Text, nullable=False, server_default="video"),
        sa.Column("places", sa.Integer, nullable=False, server_default="0"),
        sa.Column("place", sa.Text, nullable=False, server_default=""),
        sa.Column("place_at", TIME),
        sa.Column("hidden", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("observed_seq", sa.Integer, nullable=False, server_default="0"),
        sa.Column("device_key", sa.LargeBinary),
    ):
        op.add_column("study_session", column)
    op.drop_constraint("figures", "study_session", type_="check")
    figures = "length_ms >= 0 and position_ms >= 0 and last_seq >= 0 and observed_seq >= 0 and places >= 0"
    op.create_check_constraint("figures", "study_session", f"{figures} and (kind <> 'video' or length_ms > 0)")
    op.drop_constraint("seq", "beat", type_="check")
    op.create_check_constraint("seq", "beat", "seq <> 0")
    for column in (
        sa.Column("last_at", TIME),
        sa.Column("unproved_ms", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("check_after_ms", sa.BigInteger),
        sa.Column("proved_at", TIME),
        sa.Column("check_id", sa.Uuid),
        sa.Column("missed_id", sa.Uuid),
    ):
        op.add_column("lease", column)
    op.add_column("coverage", sa.Column("places", JSON, nullable=False, server_default="{}"))
    op.add_column("coverage", sa.Column("online_ms", sa.BigInteger, nullable=False, server_default="0"))
    # What was learnt may be taken back: a lesson is done while its content holds what it needed.
    op.add_column("lesson_completion", sa.Column("content_hash", sa.Text))
    op.add_column("lesson_completion", sa.Column("needs_ms", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("lesson_completion", sa.Column("undone", sa.Boolean, nullable=False, server_default="false"))
    op.execute("drop trigger lesson_completion_append_only on lesson_completion")
    op.execute(f"grant update (undone) on lesson_completion to {tenancy.APPLICATION_ROLE}")
    op.execute(
        "create trigger lesson_completion_append_only before delete or update of registration_id, lesson_id, person_id,"
        " completed_at, content_hash, needs_ms, tenant_id, region_code, plan_code on lesson_completion"
        " for each row execute function lms_refuse_change()"
    )


def _ledger() -> None:
    for column in (
        sa.Column("place", sa.Text),
        sa.Column("counted", JSON),
        sa.Column("flag", sa.Text),
        sa.Column("check_id", sa.Uuid),
    ):
        op.add_column("hour_ledger", column)
    for name, rule in _NOT_BY_CHECK.items():
        op.drop_constraint(name, "hour_ledger", type_="check")
        op.create_check_constraint(name, "hour_ledger", rule)
    op.create_check_constraint("flag", "hour_ledger", "flag in ('too_fast', 'places_exceed_manifest')")
    _index_again(" and check_id is null")


def _index_again(but: str) -> None:
    for name, (columns, where) in _UNIQUE.items():
        op.drop_index(name, "hour_ledger")
        op.create_index(name, "hour_ledger", columns, unique=True, postgresql_where=sa.text(where + but))


def _seen_by() -> list[sa.Column]:
    return [
        sa.Column("tenant_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("region_code", sa.Text, nullable=False),
        sa.Column("plan_code", sa.Text, nullable=False),
    ]


def _presence() -> None:
    op.create_table(
        "presence_check",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_seen_by(),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("session_id", sa.Uuid, sa.ForeignKey("study_session.id"), nullable=False),
        sa.Column("cohort_id", sa.Uuid, nullable=False),
        sa.Column("issued_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("cure_until", TIME, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("asked", JSON, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.CheckConstraint(f"form in {FORMS}", name="form"),
        sa.CheckConstraint("issued_at < due_at and due_at <= cure_until", name="times"),
    )
    op.create_index("ix_presence_check_person_id_issued_at", "presence_check", ["person_id", "issued_at"])
    op.create_index("ix_presence_check_due_at", "presence_check", ["due_at"])
    op.create_table(
        "presence_answer",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_seen_by(),
        sa.Column("check_id", sa.Uuid, sa.ForeignKey("presence_check.id"), nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("response_ms", sa.BigInteger, nullable=False),
        sa.Column("way", sa.Text, nullable=False),
        sa.CheckConstraint("outcome in ('right', 'wrong', 'missed', 'cured', 'dropped')", name="outcome"),
        sa.CheckConstraint("way in ('touch', 'keyboard', 'voice', 'none')", name="way"),
    )
    op.create_index("ix_presence_answer_check_id", "presence_answer", ["check_id", "at"])
    op.create_index("ix_presence_answer_person_id_at", "presence_answer", ["person_id", "at"])
    # A check is missed once, and closed once.
    for name, outcomes in (("missed", "('missed')"), ("closed", "('right', 'cured', 'dropped')")):
        op.create_index(
            f"uq_presence_answer_{name}",
            "presence_answer",
            ["check_id"],
            unique=True,
            postgresql_where=sa.text(f"outcome in {outcomes}"),
        )
    for table in ("presence_check", "presence_answer"):
        tenancy.protect(op, table, SEEN)
        tenancy.append_only(op, table)


def _identity() -> None:
    op.create_table(
        "identity_proof",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_seen_by(),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("cohort_id", sa.Uuid, nullable=False),
        sa.Column("session_id", sa.Uuid),
        sa.Column("at", TIME, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("level", sa.SmallInteger, nullable=False),
        sa.Column("attested_by", sa.Uuid),
        sa.Column("image_hash", sa.LargeBinary),
        sa.CheckConstraint(f"method in {METHODS}", name="method"),
        sa.CheckConstraint("level between 1 and 3", name="level"),
        sa.CheckConstraint("(method = 'attested') = (attested_by is not null)", name="attested"),
        sa.CheckConstraint("attested_by <> person_id", name="not_oneself"),
        sa.CheckConstraint("(method = 'face') = (image_hash is not null)", name="face"),
    )
    op.create_index("ix_identity_proof_person_id_at", "identity_proof", ["person_id", "at"])
    op.create_index("ix_identity_proof_cohort_id_at", "identity_proof", ["cohort_id", "at"])
    # The same picture proves nobody twice, and nobody else either.
    op.create_index("uq_identity_proof_image_hash", "identity_proof", ["image_hash"], unique=True)
    op.create_table(
        "study_wish",
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("slow", sa.Boolean, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
    )
    tenancy.protect(op, "identity_proof", SEEN)
    tenancy.append_only(op, "identity_proof")
    tenancy.protect(op, "study_wish", "person_id = lms_person()")


def downgrade() -> None:
    for table in ("study_wish", "identity_proof", "presence_answer", "presence_check"):
        op.drop_table(table)
    op.execute("select set_config('lms.system', 'migration', true)")
    op.execute("alter table hour_ledger disable trigger hour_ledger_append_only")
    op.execute("delete from hour_ledger where check_id is not null")
    op.execute("alter table hour_ledger enable trigger hour_ledger_append_only")
    _index_again("")
    op.drop_constraint("flag", "hour_ledger", type_="check")
    for name, rule in _BEFORE.items():
        op.drop_constraint(name, "hour_ledger", type_="check")
        _from_now_on("hour_ledger", name, rule)
    for name in ("check_id", "flag", "counted", "place"):
        op.drop_column("hour_ledger", name)
    op.drop_column("coverage", "online_ms")
    op.drop_column("coverage", "places")
    op.execute("drop trigger lesson_completion_append_only on lesson_completion")
    for name in ("undone", "needs_ms", "content_hash"):
        op.drop_column("lesson_completion", name)
    tenancy.append_only(op, "lesson_completion")
    for name in ("missed_id", "check_id", "proved_at", "check_after_ms", "unproved_ms", "last_at"):
        op.drop_column("lease", name)
    _beats_again()


def _beats_again() -> None:
    op.drop_constraint("figures", "study_session", type_="check")
    _from_now_on("study_session", "figures", "length_ms > 0 and position_ms >= 0 and last_seq >= 0")
    op.drop_constraint("seq", "beat", type_="check")
    _from_now_on("beat", "seq", "seq > 0")
    for name in ("device_key", "observed_seq", "hidden", "place_at", "place", "places", "kind"):
        op.drop_column("study_session", name)


def _from_now_on(table: str, name: str, rule: str) -> None:
    """What was written meanwhile stays as it is."""
    op.execute(f"alter table {table} add constraint ck_{table}_{name} check ({rule}) not valid")
