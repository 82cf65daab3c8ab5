"""Statements, what they are found by, and documents. The write and read paths speak SQL to them; these are their shape."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import db


class StatementRow(db.Model):  # type: ignore[name-defined]
    """A statement: the text that came and what the standard adds. Only `voided` ever changes."""

    __tablename__ = "lrs_statement"
    __table_args__ = {"postgresql_partition_by": "range (seq)"}

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    id: Mapped[UUID]
    voided: Mapped[bool] = mapped_column(server_default="false")
    payload: Mapped[str]


class StatementId(db.Model):  # type: ignore[name-defined]
    """That an id is taken. Without `seq` it only holds the place of a statement that others refer to."""

    __tablename__ = "lrs_statement_id"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int | None] = mapped_column(BigInteger)
    hash: Mapped[UUID | None]
    voided_by: Mapped[int | None] = mapped_column(BigInteger)


class StatementRef(db.Model):  # type: ignore[name-defined]
    """Which statements are about another statement."""

    __tablename__ = "lrs_statement_ref"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    target_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class Link(db.Model):  # type: ignore[name-defined]
    """What a statement is found by (rules/references.py)."""

    __tablename__ = "lrs_link"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    ref: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class AgentName(db.Model):  # type: ignore[name-defined]
    """A name that statements gave to an agent."""

    __tablename__ = "lrs_agent_name"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    ref: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)


class ActivityRow(db.Model):  # type: ignore[name-defined]
    """What the store knows of an activity: the definitions that came, laid over one another (JSON text)."""

    __tablename__ = "lrs_activity"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    ref: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    iri: Mapped[str]
    definition: Mapped[str]


class DocumentRow(db.Model):  # type: ignore[name-defined]
    """A document of the state or profile resources; `key` is the hash of all that names it."""

    __tablename__ = "lrs_document"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[UUID] = mapped_column(primary_key=True)
    resource: Mapped[int] = mapped_column(SmallInteger)
    activity: Mapped[int] = mapped_column(BigInteger)
    agent: Mapped[int] = mapped_column(BigInteger)
    registration: Mapped[UUID | None]
    name: Mapped[str]
    content_type: Mapped[str]
    content: Mapped[bytes]
    updated_at: Mapped[datetime]

    __table_args__ = (Index("ix_lrs_document_subject", "tenant_id", "resource", "activity", "agent"),)


class AttachmentRow(db.Model):  # type: ignore[name-defined]
    """A file that came with statements, once for each content."""

    __tablename__ = "lrs_attachment"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    sha2: Mapped[str] = mapped_column(primary_key=True)
    content_type: Mapped[str]
    content: Mapped[bytes]
