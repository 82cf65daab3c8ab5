"""Packages, versions and lessons. (FOUNDATION's stand-in so that later migrations run: PUBLISHING replaces this file.)"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table("package_version", sa.Column("id", sa.Uuid, primary_key=True))
    op.create_table("lesson", sa.Column("id", sa.Uuid, primary_key=True))


def downgrade() -> None:
    op.drop_table("lesson")
    op.drop_table("package_version")
