"""Organisations."""

from alembic import op

revision = "0013"
down_revision = "0012"

ROLES = "role in ('clerk', 'approver', 'lead', 'administrator', 'export_officer', 'auditor')"


def upgrade() -> None:
    op.drop_constraint("role", "membership", type_="check")
    op.create_check_constraint("role", "membership", ROLES)


def downgrade() -> None:
    op.drop_constraint("role", "membership", type_="check")
    op.create_check_constraint("role", "membership", "role in ('clerk', 'administrator', 'export_officer')")
