"""Leaves: sealed in the transaction of the record they stand for, found again when the record is checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger

from lms.foundation import clock
from lms.foundation.database import db
from lms.foundation.evidence.canonical import seal
from lms.foundation.evidence.models import Leaf, Pending, Position


@dataclass(frozen=True)
class LeafRef:
    """What a record keeps of its leaf: the id and the 32 bytes of its hash."""

    id: int
    hash: bytes


@dataclass(frozen=True)
class SealedLeaf:
    """A leaf as it lies in the tables; `placed` is the hash that the tree holds at its position.

    A leaf that is neither placed nor waiting was taken out of the queue by hand.
    """

    id: int
    kind: str
    hash: bytes
    marks: bytes
    position: int | None
    placed: bytes | None
    waits: bool
    subject: str
    created_at: datetime


_ADD = text(
    "with leaf as (insert into evidence_leaf (kind, subject, hash, marks, created_at)"
    " values (:kind, :subject, :hash, :marks, :at) returning id),"
    " waiting as (insert into evidence_pending (leaf_id) select id from leaf) select id from leaf"
)


def append(kind: str, content: dict[str, Any], *, subject: str | None = None, at: datetime | None = None) -> LeafRef:
    """Seal a record in the current transaction: nothing waits for the tree, and a rolled back record leaves no leaf.

    `content` is all that can never change about the record: text, whole numbers, null (canonical.py), personal data
    only as commitments. `subject` is what leaves are counted by; the content's cohort_id unless given. `at` is now.
    """
    sealed, marks = seal(kind, content)
    counted_by = subject if subject is not None else str(content.get("cohort_id") or "")
    values = {"kind": kind, "subject": counted_by, "hash": sealed, "marks": marks, "at": at or clock.now()}
    return LeafRef(db.session().execute(_ADD, values).scalar_one(), sealed)


def sealed(leaf_ids: Sequence[int]) -> dict[int, SealedLeaf]:
    """Return the leaves with these ids, by id; what is not there is left out."""
    wanted = bindparam("ids", list(leaf_ids), type_=ARRAY(BigInteger))
    query = (
        select(
            Leaf.id, Leaf.kind, Leaf.hash, Leaf.marks, Position.position, Position.hash, Pending.leaf_id.is_not(None)
        )
        .add_columns(Leaf.subject, Leaf.created_at)
        .outerjoin(Position, Position.leaf_id == Leaf.id)
        .outerjoin(Pending, Pending.leaf_id == Leaf.id)
        .where(Leaf.id == func.any(wanted))
    )
    return {row[0]: SealedLeaf(*row) for row in db.session().execute(query)}


def count(kind: str, subject: str, size: int) -> int:
    """Say how many leaves of a kind and subject lie among the first `size` of the tree."""
    mine = select(func.count()).select_from(Leaf).join(Position, Position.leaf_id == Leaf.id)
    return db.session().scalar(mine.where(Leaf.kind == kind, Leaf.subject == subject, Position.position < size)) or 0


def last_position(kind: str, subject: str) -> int | None:
    """Return the last place that a leaf of a kind and subject has; None where none has one."""
    mine = select(func.max(Position.position)).join(Leaf, Leaf.id == Position.leaf_id)
    return db.session().scalar(mine.where(Leaf.kind == kind, Leaf.subject == subject))


def ids_of(kind: str, after: int, limit: int) -> list[tuple[int, str]]:
    """Return (id, subject) of the next leaves of a kind, by rising id."""
    page = select(Leaf.id, Leaf.subject).where(Leaf.kind == kind, Leaf.id > after).order_by(Leaf.id).limit(limit)
    return [(row.id, row.subject) for row in db.session().execute(page)]


def of_subject(kind: str, subject: str) -> list[tuple[int, bytes, datetime]]:
    """Return (id, hash, moment) of all leaves of a kind and subject, by rising id."""
    query = select(Leaf.id, Leaf.hash, Leaf.created_at).where(Leaf.kind == kind, Leaf.subject == subject)
    return [(row.id, row.hash, row.created_at) for row in db.session().execute(query.order_by(Leaf.id))]


def waiting(subject: str | None = None) -> int:
    """Say how many committed leaves have no place yet, of one subject or of all."""
    query = select(func.count()).select_from(Pending)
    if subject is not None:
        query = query.where(exists().where(Leaf.id == Pending.leaf_id, Leaf.subject == subject))
    return db.session().scalar(query) or 0
