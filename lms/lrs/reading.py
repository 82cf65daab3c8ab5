"""Records as people read them: a page of a class or a person, one statement, or a person's whole record as a stream."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec

from lms.config import settings
from lms.foundation import clock
from lms.foundation.clock import SHANGHAI
from lms.foundation.database import transaction, widened
from lms.foundation.errors import NotFound
from lms.foundation.principal import Principal
from lms.lrs import queries
from lms.lrs.connection import Sql, cursor
from lms.lrs.rules import sentences
from lms.lrs.rules.parameters import Question
from lms.lrs.rules.references import ref
from lms.lrs.rules.sequence import stored_at

PAGE = 50
BATCH = 100
_WHY_WIDE = "lrs: people read records of classes they answer for, or their own"
_LESSONS = """
select iri, definition from lrs_activity
where tenant_id = %s and left(iri, 200) like %s and definition <> '{}'
  and position('/questions/' in iri) = 0 order by left(iri, 200) limit 500
"""
_ABOUT = "select exists (select from lrs_link where tenant_id = %s and ref = %s and kind in (3, 4) and seq = %s)"


@dataclass(frozen=True)
class Item:
    """One line of a timeline."""

    id: UUID
    seq: int
    at: datetime
    person_id: UUID | None
    actor: str
    words: str
    authority: str

    @property
    def day(self) -> date:
        """The day in Guangdong."""
        return clock.local(self.at).date()


@dataclass(frozen=True)
class Timeline:
    """Items newest first; `older` is where the next page begins, None at the end."""

    items: tuple[Item, ...]
    older: int | None

    @property
    def days(self) -> list[tuple[date, list[Item]]]:
        """The items day by day."""
        return [(day, list(found)) for day, found in groupby(self.items, lambda item: item.day)]


def agent_of(person_id: UUID) -> str:
    """What links call a person of ours."""
    return f"account {settings().app_origin} {person_id}"


def class_iri(cohort_id: UUID) -> str:
    """What statements call a class of ours."""
    return f"{settings().app_origin}/activities/classes/{cohort_id}"


def page(tenant_id: UUID, asked: Question) -> Timeline:
    """A page of one organisation's records. The caller has seen to it that they may be read."""
    with widened(_WHY_WIDE):
        rows, more = queries.page(cursor(), tenant_id, replace(asked, limit=PAGE))
    return Timeline(tuple(_item(seq, text) for seq, text in rows), rows[-1][0] if more else None)


def merged(tenants: Sequence[UUID], asked: Question) -> Timeline:
    """A page of a person's records in several organisations, newest first."""
    found: list[tuple[int, str]] = []
    with widened(_WHY_WIDE):
        for tenant_id in tenants:
            found += queries.page(cursor(), tenant_id, replace(asked, limit=PAGE + 1))[0]
    found.sort(reverse=True)
    return Timeline(tuple(_item(*row) for row in found[:PAGE]), found[PAGE - 1][0] if len(found) > PAGE else None)


def one(tenant_id: UUID, statement_id: UUID, within: str | None) -> tuple[Item, str]:
    """A statement and its JSON, indented; `within` must be around it where one is named. Raises NotFound."""
    with widened(_WHY_WIDE):
        sql = cursor()
        found = queries.one(sql, tenant_id, statement_id, voided=False)
        found = found or queries.one(sql, tenant_id, statement_id, voided=True)
        if found is None or (within is not None and not _is_about(sql, tenant_id, within, found[1])):
            raise NotFound()
    return _item(found[1], found[0]), msgspec.json.format(found[0], indent=2)


def lessons(tenant_id: UUID) -> list[tuple[str, str]]:
    """(IRI, name) of the lessons of ours that the store knows in an organisation, by name."""
    with widened(_WHY_WIDE):
        rows = cursor().execute(_LESSONS, (tenant_id, f"{settings().app_origin}/activities/lessons/%")).fetchall()
    named = [(iri, sentences.thing_name({"object": {"definition": msgspec.json.decode(text)}})) for iri, text in rows]
    return sorted((found for found in named if found[1]), key=lambda found: found[1])


def stream(principal: Principal, parts: Sequence[tuple[UUID, Question]]) -> Iterator[str]:
    """JSON Lines, oldest first within each part; a transaction for each batch, so that memory and locks stay small.

    `parts` are (tenant, what is asked there). The caller has seen to it that they may be read.
    """
    for tenant_id, asked in parts:
        after: int | None = None
        while rows := _batch(principal, tenant_id, replace(asked, ascending=True, limit=BATCH, cursor=after)):
            yield "".join(line(text) for _, text in rows)
            after = rows[-1][0]


def _batch(principal: Principal, tenant_id: UUID, asked: Question) -> list[tuple[int, str]]:
    with transaction(principal), widened(_WHY_WIDE):
        return queries.page(cursor(), tenant_id, asked)[0]


def line(text: str) -> str:
    """A statement on one line; its own line breaks lie between its properties and go."""
    return (msgspec.json.format(text, indent=-1) if "\n" in text or "\r" in text else text) + "\n"


def since(day: date | None) -> datetime | None:
    """The moment a day begins in Guangdong."""
    return datetime.combine(day, time(), SHANGHAI) if day else None


def until(day: date | None) -> datetime | None:
    """The last moment of a day in Guangdong."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI) - timedelta(milliseconds=1) if day else None


def _is_about(sql: Sql, tenant_id: UUID, iri: str, seq: int) -> bool:
    row = sql.execute(_ABOUT, (tenant_id, ref(tenant_id, iri), seq)).fetchone()
    return bool(row and row[0])


def _item(seq: int, text: str) -> Item:
    said: Mapping[str, Any] = msgspec.json.decode(text)
    origin = settings().app_origin
    return Item(
        id=UUID(str(said["id"])),
        seq=seq,
        at=sentences.moment_of(said) or stored_at(seq),
        person_id=_uuid(sentences.person_of(said, origin)),
        actor=sentences.actor_name(said),
        words=sentences.sentence(said),
        authority=sentences.authority_words(said, origin),
    )


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
