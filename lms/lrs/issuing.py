"""Looking after keys: who made them for what, a new one in place of an old one, an end to one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text

from lms.accounts.actions import audit
from lms.foundation.database import acting, db, widened
from lms.foundation.errors import Conflict, NotFound
from lms.lrs import keys
from lms.lrs.models import Key
from lms.lrs.rules.keys import GOOD, GRACE, words_of

_WHY_WIDE = "lrs-keys: an authority looks after the keys of its classes' organisations"


@dataclass(frozen=True)
class KeyView:
    """A key as pages show it; the secret is kept nowhere. `until` is when a replaced key ends, or ended."""

    id: UUID
    tenant_id: UUID
    name: str
    purpose: str
    key: str
    may: str
    created_at: datetime
    until: datetime | None
    good: bool


def views(tenants: Collection[UUID]) -> list[KeyView]:
    """The keys of these organisations, those that are good first, then the newest."""
    query = select(Key, func.coalesce(Key.revoked_at > func.now(), True)).where(Key.tenant_id.in_(tenants))
    with widened(_WHY_WIDE):
        rows = db.session.execute(query.order_by(Key.created_at.desc(), Key.id)).all()
    found = [_view(row, bool(is_good)) for row, is_good in rows]
    return sorted(found, key=lambda view: not view.good)


def issue(tenant_id: UUID, name: str, purpose: str, scopes: tuple[str, ...]) -> keys.Issued:
    """A new key, entered in the audit."""
    with widened(_WHY_WIDE):
        made = keys.issue(tenant_id, name, scopes, purpose=purpose, by=acting().person_id)
        audit("lrs-key:issue", subject=f"lrs_key {made.id}", reason=f"{name}：{purpose}")
    return made


def rotate(key_id: UUID, tenants: Collection[UUID]) -> keys.Issued:
    """A new key in place of one that is good; the old one stays good for GRACE. Raises NotFound, Conflict."""
    with widened(_WHY_WIDE):
        old = _good(key_id, tenants)
        if old.revoked_at is not None:
            raise Conflict("这把密钥已经换过，用新的那一把")
        made = keys.issue(
            old.tenant_id, old.name, tuple(old.scopes), purpose=old.purpose, by=acting().person_id, replaces=old.id
        )
        old.revoked_at, old.revoked_by = func.now() + GRACE, acting().person_id
        audit("lrs-key:rotate", subject=f"lrs_key {key_id}", reason=f"{old.name} → {made.id}")
    return made


def revoke(key_id: UUID, tenants: Collection[UUID]) -> None:
    """End a key at this moment; raises NotFound."""
    with widened(_WHY_WIDE):
        row = _good(key_id, tenants)
        row.revoked_at, row.revoked_by = func.now(), acting().person_id
        audit("lrs-key:revoke", subject=f"lrs_key {key_id}", reason=row.name)
        db.session.flush()


def named(tenant_id: UUID, name: str) -> list[UUID]:
    """The good keys of this name."""
    return list(db.session.scalars(select(Key.id).where(Key.tenant_id == tenant_id, Key.name == name, text(GOOD))))


def answers_for(key_id: UUID) -> UUID | None:
    """The person who made a key, and answers for what comes by it; None where the platform made it."""
    person_id: UUID | None = db.session.scalar(select(Key.issued_by).where(Key.id == key_id))
    return person_id


def _good(key_id: UUID, tenants: Collection[UUID]) -> Key:
    mine = select(Key).where(Key.id == key_id, Key.tenant_id.in_(tenants), text(GOOD))
    row: Key | None = db.session.scalar(mine.with_for_update())
    if row is None:
        raise NotFound()
    return row


def _view(row: Key, good: bool) -> KeyView:
    may = words_of(tuple(row.scopes))
    return KeyView(row.id, row.tenant_id, row.name, row.purpose, row.key, may, row.created_at, row.revoked_at, good)
