"""Rows of the ledger are sealed as they are written: each has its leaf in the tree of evidence."""

from collections.abc import Sequence
from typing import Any

import msgspec

from lms.foundation import evidence
from lms.foundation.database import db
from lms.learning.rules.ledger import KIND, LedgerRow, leaf_content

_COLUMNS = tuple(name for name in LedgerRow.__slots__ if name != "id")
_NAMES = ", ".join(_COLUMNS)
ADD = f"insert into hour_ledger ({_NAMES}) select {_NAMES} from jsonb_populate_recordset(null::hour_ledger, %(rows)s::jsonb)"  # noqa: S608 - names of our own columns
_json = msgspec.json.Encoder()


def sealed(rows: Sequence[LedgerRow]) -> str:
    """Rows as the table reads them, each sealed by its leaf: nothing of them may change from here on."""
    return _json.encode([_as_json(row) for row in rows]).decode()


def add(rows: Sequence[LedgerRow]) -> None:
    """Add rows to the ledger, each with its leaf."""
    db.session.connection().exec_driver_sql(ADD, {"rows": sealed(rows)})


def _as_json(row: LedgerRow) -> dict[str, Any]:
    leaf = evidence.append(KIND, leaf_content(row, evidence.commitment))
    values = {name: getattr(row, name) for name in _COLUMNS}
    return {**values, "ip_salt": f"\\x{row.ip_salt.hex()}", "leaf_hash": f"\\x{leaf.hash.hex()}", "leaf_id": leaf.id}
