"""cmi5 and tincan: registrations, sessions, what is satisfied."""

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
