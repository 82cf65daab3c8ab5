"""The tables of evidence: leaves, the places they got in the tree, the tree's nodes, the signed checkpoints.

All but `evidence_pending` are only ever added to.
"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation import clock
from lms.foundation.database import db


class Leaf(db.Model):  # type: ignore[name-defined]
    """The hash of one record, written in the record's own transaction. `subject` is what leaves are counted by."""

    __tablename__ = "evidence_leaf"
    __table_args__ = (Index("ix_evidence_leaf_kind_subject", "kind", "subject"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str]
    hash: Mapped[bytes]
    marks: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Pending(db.Model):  # type: ignore[name-defined]
    """A leaf that has no place yet; the sequencer takes the row away when it gives one."""

    __tablename__ = "evidence_pending"

    leaf_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class Position(db.Model):  # type: ignore[name-defined]
    """The place of a leaf in the tree, for ever, and the hash that lies there; places have no gaps."""

    __tablename__ = "evidence_position"

    leaf_id: Mapped[int] = mapped_column(ForeignKey("evidence_leaf.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, unique=True)
    hash: Mapped[bytes]


class Node(db.Model):  # type: ignore[name-defined]
    """A perfect subtree: the `nth` of its level, over the positions nth << level up to (nth + 1) << level.

    Of the small ones (tree.SMALL) none is kept: they are hashed anew from the leaves when a proof needs them.
    """

    __tablename__ = "evidence_node"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    nth: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes]


class Checkpoint(db.Model):  # type: ignore[name-defined]
    """What the platform signed: the first `size` leaves have this root. `note` is the C2SP text."""

    __tablename__ = "evidence_checkpoint"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes]
    note: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Outside(db.Model):  # type: ignore[name-defined]
    """A checkpoint was given to a place outside: what the place answered, or what went wrong."""

    __tablename__ = "evidence_outside"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    size: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    place: Mapped[str]
    receipt: Mapped[str]
    problem: Mapped[str]


class SigningKey(db.Model):  # type: ignore[name-defined]
    """A key that has signed for this platform; `endorsement` is the note by which the key before it names it ("" for the first).

    It signs checkpoints of `from_size` leaves and more.
    """

    __tablename__ = "evidence_key"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    from_size: Mapped[int] = mapped_column(BigInteger)
    vkey: Mapped[str]
    endorsement: Mapped[str]
