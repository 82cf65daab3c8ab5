"""What the store learns from statements: names of agents, definitions of activities.

A definition is laid over what is known. Nearly every statement says what is known already, so a process remembers for a
minute what it has written, and most requests ask the tables nothing.
"""

from collections.abc import Iterable
from time import monotonic
from typing import Any
from uuid import UUID

import msgspec

from lms.foundation.database import after_commit
from lms.lrs.connection import Sql, array
from lms.lrs.rules.entry import Entry

REMEMBERED_SECONDS = 60.0
LARGEST_MEMORY = 50_000

_BEGIN = """
insert into lrs_activity (tenant_id, ref, iri, definition)
select %(tenant)s, ref, iri, '{}' from unnest(%(refs)s::bigint[], string_to_array(%(iris)s, chr(30))) as new (ref, iri)
order by ref
on conflict on constraint pk_lrs_activity do nothing
"""
_KNOWN = (
    "select ref, definition from lrs_activity where tenant_id = %s and ref = any(%s::bigint[]) order by ref for update"
)
_CHANGE = "update lrs_activity set definition = %s where tenant_id = %s and ref = %s"
_NAME = """
insert into lrs_agent_name (tenant_id, ref, name)
select %(tenant)s, ref, name from unnest(%(refs)s::bigint[], %(names)s::text[]) as new (ref, name) order by ref, name
on conflict on constraint pk_lrs_agent_name do nothing
"""

_defined: dict[tuple[UUID, int], tuple[bytes, float]] = {}
_named: dict[tuple[UUID, int, str], float] = {}


def learn(sql: Sql, tenant_id: UUID, entries: Iterable[Entry]) -> None:
    """Keep the names and definitions that the entries bring, where they are news. Rows are locked in sorted order."""
    definitions: dict[int, list[tuple[str, bytes]]] = {}
    names: set[tuple[int, str]] = set()
    for entry in entries:
        for ref, (iri, words) in entry.definitions.items():
            definitions.setdefault(ref, []).append((iri, words))
        names.update(entry.names.items())
    _define(sql, tenant_id, {r: d for r, d in definitions.items() if not _known((tenant_id, r), d[-1][1])})
    _name(sql, tenant_id, {(r, n) for r, n in names if not _fresh(_named.get((tenant_id, r, n)))})


def merged(old: dict[str, object], new: dict[str, object]) -> dict[str, object]:
    """A definition laid over another: properties replace, languages of name and description add up."""
    both = {**old, **new}
    for name in ("name", "description"):
        one, other = old.get(name), new.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            both[name] = {**one, **other}
    return both


def _define(sql: Sql, tenant_id: UUID, news: dict[int, list[tuple[str, bytes]]]) -> None:
    if not news:
        return
    refs = array(news)
    iris = "\x1e".join(said[0][0] for said in news.values())
    sql.execute(_BEGIN, {"tenant": tenant_id, "refs": refs, "iris": iris})
    for ref, text in sql.execute(_KNOWN, (tenant_id, refs)).fetchall():
        known = msgspec.json.decode(text)
        now = known
        for _, words in news[ref]:
            now = merged(now, msgspec.json.decode(words))
        if now != known:
            sql.execute(_CHANGE, (msgspec.json.encode(now).decode(), tenant_id, ref))
    after_commit(
        lambda: _remember(_defined, {(tenant_id, ref): (said[-1][1], monotonic()) for ref, said in news.items()})
    )


def _name(sql: Sql, tenant_id: UUID, news: set[tuple[int, str]]) -> None:
    if not news:
        return
    refs, names = array(ref for ref, _ in news), [name for _, name in news]
    sql.execute(_NAME, {"tenant": tenant_id, "refs": refs, "names": names})
    after_commit(lambda: _remember(_named, {(tenant_id, ref, name): monotonic() for ref, name in news}))


def _known(activity: tuple[UUID, int], words: bytes) -> bool:
    """Whether this is the last that was said of an activity: an older definition that comes again is news."""
    said, moment = _defined.get(activity, (b"", None))
    return said == words and _fresh(moment)


def _fresh(moment: float | None) -> bool:
    return moment is not None and moment + REMEMBERED_SECONDS > monotonic()


def _remember(memory: dict[Any, Any], news: dict[Any, Any]) -> None:
    if len(memory) > LARGEST_MEMORY:
        memory.clear()
    memory.update(news)


def forget() -> None:
    """Remember nothing (the tables were emptied)."""
    _defined.clear()
    _named.clear()
