"""Turning the sealing key: a new key seals at once, then every sealed value is sealed anew, batch by batch.

It may be killed at any moment and started again: what it has done is committed, what it has not done still opens,
because the old key stays in the ring until no row needs it and the operator retires it.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, column, func, literal, select, table, update

from lms.foundation import secrets
from lms.foundation.database import db, transaction
from lms.foundation.principal import Principal

BATCH = 200
locksmith = Principal.system_of("key rotation")


def turn() -> str:
    """Put a new key in the ring, unless a rotation is under way; gives back the key that seals now."""
    holder = secrets.holder()
    ring = holder.ring()
    if set(in_use()) <= {ring.current}:
        secrets.write_keyring(holder.file, ring.turned())
    return holder.ring().current


def in_use() -> Counter[str]:
    """How many sealed values each key holds."""
    found: Counter[str] = Counter()
    for place, name in sealed_columns():
        key = _key(place.c[name])
        query = select(key, func.count()).where(place.c[name].is_not(None)).group_by(key)
        with transaction(locksmith) as session:
            found.update({bytes(k).decode(): n for k, n in session.execute(query)})
    return found


def seal_anew() -> Iterator[int]:
    """Seal what other keys hold with the current one; gives the size of each batch as it is committed."""
    for place, name in sealed_columns():
        while count := _batch(place, name):
            yield count


def retire() -> list[str]:
    """Take the keys that no value needs out of the ring; gives back their names."""
    holder = secrets.holder()
    ring = holder.ring()
    gone = sorted(set(ring.sealing) - set(in_use()) - {ring.current})
    for name in gone:
        ring = ring.without(name)
    secrets.write_keyring(holder.file, ring)
    return gone


def sealed_columns() -> list[tuple[Any, str]]:
    """The tables and columns that models declare as sealed; each such table has an `id`."""
    declared = secrets.sealed_columns(dict(db.metadata.tables))
    return [(table(t, column("id"), column(c, LargeBinary)), c) for t, c in declared]


def _batch(place: Any, name: str) -> int:
    current = literal(secrets.holder().ring().current.encode(), LargeBinary)
    stale = select(place.c.id, place.c[name]).where(place.c[name].is_not(None), _key(place.c[name]) != current)
    with transaction(locksmith) as session:
        rows = session.execute(stale.limit(BATCH).with_for_update(skip_locked=True)).all()
        for row_id, blob in rows:
            new = _again(place.name, name, row_id, bytes(blob))
            session.execute(update(place).where(place.c.id == row_id).values({name: new}))
    return len(rows)


def _again(where: str, name: str, row_id: UUID, blob: bytes) -> bytes:
    return secrets.seal(where, name, row_id, secrets.unseal(where, name, row_id, blob))


def _key(blob: Any) -> Any:
    """The key id inside a sealed value, as SQL: its length stands in the second byte."""
    return func.substring(blob, 3, func.get_byte(blob, 1))
