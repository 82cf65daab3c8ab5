"""Does the stored tree still say what was signed? Recomputed from the leaves, compared node by node."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select

from lms.foundation.database import transaction
from lms.foundation.evidence import keys, note, proofs, sequencer
from lms.foundation.evidence.models import Checkpoint, Leaf, Pending, Position
from lms.foundation.evidence.tree import SMALL, Frontier

BATCH = 5000


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was sealed: table, row, column and a Chinese sentence."""

    table: str
    row: str
    column: str
    sentence: str


@dataclass(frozen=True)
class TreeReport:
    """What a check of the whole tree came to."""

    leaves: int
    checkpoints: int
    findings: tuple[Finding, ...]


def check_tree() -> TreeReport:
    """Recompute the tree from all placed leaves; compare nodes and every checkpoint. Opens its own transactions."""
    signed = _checkpoints()
    findings: list[Finding] = []
    edge, roots = Frontier(0, {}), {0: Frontier(0, {}).root()}
    sizes = {checkpoint.size for checkpoint in signed}
    while batch := _leaves_from(edge.size):
        computed = []
        for position, leaf_id, value, placed in batch:
            if position != edge.size:
                findings.append(_finding("evidence_position", str(edge.size), "position", f"树里第 {edge.size} 位空着"))
                return TreeReport(edge.size, len(signed), tuple(findings))
            if placed != value:
                found = f"第 {leaf_id} 号封存的哈希和树里存的不一样"
                findings.append(_finding("evidence_position", str(position), "hash", found))
            computed += [node for node in edge.add(value) if node[0] not in SMALL]
            if edge.size in sizes:
                roots[edge.size] = edge.root()
        findings += _compare(computed)
    with transaction(sequencer.SEQUENCER):
        signers = keys.publics(keys.chain())
    findings += [problem for checkpoint in signed if (problem := _judge(checkpoint, roots, signers))]
    return TreeReport(edge.size, len(signed), tuple(findings))


def _checkpoints() -> list[Checkpoint]:
    with transaction(sequencer.SEQUENCER) as session:
        return list(session.scalars(select(Checkpoint).order_by(Checkpoint.size)))


def _leaves_from(position: int) -> list[tuple[int, int, bytes, bytes]]:
    page = (
        select(Position.position, Position.leaf_id, Leaf.hash, Position.hash.label("placed"))
        .join(Leaf, Leaf.id == Position.leaf_id)
        .where(Position.position >= position)
        .order_by(Position.position)
        .limit(BATCH)
    )
    with transaction(sequencer.SEQUENCER) as session:
        return [(row.position, row.leaf_id, row.hash, row.placed) for row in session.execute(page)]


def _compare(computed: Sequence[tuple[int, int, bytes]]) -> Iterator[Finding]:
    with transaction(sequencer.SEQUENCER):
        stored = proofs.fetch([(level, nth) for level, nth, _ in computed])
    for level, nth, hashed in computed:
        if stored.get((level, nth)) != hashed:
            found = f"第 {level} 层第 {nth} 个结点的哈希和树里存的不一样"
            yield _finding("evidence_node", f"{level}/{nth}", "hash", found)


def _judge(checkpoint: Checkpoint, roots: dict[int, bytes], signers: Sequence[Ed25519PublicKey]) -> Finding | None:
    try:
        head = note.read_checkpoint(note.opened(checkpoint.note, signers))
    except note.BadNote:
        return _finding("evidence_checkpoint", str(checkpoint.size), "note", "检查点的签名对不上")
    if head.size != checkpoint.size or head.root != checkpoint.root:
        return _finding("evidence_checkpoint", str(checkpoint.size), "root", "检查点的数字和它签过名的文字不一样")
    if roots.get(head.size) != head.root:
        return _finding("evidence_checkpoint", str(checkpoint.size), "root", "按现在的记录算，得不到当时签名的根")
    return None


def _finding(table: str, row: str, column: str, sentence: str) -> Finding:
    return Finding(table, row, column, sentence)


def unplaced() -> list[int]:
    """Return the ids of leaves that have no place and do not wait for one: somebody took them out of the queue."""
    lost = (
        select(Leaf.id)
        .outerjoin(Position, Position.leaf_id == Leaf.id)
        .outerjoin(Pending, Pending.leaf_id == Leaf.id)
        .where(Position.leaf_id.is_(None), Pending.leaf_id.is_(None))
    )
    with transaction(sequencer.SEQUENCER) as session:
        return list(session.scalars(lost))
