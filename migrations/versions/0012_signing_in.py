"""Signing in: browsers that can be told apart and ended, second factors, limits, resets by two persons, messages sent."""

import sqlalchemy as sa
from alembic import op

from lms.foundation import tenancy

revision = "0012"
down_revision = "0011"

TIME = sa.DateTime(timezone=True)
BYTES = sa.LargeBinary
OWN = "person_id = lms_person()"
COLLEAGUE = (
    "exists (select from membership m where m.organisation_id = sign_in_reset.organisation_id"
    " and m.person_id = lms_person())"
)


def upgrade() -> None:
    _sessions()
    _limits()
    _factors()
    _bindings()
    _resets()
    _deliveries()
    for table in ("authenticator", "passkey", "recovery_code", "known_device", "wechat_binding", "province_identity"):
        tenancy.protect(op, table, OWN)
    tenancy.protect(op, "sign_in_attempt", "false")
    tenancy.protect(op, "sign_in_reset", COLLEAGUE)
    tenancy.protect(op, "message_delivery", "false")


def _head() -> list[sa.Column]:
    return [sa.Column("id", sa.Uuid, primary_key=True), sa.Column("created_at", TIME, nullable=False)]


def _person(**rest: bool) -> sa.Column:
    return sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False, **rest)


def _sessions() -> None:
    fresh = sa.text("gen_random_uuid()")
    op.add_column("web_session", sa.Column("id", sa.Uuid, nullable=False, unique=True, server_default=fresh))
    for name in ("created_at", "seen_at"):
        op.add_column("web_session", sa.Column(name, TIME, nullable=False, server_default=sa.text("now()")))
    op.add_column("web_session", sa.Column("ends_at", TIME))
    for name in ("device", "network"):
        op.add_column("web_session", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.create_table(
        "known_device",
        sa.Column("token_hash", BYTES, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), primary_key=True, index=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
    )


def _limits() -> None:
    op.drop_table("sign_in_failure")
    op.create_index("ix_one_time_code_created_at", "one_time_code", ["created_at"])
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", BYTES, nullable=False),
        sa.Column("at", TIME, nullable=False, index=True),
    )
    op.create_index("ix_sign_in_attempt_kind_key_at", "sign_in_attempt", ["kind", "key", "at"])


def _factors() -> None:
    op.create_table(
        "authenticator",
        *_head(),
        _person(),
        sa.Column("secret", BYTES, nullable=False),
        sa.Column("confirmed_at", TIME),
        sa.Column("last_step", sa.BigInteger, nullable=False, server_default="0"),
    )
    for name, state in (("in_use", "is not null"), ("on_trial", "is null")):
        where = sa.text(f"confirmed_at {state}")
        op.create_index(f"uq_authenticator_{name}", "authenticator", ["person_id"], unique=True, postgresql_where=where)
    op.create_table(
        "passkey",
        *_head(),
        _person(index=True),
        sa.Column("credential_id", BYTES, nullable=False, unique=True),
        sa.Column("public_key", BYTES, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("used_at", TIME),
    )
    op.create_table(
        "recovery_code",
        *_head(),
        _person(),
        sa.Column("code_index", BYTES, nullable=False),
        sa.Column("used_at", TIME),
        sa.UniqueConstraint("person_id", "code_index"),
    )


def _bindings() -> None:
    op.create_table(
        "wechat_binding",
        *_head(),
        _person(unique=True),
        sa.Column("openid", BYTES, nullable=False),
        sa.Column("openid_index", BYTES, nullable=False, unique=True),
    )
    op.create_table(
        "province_identity",
        *_head(),
        _person(),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("subject_index", BYTES, nullable=False),
        sa.UniqueConstraint("issuer", "subject_index"),
        sa.UniqueConstraint("person_id", "issuer"),
    )


def _resets() -> None:
    op.create_table(
        "sign_in_reset",
        *_head(),
        sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False, index=True),
        _person(),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("kind", "document", "reason")),
        sa.Column("phone", BYTES),
        sa.Column("phone_index", BYTES),
        sa.Column("phone_mask", sa.Text),
        sa.Column("slip_index", BYTES, unique=True),
        sa.Column("asked_by", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("verdict", sa.Text),
        sa.Column("decided_by", sa.Uuid, sa.ForeignKey("person.id")),
        sa.Column("decided_at", TIME),
        sa.Column("decision_reason", sa.Text),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME),
        sa.CheckConstraint("kind in ('phone', 'slip', 'second_factor')", name="kind"),
        sa.CheckConstraint("verdict in ('confirmed', 'refused', 'lapsed')", name="verdict"),
        sa.CheckConstraint("decided_by <> asked_by", name="two_people"),
        sa.CheckConstraint("asked_by <> person_id and decided_by <> person_id", name="not_oneself"),
        sa.CheckConstraint("(verdict is null) = (decided_at is null)", name="decided"),
        sa.CheckConstraint("verdict is distinct from 'confirmed' or decided_by is not null", name="confirmed_by"),
        sa.CheckConstraint("used_at is null or verdict = 'confirmed'", name="used"),
        sa.CheckConstraint("(kind = 'phone') = (phone is not null)", name="phone"),
        sa.CheckConstraint("(kind = 'slip') = (slip_index is not null)", name="slip"),
    )
    waiting = sa.text("verdict is null")
    op.create_index(
        "uq_sign_in_reset_waiting", "sign_in_reset", ["person_id", "kind"], unique=True, postgresql_where=waiting
    )


def _deliveries() -> None:
    op.create_table(
        "message_delivery",
        *_head(),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("purpose", "channel", "state", "provider")),
        sa.Column("recipient", BYTES, nullable=False),
        sa.Column("values", BYTES),
        sa.Column("provider_id", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("error", sa.Text),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("sent_at", TIME),
        sa.Column("receipt_at", TIME),
        sa.Column("receipt", sa.Text),
        sa.UniqueConstraint("provider", "provider_id"),
        sa.CheckConstraint("channel in ('sms', 'voice', 'wechat')", name="channel"),
        sa.CheckConstraint(
            "state in ('queued', 'sending', 'sent', 'delivered', 'undelivered', 'refused', 'expired')", name="state"
        ),
    )
    op.create_index("ix_message_delivery_created_at", "message_delivery", ["created_at"])


def downgrade() -> None:
    for table in (
        "message_delivery", "sign_in_reset", "province_identity", "wechat_binding", "recovery_code", "passkey",
        "authenticator", "sign_in_attempt", "known_device",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_index("ix_one_time_code_created_at", "one_time_code")
    for name in ("network", "device", "ends_at", "seen_at", "created_at", "id"):
        op.drop_column("web_session", name)
    op.create_table("sign_in_failure", *_head(), sa.Column("phone_index", BYTES, nullable=False))
    op.create_index("ix_sign_in_failure_phone_index", "sign_in_failure", ["phone_index", "created_at"])
    tenancy.protect(op, "sign_in_failure", "false")
