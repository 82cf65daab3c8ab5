"""Decisions about hours under seal: what was held, decided, corrected and answered must still be what its leaf says."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from lms.foundation.database import db, transaction
from lms.foundation.evidence import leaves
from lms.foundation.evidence.canonical import hash_of
from lms.learning.checking.reading import CHECKER

PAGE = 1000
Content = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Unsealed:
    """A decision that is not as it was sealed: table, id, and a Chinese sentence."""

    table: str
    row: str
    sentence: str


def _at(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _texts(row: Any, *names: str) -> dict[str, Any]:
    """The named columns, ids as text."""
    return {name: value if isinstance(value := getattr(row, name), int | None) else str(value) for name in names}


# kind of leaf: table, and what of a row is sealed
KINDS: Mapping[str, tuple[str, Content]] = {
    "hours.anomaly": (
        "anomaly",
        lambda r: (
            _texts(r, "id", "session_id", "person_id", "cohort_id", "code")
            | {"facts": {name: int(value) for name, value in r.facts.items()}, "at": _at(r.created_at)}
        ),
    ),
    "hours.hold": (
        "hold_decision",
        lambda r: _texts(r, "anomaly_id", "number", "verdict", "reason", "decided_by") | {"at": _at(r.created_at)},
    ),
    "hours.correction": (
        "hour_correction",
        lambda r: (
            _texts(r, "id", "number", "ledger_id", "delta_ms", "reason", "proposed_by") | {"at": _at(r.created_at)}
        ),
    ),
    "hours.correction-decision": (
        "correction_decision",
        lambda r: (
            _texts(r, "correction_id", "verdict", "reason", "ledger_id", "decided_by") | {"at": _at(r.created_at)}
        ),
    ),
    "hours.appeal": (
        "appeal_answer",
        lambda r: _texts(r, "appeal_id", "verdict", "reason", "answered_by") | {"at": _at(r.created_at)},
    ),
    "hours_difference": (
        "hours_difference",
        lambda r: (
            _texts(r, "seq", "day", "field", "recorded", "recomputed", "person_id", "cohort_id")
            | {"session_id": str(r.session_id or "")}
        ),
    ),
    "hours_difference_word": (
        "hours_difference_word",
        lambda r: _texts(r, "difference_id", "person_id", "reason") | {"at": r.created_at.astimezone(UTC).isoformat()},
    ),
}
# A row that corrects hours is what two people decided: their words name it, and say how much.
_UNDECIDED = text(
    "select l.id from hour_ledger l left join correction_decision d on d.ledger_id = l.id and d.verdict = 'approved'"
    " left join hour_correction c on c.id = d.correction_id and c.ledger_id = l.corrects_id"
    " and c.delta_ms = l.credited_ms and c.number = l.correction_no and c.proposed_by <> d.decided_by"
    " where l.corrects_id is not null and c.id is null"
)


def unsealed() -> Iterator[Unsealed]:
    """Every decision that is not as it was sealed, and every one that is gone. Opens its own transactions, page by page."""
    for kind, (table, content) in KINDS.items():
        yield from _changed(kind, table, content)
    with transaction(CHECKER) as session:
        undecided = list(session.scalars(_UNDECIDED))
    for row_id in undecided:
        yield Unsealed("hour_ledger", str(row_id), "这条更正没有两个人的决定作依据，或者和决定的不一样")


def _changed(kind: str, table: str, content: Content) -> Iterator[Unsealed]:
    after = 0
    while True:
        with transaction(CHECKER):
            page = leaves.ids_of(kind, after, PAGE)
            rows = _rows(table, [leaf_id for leaf_id, _ in page])
            sealed = leaves.sealed([leaf_id for leaf_id, _ in page])
        if not page:
            return
        for leaf_id, _ in page:
            after, leaf, row = leaf_id, sealed[leaf_id], rows.get(leaf_id)
            if row is None:
                yield Unsealed(table, f"（封存 {leaf_id}）", "这一行不见了")
            elif not (hash_of(kind, content(row)) == bytes(row.leaf_hash) == (leaf.placed or leaf.hash)):
                yield Unsealed(table, str(getattr(row, "id", leaf_id)), "和封存时不一样")


def _rows(table: str, leaf_ids: list[int]) -> dict[int, Any]:
    query = text(f"select * from {table} where leaf_id = any(:leaves)")  # noqa: S608 - names of our own tables
    return {row.leaf_id: row for row in db.session.execute(query, {"leaves": leaf_ids})}
