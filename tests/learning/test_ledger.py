"""The ledger of hours: append-only, sealed, and refusing what cannot be true."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lms.foundation.database import db, transaction
from lms.foundation.evidence.canonical import commitment, hash_of
from lms.learning import queries
from lms.learning.rules.ledger import KIND, LedgerRow, leaf_content
from tests.learning.classroom import an_open_class
from tests.people import SYSTEM

ZERO = UUID(int=0)
MOMENT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ROW = LedgerRow(
    1, ZERO, ZERO, ZERO, ZERO, "440606", "P06", ZERO, ZERO, 1, "c0", date(2026, 11, 22), MOMENT, MOMENT, "phone",
    "203.0.113.7", bytes(16), 0, 30_000, 30_000, 30_000, 30_000, 0, None, "p", "hash", None, None, MOMENT,
)  # fmt: skip


@pytest.fixture
def room(people, turn_clock):
    room = an_open_class(people)
    trainee = room.trainee()
    trainee.open()
    trainee.watch(0, 90)
    return room


def test_a_leaf_holds_text_whole_numbers_and_nulls(people):
    content = leaf_content(ROW, commitment)
    assert content["started_at"] == "2026-11-22T08:00:00.000000Z"
    assert content["day"] == "2026-11-22" and content["reason"] is None
    assert not {"id", "ip", "ip_salt", "leaf_id", "leaf_hash"} & set(content)
    assert "203.0.113.7" not in content.values()
    assert all(value is None or isinstance(value, int | str) for value in content.values())


@pytest.mark.parametrize("name", [name for name in LedgerRow.__slots__ if name not in ("id", "leaf_id", "leaf_hash")])
def test_every_cell_is_sealed(name):
    """Sabotage: leave a column out of the leaf."""
    other = {
        str: "x",
        bytes: b"x" * 16,
        int: 7,
        UUID: UUID(int=1),
        date: date(2020, 1, 1),
        datetime: datetime(2020, 1, 1, tzinfo=UTC),
    }
    changed = replace(ROW, **{name: other.get(type(getattr(ROW, name)), "x")})
    assert hash_of(KIND, leaf_content(changed, commitment)) != hash_of(KIND, leaf_content(ROW, commitment))


def test_what_is_read_back_is_what_was_sealed(room):
    """Sabotage: write microseconds that the leaf does not hold."""
    with transaction(SYSTEM):
        rows = queries.ledger_of_cohort(room.cohort_id)
    assert len(rows) == 3
    assert all(hash_of(KIND, leaf_content(row, commitment)) == row.leaf_hash for row in rows)


def test_the_ledger_is_read_in_pages(room):
    with transaction(SYSTEM):
        first = queries.ledger_of_cohort(room.cohort_id, limit=2)
        rest = queries.ledger_of_cohort(room.cohort_id, after=first[-1].leaf_id)
        assert [row.id for row in (*first, *rest)] == [row.id for row in queries.ledger_page(0)]


@pytest.mark.parametrize(
    "change",
    [
        "update hour_ledger set credited_ms = credited_ms + 1",
        "update hour_ledger set day = day - 1",
        "delete from hour_ledger",
        "truncate hour_ledger",
        "update beat set body = '{}'",
        "delete from lesson_completion",
        "update quiz_attempt set score = 100",
    ],
)
def test_the_application_can_add_and_never_change(room, change):
    """Sabotage: leave append_only() out of the migration."""
    with pytest.raises(DBAPIError), transaction(SYSTEM):
        db.session.execute(text(change))


COPY = """
insert into hour_ledger (tenant_id, region_code, plan_code, person_id, registration_id, cohort_id, lesson_id, session_id, seq,
  day, started_at, ended_at, created_at, content_hash, device, ip, policy_id, policy_hash, claimed_ms, observed_ms,
  credited_ms, excluded_ms, reason, leaf_id, leaf_hash)
select tenant_id, region_code, plan_code, person_id, registration_id, cohort_id, lesson_id, session_id, {seq},
  {day}, {started}, ended_at, created_at, content_hash, device, ip, policy_id, policy_hash, {claimed}, {observed},
  {credited}, {excluded}, {reason}, leaf_id, leaf_hash
from hour_ledger where seq = 2
"""
AS_IT_IS = {
    "seq": "seq", "day": "day", "started": "started_at", "claimed": "claimed_ms", "observed": "observed_ms",
    "credited": "credited_ms", "excluded": "excluded_ms", "reason": "reason",
}  # fmt: skip


@pytest.mark.parametrize(
    "lie",
    [
        {"started": "started_at - interval '1 s'"},
        {"seq": "99"},
        {"seq": "99", "started": "started_at - interval '1 s'", "credited": "40000", "claimed": "40000"},
        {"seq": "99", "started": "started_at + interval '1 s'"},
        {"seq": "99", "started": "started_at - interval '1 s'", "credited": "-1", "claimed": "-1"},
        {"seq": "99", "started": "started_at - interval '1 s'", "credited": "0"},
        {"seq": "99", "started": "started_at - interval '1 s'", "credited": "0", "excluded": "claimed_ms"},
    ],
    ids=["same beat", "same instant", "more than observed", "more than the clock", "negative", "no sum", "no reason"],
)
def test_the_table_refuses_what_cannot_be_true(room, lie):
    """Sabotage: drop the check or the unique index that the case is named after."""
    with pytest.raises(DBAPIError), transaction(SYSTEM):
        db.session.execute(text(COPY.format(**{**AS_IT_IS, **lie})))


def test_a_row_is_seen_by_its_person_the_school_and_the_authority_alone(room):
    """Sabotage: protect() the ledger with `true`."""
    seen = {}
    for key in ("xiulan", "ahui", "liumin", "chenbo", "hequan", "zhaojun"):
        with transaction(room.people.principal(key)):
            seen[key] = len(queries.ledger_of_cohort(room.cohort_id))
    assert seen == {"xiulan": 3, "ahui": 0, "liumin": 3, "chenbo": 0, "hequan": 3, "zhaojun": 0}
