"""Runs the migrations as the owner of the tables."""

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, text

from lms.foundation.database import db

LOCK = 4_021_812


def run() -> None:
    """Upgrade inside one transaction a step; two at once take turns."""
    settings = current_app.config["LMS"]
    engine = create_engine(settings.database_owner_url or settings.database_url)
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.commit()
        _with(connection)
    engine.dispose()


def _with(connection) -> None:  # type: ignore[no-untyped-def]
    context.configure(connection=connection, target_metadata=db.metadata, transaction_per_migration=True)
    with context.begin_transaction():
        connection.execute(text("set lock_timeout = '10s'"))
        context.run_migrations()


run()
