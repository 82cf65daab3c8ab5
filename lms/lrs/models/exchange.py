"""What the record store deals with outside: keys, forwarding, imports, archives."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, ForeignKey, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db

SEALED = {"sealed": True}


class Key(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A machine's way in: who it speaks for, what for, and the keyed hash of its secret.

    `revoked_at` may lie ahead: a key that was replaced is good for a while longer.
    """

    __tablename__ = "lrs_key"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    secret_hash: Mapped[bytes]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    revoked_at: Mapped[datetime | None]
    purpose: Mapped[str] = mapped_column(server_default="")
    issued_by: Mapped[UUID | None]
    revoked_by: Mapped[UUID | None]
    replaces: Mapped[UUID | None]

    __table_args__ = (Index("ix_lrs_key_tenant_id", "tenant_id", "name"),)


class Forwarding(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """Statements of a tenant go on to another store, in order; `cursor` is the number of the last that was taken there."""

    __tablename__ = "lrs_forwarding"
    __table_args__ = (UniqueConstraint("tenant_id", "id"), UniqueConstraint("tenant_id", "name"))

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str]
    endpoint: Mapped[str]
    username: Mapped[str]
    secret: Mapped[bytes] = mapped_column(info=SEALED)
    verbs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    state: Mapped[str]
    cursor: Mapped[int] = mapped_column(BigInteger)
    sent: Mapped[int] = mapped_column(BigInteger, default=0)
    failures: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(default="")
    made_by: Mapped[UUID | None]


class DeadLetter(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A statement that the other store refused for good."""

    __tablename__ = "lrs_dead_letter"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "forwarding_id"], ["lrs_forwarding.tenant_id", "lrs_forwarding.id"]),
        UniqueConstraint("forwarding_id", "seq"),
    )

    tenant_id: Mapped[UUID]
    forwarding_id: Mapped[UUID]
    seq: Mapped[int] = mapped_column(BigInteger)
    statement_id: Mapped[UUID]
    status: Mapped[int]
    reason: Mapped[str]
    resent_at: Mapped[datetime | None]


class Import(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A file of statements that was sent in, and what became of its lines."""

    __tablename__ = "lrs_import"
    __table_args__ = (UniqueConstraint("tenant_id", "id"),)

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    file_name: Mapped[str]
    storage_key: Mapped[str]
    version: Mapped[str]
    token: Mapped[str] = mapped_column(unique=True)
    job_id: Mapped[UUID | None]
    asked_by: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(default="queued")
    lines: Mapped[int] = mapped_column(BigInteger, default=0)
    kept: Mapped[int] = mapped_column(BigInteger, default=0)
    known: Mapped[int] = mapped_column(BigInteger, default=0)
    refused: Mapped[int] = mapped_column(BigInteger, default=0)


class ImportLine(db.Model):  # type: ignore[name-defined]
    """A line of an import that was not taken, with the property and why."""

    __tablename__ = "lrs_import_line"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "import_id"], ["lrs_import.tenant_id", "lrs_import.id"]),)

    tenant_id: Mapped[UUID]
    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    property: Mapped[str]
    why: Mapped[str]


class Archive(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A month of statements of all tenants as one compressed file, read back before the month was let go."""

    __tablename__ = "lrs_archive"

    month: Mapped[date] = mapped_column(unique=True)
    statements: Mapped[int] = mapped_column(BigInteger)
    storage_key: Mapped[str]
    sha256: Mapped[str]
    bytes: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str]
    dropped_at: Mapped[datetime | None]
    restored_at: Mapped[datetime | None]


class Retention(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """For how many whole months statements stay in the tables; the newest row counts. Without a row they stay for good."""

    __tablename__ = "lrs_retention"

    keep_months: Mapped[int]
    reason: Mapped[str]
