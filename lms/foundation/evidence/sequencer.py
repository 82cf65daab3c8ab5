"""The one who gives leaves their places, extends the tree and signs checkpoints.

Any number may run: an advisory lock lets one work at a time, and each batch is one transaction, so whoever is killed,
and whenever, the tree is whole. A leaf that commits late gets a later place, so places have no gaps and never move.
"""

from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lms.config import settings
from lms.foundation import clock, secrets
from lms.foundation.database import db, transaction
from lms.foundation.evidence import note, proofs
from lms.foundation.evidence.models import Checkpoint, Leaf, Pending, Position
from lms.foundation.evidence.tree import SMALL, Frontier, frontier_nodes
from lms.foundation.principal import Principal

SEQUENCER = Principal.system_of("sequencer")
LOCK = 0x79616E78  # "yanx", the lock that means: I am the sequencer
BATCH = 2000
SIGN_EVERY = timedelta(seconds=10)

_TRY_LOCK = text("select pg_try_advisory_xact_lock(:key)").bindparams(key=LOCK)
_TAKE_LOCK = text("select pg_advisory_xact_lock(:key)").bindparams(key=LOCK)
_ADD_PLACES = text(
    "insert into evidence_position (leaf_id, position, hash)"
    " select * from unnest(cast(:leaves as bigint[]), cast(:positions as bigint[]), cast(:hashes as bytea[]))"
)
_ADD_NODES = text(
    "insert into evidence_node (level, nth, hash)"
    " select * from unnest(cast(:levels as integer[]), cast(:nths as bigint[]), cast(:hashes as bytea[]))"
)


def origin() -> str:
    """The name of this platform's log, in its checkpoints and as the name of its key."""
    return f"{urlsplit(settings().app_origin).hostname}/evidence"


def sequence(limit: int = BATCH, *, wait: bool = False) -> int:
    """Give places to committed leaves, at most `limit`, and extend the tree; say how many.

    0 as well while another sequencer works, unless `wait`. Opens its own transaction.
    """
    with transaction(SEQUENCER) as session:
        if not wait and not session.scalar(_TRY_LOCK):
            return 0
        if wait:
            session.execute(_TAKE_LOCK)
        return _extend(session, limit)


def _extend(session: Session, limit: int) -> int:
    """A few thousand hashes of 64 bytes take milliseconds; they stand inside so that nobody can grow the tree between."""
    oldest = select(Leaf.id, Leaf.hash).join(Pending, Pending.leaf_id == Leaf.id).order_by(Leaf.id).limit(limit)
    leaves = session.execute(oldest).all()
    if not leaves:
        return 0
    edge = frontier(size(session))
    first = edge.size
    nodes = [node for leaf in leaves for node in edge.add(leaf.hash) if node[0] not in SMALL]
    ids = [leaf.id for leaf in leaves]
    places = {"positions": list(range(first, edge.size)), "hashes": [leaf.hash for leaf in leaves]}
    session.execute(_ADD_PLACES, {"leaves": ids, **places})
    levels, nths, hashes = ([node[part] for node in nodes] for part in range(3))
    session.execute(_ADD_NODES, {"levels": levels, "nths": nths, "hashes": hashes})
    session.execute(delete(Pending).where(Pending.leaf_id.in_(ids)))
    return len(leaves)


def size(session: Session) -> int:
    """How many leaves the tree holds."""
    last = session.scalar(select(func.max(Position.position)))
    return 0 if last is None else last + 1


def frontier(of_size: int) -> Frontier:
    """The right edge of the tree at a size (inside a transaction); RuntimeError where a node is lost."""
    edge = frontier_nodes(of_size)
    found = proofs.fetch(edge)
    for level, nth in edge:
        if (level, nth) not in found:
            raise RuntimeError(f"the tree has lost node {nth} of level {level}")
    return Frontier(of_size, {level: hashed for (level, _), hashed in found.items()})


def checkpoint(*, at_once: bool = False) -> Checkpoint | None:
    """Sign the tree as it stands if it grew and the last signature is old enough, or `at_once`; None if nothing was due."""
    with transaction(SEQUENCER) as session:
        last = latest()
        now_size = size(session)
        if last and (last.size == now_size or (not at_once and clock.now() - last.created_at < SIGN_EVERY)):
            return None
        root = frontier(now_size).root()
    return _keep(note.Head(origin(), now_size, root))


def _keep(head: note.Head) -> Checkpoint:
    """Sign outside, write inside; two that sign the same size write it once."""
    signed = note.sign(note.checkpoint_text(head), head.origin, secrets.signing_key())
    values = {"size": head.size, "root": head.root, "note": signed, "created_at": clock.now()}
    with transaction(SEQUENCER) as session:
        session.execute(insert(Checkpoint).values(**values).on_conflict_do_nothing(index_elements=[Checkpoint.size]))
        return session.scalars(select(Checkpoint).where(Checkpoint.size == head.size)).one()


def checkpoint_now() -> Checkpoint:
    """Give a place to every leaf committed by now and return a signed checkpoint over all of them.

    For exports; opens its own transactions, so never call it inside one.
    """
    while sequence(wait=True) == BATCH:
        pass
    signed = checkpoint(at_once=True)
    if signed is not None:
        return signed
    with transaction(SEQUENCER):
        last = latest()
    if last is None:
        raise RuntimeError("nothing was signed and nothing had been")
    return last


def first_over(position: int) -> Checkpoint | None:
    """The oldest checkpoint that covers a place, or None: what is sealed once is always shown under the same signature."""
    return db.session().scalar(select(Checkpoint).where(Checkpoint.size > position).order_by(Checkpoint.size).limit(1))


def latest() -> Checkpoint | None:
    """The newest checkpoint, or None (inside a transaction)."""
    return db.session().scalar(select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1))
