"""State and profile documents: one row for each name, found by the hash of all that names it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

from psycopg.sql import SQL

from lms.lrs.connection import Sql
from lms.lrs.rules.documents import Document, Resource
from lms.lrs.rules.references import ref

_READ = "select content, content_type, updated_at from lrs_document where tenant_id = %s and key = %s"
_WRITE = """
insert into lrs_document
  (tenant_id, key, resource, activity, agent, registration, name, content_type, content, updated_at)
values (%(tenant)s, %(key)s, %(resource)s, %(activity)s, %(agent)s, %(registration)s, %(name)s, %(content_type)s,
  %(content)s, clock_timestamp())
on conflict on constraint pk_lrs_document do update
set content = excluded.content, content_type = excluded.content_type, updated_at = excluded.updated_at
"""
_DELETE = "delete from lrs_document where tenant_id = %s and key = %s"
_SOME = """
where tenant_id = %(tenant)s and resource = %(resource)s and activity = %(activity)s and agent = %(agent)s
  and (%(registration)s::uuid is null or registration = %(registration)s)
"""
_NAMES = (
    SQL("select distinct name from lrs_document")
    + SQL(_SOME)
    + SQL("and (%(since)s::timestamptz is null or updated_at > %(since)s) order by name")
)
_CLEAR = SQL("delete from lrs_document") + SQL(_SOME)


@dataclass(frozen=True)
class Place:
    """Where documents lie: whose, about what. `name` is stateId or profileId; None stands for all of them."""

    tenant_id: UUID
    resource: Resource
    activity: str = ""
    agent: str = ""
    registration: UUID | None = None
    name: str | None = None

    @property
    def key(self) -> UUID:
        """128 bits over everything that names the document."""
        named = (self.resource, self.activity, self.agent, self.registration or "", self.name)
        text = "".join(f"{len(str(part))}:{part}" for part in named)
        return UUID(bytes=blake2b(text.encode(), digest_size=16, key=self.tenant_id.bytes).digest())

    @property
    def columns(self) -> dict[str, object]:
        """The columns that queries compare."""
        return {
            "tenant": self.tenant_id,
            "resource": int(self.resource),
            "activity": ref(self.tenant_id, self.activity),
            "agent": ref(self.tenant_id, self.agent),
            "registration": self.registration,
        }


def take_turn(sql: Sql, place: Place) -> None:
    """Wait for whoever writes the same document: what is read next stays so until the commit."""
    sql.execute("select pg_advisory_xact_lock(%s)", (place.key.int % (1 << 63),))


def read(sql: Sql, place: Place) -> Document | None:
    """The document, if it is there."""
    row = sql.execute(_READ, (place.tenant_id, place.key)).fetchone()
    return Document(bytes(row[0]), row[1], row[2]) if row else None


def write(sql: Sql, place: Place, content: bytes, content_type: str) -> None:
    """Put the document in its place, over what was there."""
    more = {"key": place.key, "name": place.name, "content_type": content_type, "content": content}
    sql.execute(_WRITE, {**place.columns, **more})


def delete(sql: Sql, place: Place) -> None:
    """Take the document away, if it is there."""
    sql.execute(_DELETE, (place.tenant_id, place.key))


def names(sql: Sql, place: Place, since: datetime | None) -> Sequence[str]:
    """The names of the documents there, changed after `since`, sorted."""
    return [row[0] for row in sql.execute(_NAMES, {**place.columns, "since": since})]


def clear(sql: Sql, place: Place) -> None:
    """Take all documents there away."""
    sql.execute(_CLEAR, place.columns)
