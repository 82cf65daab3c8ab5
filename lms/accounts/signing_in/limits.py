"""Counting what is limited: windows in the tables, one after the other under a lock, so that a crowd passes no faster."""

import math
from collections.abc import Sequence
from datetime import timedelta

from flask import g, has_request_context
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from lms.accounts.models import Attempt
from lms.accounts.rules import limits as rules
from lms.accounts.rules.limits import Limit
from lms.foundation import clock, secrets
from lms.foundation.database import db, transaction
from lms.foundation.errors import TooMany
from lms.foundation.principal import Principal

counter = Principal.system_of("limits")
Spending = Sequence[tuple[Limit, bytes]]
HOUSE = b"house"
SWEPT = 20
OLDEST = timedelta(days=2)


def key_of(address: str) -> bytes:
    """The key of an address: a keyed hash of the network that it stands for."""
    return secrets.blind_index("network", rules.network(address))


def spend(spending: Spending) -> None:
    """Count one try of each kind, in a transaction of its own; raises TooMany, and then none is counted."""
    with transaction(counter):
        spend_here(spending)


def spend_here(spending: Spending) -> None:
    """The same in the transaction under way.

    Keys are locked in one order: two requests never wait for each other, and a hundred at once count to a hundred.
    """
    now = clock.now()
    for limit, key in sorted(spending, key=lambda each: (each[0].kind, each[1])):
        name = secrets.blind_index("limit", f"{limit.kind}:{key.hex()}")
        db.session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(name[:7], "big"))))
        _refuse(limit, key)
    rows = [{"kind": limit.kind, "key": key, "at": now} for limit, key in spending]
    db.session.execute(insert(Attempt), rows)
    _sweep()


def give_back(kinds: Sequence[Limit], key: bytes) -> None:
    """Forget the tries of a key: they led to what they were for."""
    with transaction(counter) as session:
        names = [limit.kind for limit in kinds]
        session.execute(delete(Attempt).where(Attempt.kind.in_(names), Attempt.key == key))


def _refuse(limit: Limit, key: bytes) -> None:
    now = clock.now()
    mine = (Attempt.kind == limit.kind) & (Attempt.key == key) & (Attempt.at > now - limit.within)
    query = select(Attempt.at).where(mine).order_by(Attempt.at.desc()).offset(limit.most - 1).limit(1)
    wait = rules.wait(limit, db.session.scalar(query), now)
    if wait:
        if has_request_context():
            g.retry_after = math.ceil(wait.total_seconds())
        raise TooMany(limit.words)


def _sweep() -> None:
    """Take a few of the oldest away, so that the table stays as small as its windows."""
    old = select(Attempt.id).where(Attempt.at < clock.now() - OLDEST).order_by(Attempt.at).limit(SWEPT)
    db.session.execute(delete(Attempt).where(Attempt.id.in_(old.with_for_update(skip_locked=True))))
