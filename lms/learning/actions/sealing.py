"""Rows of the ledger are sealed as they are written: each has its leaf in the tree of evidence."""

from collections.abc import Sequence
from typing import Any

import msgspec

from lms.foundation import evidence
from lms.foundation.database import db
from lms.foundation.evidence.canonical import seal
from lms.learning.rules.ledger import KIND, LedgerRow, leaf_content

_COLUMNS = tuple(name for name in LedgerRow.__slots__ if name not in {"id", "leaf_id"})


def sealed(row: LedgerRow) -> dict[str, Any]:
    """A row as study_add reads it, with the hash and the marks of its leaf: nothing of it may change from here on."""
    content = leaf_content(row, evidence.commitment)
    values = {name: getattr(row, name) for name in _COLUMNS}
    leaf_hash, marks = seal(KIND, content)
    bytea = {"ip_salt": row.ip_salt.hex(), "leaf_hash": leaf_hash.hex(), "marks": marks.hex()}
    return {**values, **{name: f"\\x{digits}" for name, digits in {**bytea, "policy_hash": row.policy_hash}.items()}}


def add(rows: Sequence[LedgerRow]) -> None:
    """Add rows to the ledger, each with its leaf."""
    given = msgspec.json.encode([sealed(row) for row in rows]).decode()
    db.session.connection().exec_driver_sql("select study_add(%(rows)s::jsonb)", {"rows": given})
