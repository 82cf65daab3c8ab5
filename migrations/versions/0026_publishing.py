"""The life of course packages: uploads, comments, withdrawal, copies."""

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
