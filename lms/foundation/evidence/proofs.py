"""Proofs out of the stored nodes: two queries for any number of hashes, one of them for small subtrees."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, TextClause, text

from lms.foundation.database import db
from lms.foundation.evidence.tree import (
    SMALL,
    Node,
    Range,
    batch_ranges,
    consistency_ranges,
    fold,
    inclusion_ranges,
    perfect_nodes,
    root,
)

AT_ONCE = 20_000
_FETCH = text(
    "select level, nth, hash from evidence_node join"
    " unnest(cast(:levels as integer[]), cast(:nths as bigint[])) as wanted(level, nth) using (level, nth)"
)
_BELOW = text(
    "select wanted.level, wanted.nth, array_agg(leaf.hash order by leaf.position) as hashes"
    " from unnest(cast(:levels as integer[]), cast(:nths as bigint[])) as wanted(level, nth) join evidence_position leaf"
    " on leaf.position >= (wanted.nth << wanted.level) and leaf.position < ((wanted.nth + 1) << wanted.level)"
    " group by wanted.level, wanted.nth"
)


def inclusion(position: int, size: int) -> list[bytes]:
    """Return the hashes that prove the leaf at a position to be in the tree of a size, leaf upward."""
    return hashes_of(inclusion_ranges(position, size))


def consistency(old: int, new: int) -> list[bytes]:
    """Return the hashes that prove the tree of `new` leaves to begin with the tree of `old`."""
    return hashes_of(consistency_ranges(old, new))


def batch(positions: Sequence[int], size: int) -> list[bytes]:
    """Return the hashes that prove all leaves at the sorted positions at once (tree.root_from_batch)."""
    return hashes_of(batch_ranges(positions, size))


def hashes_of(ranges: Sequence[Range]) -> list[bytes]:
    """Return the hash of each range, in order."""
    parts = [perfect_nodes(of) for of in ranges]
    nodes = sorted({node for part in parts for node in part})
    known: dict[Node, bytes] = {}
    for start in range(0, len(nodes), AT_ONCE):
        known |= fetch(nodes[start : start + AT_ONCE])
    return [fold([known[node] for node in part]) for part in parts]


def fetch(nodes: Sequence[Node]) -> dict[Node, bytes]:
    """Return the hashes of perfect nodes; what is not stored, or has lost a leaf, is left out."""
    small = [node for node in nodes if node[0] in SMALL]
    kept = [node for node in nodes if node[0] not in SMALL]
    found = {(row.level, row.nth): row.hash for row in _rows(_FETCH, kept)}
    whole = (row for row in _rows(_BELOW, small) if len(row.hashes) == 1 << row.level)
    return found | {(row.level, row.nth): root(row.hashes) for row in whole}


def _rows(query: TextClause, nodes: Sequence[Node]) -> Sequence[Row[Any]]:
    wanted = {"levels": [level for level, _ in nodes], "nths": [nth for _, nth in nodes]}
    return db.session().execute(query, wanted).all() if nodes else ()
