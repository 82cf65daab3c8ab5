"""What must hold for every statement, whoever made it up."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.lrs.rules.entry import Authority, prepare
from lms.lrs.rules.equality import content_hash, same
from lms.lrs.rules.refusal import Invalid
from lms.lrs.rules.sequence import SHIFT, first_of, last_of, stored_at
from lms.lrs.rules.statement import complete, read_statement, reread
from lms.lrs.rules.timestamps import parse_timestamp, write_timestamp
from lms.lrs.rules.versions import Version
from tests.lrs.statements import STATEMENT, statement

TENANT = UUID("7c4d1a0f-3f0c-4f43-9d55-b1a38c0f4d11")
AUTHORITY = Authority.account("https://example.cn", "key")
words = st.text(st.characters(codec="utf-8"), max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=10,
)
statements = st.fixed_dictionaries(
    {
        "actor": st.fixed_dictionaries(
            {"account": st.fixed_dictionaries({"homePage": st.just("https://example.cn"), "name": words})},
            optional={"name": words},
        ),
        "verb": st.just(STATEMENT["verb"]),
        "object": st.fixed_dictionaries(
            {"id": st.integers(0, 99).map("https://example.cn/{}".format)},
            optional={
                "definition": st.fixed_dictionaries({}, optional={"name": st.dictionaries(st.just("zh-CN"), words)})
            },
        ),
    },
    optional={
        "id": st.uuids().map(str),
        "result": st.fixed_dictionaries({"extensions": st.dictionaries(st.just("https://example.cn/x"), json_values)}),
        "timestamp": st.just("2026-11-20T12:00:00+08:00"),
        "version": st.just("1.0.3"),
    },
)


def read(data: Any) -> Any:
    """A statement from plain data."""
    return read_statement(json.dumps(data).encode(), Version.V1_0_3)


@given(statements)
def test_nothing_is_lost_and_only_the_standard_adds(data: dict[str, Any]) -> None:
    """Sabotage: drop the last property in _opened."""
    kept = json.loads(complete(read(data), "2026-11-22T00:00:00.000Z", AUTHORITY.json))
    assert {name: kept[name] for name in data} == data
    assert kept.keys() - data.keys() <= {"id", "stored", "timestamp", "authority", "version"}


@given(statements)
def test_what_is_kept_is_the_same_statement(data: dict[str, Any]) -> None:
    """Sabotage: let content_hash see the text that came."""
    one = read({"id": str(uuid4()), **data})
    other = reread(complete(one, "2026-11-22T00:00:00.000Z", AUTHORITY.json))
    assert same(one, other)
    shuffled = read(dict(reversed(list(data.items()))))
    assert content_hash(shuffled) == content_hash(one)


@given(statements, statements)
def test_different_statements_differ(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Sabotage: leave the result out of _Content."""

    def bare(data: dict[str, Any]) -> dict[str, Any]:
        return {**{k: v for k, v in data.items() if k not in {"id", "version"}}, "object": data["object"]["id"]}

    if bare(one) != bare(other) and {**bare(one), "timestamp": 0} != {**bare(other), "timestamp": 0}:
        assert not same(read(one), read(other))
        assert content_hash(read(one)) != content_hash(read(other))


@given(statements)
def test_links_are_small_and_never_twice(data: dict[str, Any]) -> None:
    """Sabotage: return a list in references.links."""
    links = prepare(read(data), TENANT, AUTHORITY).links
    assert len(set(links)) == len(links)
    assert all(-(2**63) <= ref < 2**63 for _, ref in links)


@settings(max_examples=60)
@given(st.recursive(json_values, lambda inner: st.dictionaries(st.sampled_from([*STATEMENT, "x"]), inner)))
def test_any_json_is_read_or_refused(data: Any) -> None:
    """Sabotage: let a TypeError through in read_object."""
    try:
        read(data)
    except Invalid as refused:
        assert refused.why


@given(st.sampled_from(["actor", "verb", "object", "result", "context"]), json_values)
def test_any_part_is_read_or_refused(name: str, value: Any) -> None:
    """Sabotage: as above."""
    try:
        read({**statement(), name: value})
    except Invalid as refused:
        assert refused.path.startswith(name)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2089, 1, 1)), st.integers(0, (1 << SHIFT) - 1))
def test_order_and_stored_agree(moment: datetime, rest: int) -> None:
    """Sabotage: round stored_at up."""
    moment = moment.replace(tzinfo=UTC)
    seq = first_of(moment) + rest
    assert timedelta(0) <= moment - stored_at(seq) < timedelta(milliseconds=1)
    assert first_of(stored_at(seq)) <= seq <= last_of(stored_at(seq))
    assert parse_timestamp(write_timestamp(stored_at(seq)), "stored", Version.V2_0_0) == stored_at(seq)
