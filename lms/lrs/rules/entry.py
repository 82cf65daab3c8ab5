"""All that is written for a statement, worked out before the transaction opens."""

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

import msgspec

from lms.lrs.rules.actor import Actor
from lms.lrs.rules.equality import content_hash
from lms.lrs.rules.references import agents_named, definitions, links, ref
from lms.lrs.rules.statement import Statement

LONGEST_NAME = 600  # characters; longer ones are kept in their statements and not listed under /agents


@dataclass(frozen=True, slots=True)
class Authority:
    """Whose word it is: set by the store from the key, never by the client."""

    actor: Actor
    json: str

    @classmethod
    def account(cls, home_page: str, name: str) -> "Authority":
        """The authority of an account on this platform."""
        data = {"objectType": "Agent", "account": {"homePage": home_page, "name": name}}
        text = msgspec.json.encode(data)
        return cls(msgspec.json.decode(text, type=Actor), text.decode())


@lru_cache(maxsize=1024)
def account_of(home_page: str, name: str) -> Authority:
    """The same, remembered: a key sends many requests."""
    return Authority.account(home_page, name)


@dataclass(frozen=True, slots=True)
class Entry:
    """A statement ready to be written: links as (kind, ref), definitions and names by ref."""

    statement: Statement
    hash: UUID
    links: list[tuple[int, int]]
    definitions: dict[int, tuple[str, bytes]]
    names: dict[int, str]


def prepare(statement: Statement, tenant_id: UUID, authority: Authority) -> Entry:
    """Hash, links, definitions and names of a statement."""
    return Entry(
        statement,
        content_hash(statement),
        [(int(kind), ref(tenant_id, text)) for kind, text in links(statement, authority.actor)],
        {ref(tenant_id, iri): (iri, msgspec.json.encode(words)) for iri, words in definitions(statement).items()},
        {
            ref(tenant_id, text): name
            for text, name in agents_named(statement).items()
            if len(name) <= LONGEST_NAME and "\0" not in name
        },
    )
