"""`lms verify --database`: every ledger row against its leaf, the whole tree against what was signed."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lms.foundation.database import transaction
from lms.foundation.evidence import audit, leaves
from lms.foundation.principal import Principal
from lms.learning import queries as learning
from lms.learning.checking import sealed
from lms.learning.rules.ledger import KIND, LedgerRow
from lms.subsidies.bundle import checking
from lms.subsidies.bundle.checking import Trouble

PAGE = 2000
AUDITOR = Principal.system_of("verify --database")


@dataclass
class DatabaseReport:
    """What the check came to."""

    rows: int = 0
    leaves: int = 0
    checkpoints: int = 0
    troubles: list[Trouble] = field(default_factory=list)


def check_database() -> DatabaseReport:
    """Check the tree, every row of the ledger, every leaf for its row, every decision. Opens its own transactions."""
    report = DatabaseReport()
    check_tree(report)
    check_rows(report)
    report.troubles += [Trouble(one.table, one.row, "", one.sentence) for one in sealed.unsealed()]
    return report


def check_tree(report: DatabaseReport) -> None:
    """Recompute the tree from its leaves, and look for leaves that were taken out of the queue."""
    tree = audit.check_tree()
    report.leaves, report.checkpoints = tree.leaves, tree.checkpoints
    report.troubles += [Trouble(f.table, f.row, f.column, f.sentence) for f in tree.findings]
    report.troubles += [Trouble("evidence_leaf", str(i), "", "封存从排队里被拿走了") for i in audit.unplaced()]


def check_rows(report: DatabaseReport) -> None:
    """Compare every row of the ledger with its leaf, and every leaf of a row with the rows there are."""
    seen: set[int] = set()
    for row, leaf in _rows():
        report.rows += 1
        report.troubles += checking.troubles(row, checking.read(row), leaf)
        if row.leaf_id in seen:
            report.troubles.append(Trouble(checking.TABLE, str(row.id), "leaf_id", "用了别的行的封存"))
        seen.add(row.leaf_id or 0)
    report.troubles += _missing(seen)


def _rows() -> Iterator[tuple[LedgerRow, leaves.SealedLeaf | None]]:
    after = 0
    while True:
        with transaction(AUDITOR):
            page = learning.ledger_page(after, PAGE)
            found = leaves.sealed([row.leaf_id for row in page if row.leaf_id is not None])
        if not page:
            return
        for row in page:
            after = row.leaf_id or after
            yield row, found.get(row.leaf_id or 0)


def _missing(seen: set[int]) -> Iterator[Trouble]:
    """Leaves of ledger rows whose row is gone."""
    after = 0
    while True:
        with transaction(AUDITOR):
            page = leaves.ids_of(KIND, after, PAGE)
        if not page:
            return
        for leaf_id, cohort_id in page:
            after = leaf_id
            if leaf_id not in seen:
                yield Trouble(checking.TABLE, f"（封存 {leaf_id}）", "", f"班级 {cohort_id} 的这一行不见了")
