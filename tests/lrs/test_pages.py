"""A page costs what it shows, however much is stored: counted in rows that the server touches, not in seconds."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from lms.foundation.database import transaction
from lms.foundation.principal import Principal
from lms.foundation.services import RunningPostgres
from lms.lrs import queries
from lms.lrs.connection import cursor
from lms.lrs.rules.parameters import Question
from lms.lrs.rules.references import Kind, ref
from tests.people import SYSTEM, Cast

STORED = 12_000
LIMIT = 50
AGENT, COURSE, EVERY, RARE, VERB = (
    "mbox a",
    "https://e.cn/course",
    "https://e.cn/plan",
    "mbox rare",
    "https://e.cn/verb",
)

_STATEMENTS = text(
    "insert into lrs_statement (tenant_id, seq, id, payload)"
    " select :tenant, lrs_take_seq() - (n::bigint << 22), gen_random_uuid(), '{}' from generate_series(1, :many) as n"
)
_LINKS = text(
    "insert into lrs_link (tenant_id, ref, kind, seq) select :tenant, :ref, :kind, seq from"
    " (select seq, row_number() over (order by seq) as n from lrs_statement where tenant_id = :tenant) as s where n % :each = 0"
)
QUESTIONS = {
    "newest": Question(limit=LIMIT),
    "agent": Question(agent=AGENT, limit=LIMIT),
    "related agent, nowhere direct": Question(agent=RARE, related_agents=True, limit=LIMIT),
    "activity": Question(activity=COURSE, limit=LIMIT),
    "related activity of every statement": Question(activity=EVERY, related_activities=True, limit=LIMIT),
    "verb of every statement": Question(verb=VERB, limit=LIMIT),
    "agent and verb": Question(agent=AGENT, verb=VERB, limit=LIMIT),
    "nobody": Question(agent="mbox nobody", related_agents=True, limit=LIMIT),
}


# A vacuum that came while other tests' rows were rolled back counts none on many pages, and every plan is one for an
# empty table. Unknown, the planner looks at the pages.
_UNKNOWN = "update pg_class set reltuples = -1 where relname like 'lrs_%' and relkind = 'r'"


@pytest.fixture
def tenant(app: Flask, people: Cast, postgres: RunningPostgres) -> Iterator[UUID]:
    """A school with many statements, written past the rules: only their links count here."""
    with psycopg.connect(postgres.superuser_url.replace("+psycopg", ""), autocommit=True) as line:
        line.execute(_UNKNOWN)
    school = people.organisations["anyi"]
    links = [
        (AGENT, Kind.AGENT, 3), (COURSE, Kind.ACTIVITY, 2), (EVERY, Kind.RELATED_ACTIVITY, 1), (EVERY, Kind.ACTIVITY, 500),
        (RARE, Kind.RELATED_AGENT, 40), (VERB, Kind.VERB, 1),
    ]  # fmt: skip
    with transaction(SYSTEM) as session:
        session.execute(_STATEMENTS, {"tenant": school, "many": STORED})
        for words, kind, each in links:
            values = {"tenant": school, "ref": ref(school, words), "kind": int(kind), "each": each}
            session.execute(_LINKS, values)
    yield school


def test_a_page_touches_what_it_shows(tenant: UUID) -> None:
    """Sabotage: put the two ranges of a related question under one LIMIT, or drop `offset 0` from the lateral join."""
    with transaction(Principal(organisations=frozenset({tenant}))):
        looked = {
            (name, way): touched(plan_of(tenant, QUESTIONS[name], way)) for name in QUESTIONS for way in ("asc", "desc")
        }
    assert {case: rows for case, rows in looked.items() if rows > 5 * (LIMIT + 1)} == {}


def plan_of(tenant_id: UUID, asked: Question, way: str) -> dict[str, Any]:
    """How the server answered a question."""
    filters = queries._filters(asked)
    above, below = queries.bounds(asked)
    values = {"tenant": tenant_id, "above": above, "below": below, "limit": LIMIT + 1}
    values.update({part: ref(tenant_id, words) for part, words, _ in filters})
    query = b"explain (analyze, format json) " + queries.composed(
        tuple((name, kinds) for name, _, kinds in filters), way
    )
    (plan,) = cursor().execute(query, values).fetchone() or ({},)
    return plan[0]["Plan"]


def touched(node: dict[str, Any]) -> int:
    """The rows that all scans of a plan looked at, those that a filter threw away included."""
    own = 0
    if "Scan" in node["Node Type"] and "Relation Name" in node:
        rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        own = int(rows * node["Actual Loops"])
    return own + sum(touched(inner) for inner in node.get("Plans", ()))
