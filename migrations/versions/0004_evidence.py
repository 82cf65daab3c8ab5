"""Tables of evidence: leaves, the queue, places, nodes, checkpoints. No personal data, hence no tenant and no policy."""

import sqlalchemy as sa
from alembic import op

from lms.foundation import tenancy

revision = "0004"
down_revision = "0003"

TIME = sa.DateTime(timezone=True)
TABLES = ("evidence_leaf", "evidence_position", "evidence_node", "evidence_checkpoint")


def upgrade() -> None:
    op.create_table(
        "evidence_leaf",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("marks", sa.LargeBinary, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("length(hash) = 32", name="hash"),
    )
    op.create_index("ix_evidence_leaf_kind_subject", "evidence_leaf", ["kind", "subject", "id"])
    op.create_table("evidence_pending", sa.Column("leaf_id", sa.BigInteger, primary_key=True, autoincrement=False))
    op.create_table(
        "evidence_position",
        sa.Column("leaf_id", sa.BigInteger, sa.ForeignKey("evidence_leaf.id"), primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("position"),
        sa.CheckConstraint("position >= 0", name="position"),
    )
    op.create_table(
        "evidence_node",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("nth", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("length(hash) = 32", name="hash"),
    )
    op.create_table(
        "evidence_checkpoint",
        sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
    )
    for table in TABLES:
        tenancy.append_only(op, table)


def downgrade() -> None:
    for table in (*reversed(TABLES[1:]), "evidence_pending", TABLES[0]):
        op.drop_table(table)
