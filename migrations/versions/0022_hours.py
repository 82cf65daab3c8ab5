"""The rule of hours at its full width: places, presence checks, identity proofs."""

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
