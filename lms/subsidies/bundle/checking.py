"""Does a ledger row still say what was sealed? Row, leaf and tree compared; which column, if it does not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lms.foundation.evidence.canonical import changed_fields, commitment, hash_of
from lms.foundation.evidence.leaves import SealedLeaf
from lms.learning.rules.ledger import KIND, LedgerRow, leaf_content

TABLE = "hour_ledger"
# What is sealed under another name than its column's.
COLUMNS = {"ip_commitment": "ip"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """A row that is not as it was sealed: table, row id, column, and a Chinese sentence."""

    table: str
    row: str
    column: str
    sentence: str

    def text(self) -> str:
        """Write the place and the sentence."""
        return (
            "，".join(part for part in (f"{self.table} 第 {self.row} 行", self.column) if part) + f"：{self.sentence}"
        )


def troubles(row: LedgerRow, content: dict[str, Any], leaf: SealedLeaf | None) -> Iterator[Trouble]:
    """Name what is wrong with a row, given what of it is hashed and its leaf; nothing when all three agree."""
    if leaf is None:
        yield _trouble(row, "leaf_id", "这一行没有封存的记录")
        return
    authority = leaf.placed or leaf.hash
    if leaf.position is None and not leaf.waits:
        yield _trouble(row, "leaf_id", "它的封存从排队里被拿走了")
    if leaf.hash != authority:
        yield Trouble("evidence_leaf", str(leaf.id), "hash", "封存的哈希和树里的不一样")
    dated = row.corrects_id is not None or leaf.created_at == row.created_at
    if not dated or (leaf.kind, leaf.subject) != (KIND, str(row.cohort_id)):
        yield Trouble("evidence_leaf", str(leaf.id), "kind", "封存上写的班级、时间或种类和这一行不一样")
    if row.leaf_hash != authority:
        yield _trouble(row, "leaf_hash", "行里记的哈希和树里的不一样")
    if hash_of(KIND, content) != authority:
        for column in changed_fields(content, leaf.marks) or ["说不准哪一列"]:
            name = COLUMNS.get(column, column)
            yield _trouble(row, name, f"现在是 {getattr(row, name, '')}，和封存时不一样")


def read(row: LedgerRow) -> dict[str, Any]:
    """Return what of a row is hashed."""
    return dict(leaf_content(row, commitment))


def _trouble(row: LedgerRow, column: str, sentence: str) -> Trouble:
    return Trouble(TABLE, str(row.id), column, sentence)
