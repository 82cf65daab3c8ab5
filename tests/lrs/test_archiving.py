"""Months: old ones leave the tables for a file that was read back, and come back to the letter."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from lms.config import settings
from lms.foundation import clock, jobs, periodic
from lms.foundation.database import transaction
from lms.lrs import archiving, commands, tasks
from lms.lrs.archiving import NotWhole
from lms.lrs.rules.sequence import first_of, partition
from tests.lrs.conftest import Machine, machine
from tests.lrs.statements import AGENT, made
from tests.people import SYSTEM, bring_in

OLD = date(2024, 3, 1)


@pytest.fixture
def school(live_app: Flask) -> UUID:
    """Whose records grow old."""
    return bring_in().organisations["anyi"]


@pytest.fixture
def xapi(live_app: Flask, school: UUID) -> Machine:
    """A machine of the school."""
    return machine(live_app, school)


@pytest.fixture(autouse=True)
def _no_old_month(live_app: Flask, postgres) -> Iterator[None]:  # type: ignore[no-untyped-def]
    """What a test made of old months is gone afterwards."""
    yield
    with transaction(SYSTEM) as session:
        left = session.scalar(text("select to_regclass('lrs_statement_2024_03')::text"))
    if left:
        with transaction(SYSTEM) as session:
            session.execute(text("delete from lrs_archive"))
            session.execute(
                text(
                    "insert into lrs_archive (id, created_at, month, statements, storage_key, sha256, bytes, state)"
                    " select gen_random_uuid(), now(), :month, count(*), '', '', 0, 'verified' from lrs_statement"
                    " where seq >= :low and seq < :high"
                ),
                {"month": OLD, **bounds()},
            )
            session.execute(text("select lrs_drop_month(:month)"), {"month": OLD})


def bounds() -> dict[str, int]:
    """The numbers of the old month."""
    _, low, high = partition(OLD.year, OLD.month)
    return {"low": low, "high": high}


def grow_old(xapi: Machine, many: int = 6) -> list[str]:
    """Statements that are moved into an old month: one refers to another, one is voided, one has lines of its own."""
    batch = [made() for _ in range(many)]
    assert xapi.post(batch).status_code == 200
    spaced = json.dumps(made(), indent=1).encode()
    assert xapi.ask("POST", "statements", spaced).status_code == 200
    about = {**made(), "object": {"objectType": "StatementRef", "id": batch[0]["id"]}, "context": {}}
    void = {**about, "id": str(uuid4()), "verb": {"id": "http://adlnet.gov/expapi/verbs/voided"}}
    void["object"] = {"objectType": "StatementRef", "id": batch[1]["id"]}
    assert xapi.post([{**about, "actor": {"mbox": "mailto:referrer@example.cn"}}, void]).status_code == 200
    by = first_of(datetime.now(UTC)) - first_of(datetime(2024, 3, 10, tzinfo=UTC))
    with transaction(SYSTEM) as session:
        session.execute(text("select lrs_add_month(:month)"), {"month": OLD})
    return moved(by)


def moved(by: int) -> list[str]:
    """Turn the numbers of all statements back (as the owner of the tables: nobody else may); the ids in order."""

    engine = create_engine(settings().database_owner_url)
    with engine.begin() as connection:
        connection.execute(text("select set_config('lms.system', 'tests', true)"))
        for table in ("lrs_statement", "lrs_link", "lrs_statement_id", "lrs_statement_ref"):
            connection.execute(text(f"update {table} set seq = seq - :by where seq is not null"), {"by": by})
        ids = list(connection.scalars(text("select id from lrs_statement order by seq")))
    engine.dispose()
    return [str(found) for found in ids]


def everything(school: UUID) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """All statements and links, to be compared."""
    with transaction(SYSTEM) as session:
        rows = session.execute(text("select seq, id, voided, payload from lrs_statement order by seq")).all()
        links = session.execute(text("select ref, kind, seq from lrs_link order by 1, 2, 3")).all()
    return [tuple(row) for row in rows], [tuple(link) for link in links]


def test_a_month_leaves_and_comes_back_to_the_letter(xapi: Machine, school: UUID) -> None:
    """Sabotage: write the payload through a dictionary; or leave connect() out of _link_back."""
    ids = grow_old(xapi)
    before = everything(school)
    assert len(xapi.found(agent=AGENT, limit="500")) > 0
    archive = archiving.put_away(OLD)
    assert (archive.state, archive.statements) == ("dropped", len(ids))
    assert everything(school) == ([], [])
    assert xapi.found(limit="500") == xapi.found(agent=AGENT) == []
    assert archiving.restore(OLD) == len(ids)
    assert everything(school) == before
    assert archiving.restore(OLD) == len(ids), "twice is harmless"
    assert everything(school) == before


def test_an_id_stays_taken_while_its_statement_is_away(xapi: Machine, school: UUID) -> None:
    """Sabotage: join the statement in actions._TAKEN instead of left joining it: the same again is a 409."""
    one = made()
    xapi.post(one)
    grow_old(xapi)
    archiving.put_away(OLD)
    assert xapi.post(one).status_code == 200
    assert xapi.post({**one, "actor": {"mbox": "mailto:other@example.cn"}}).status_code == 409
    void = {"actor": AGENT, "verb": {"id": "http://adlnet.gov/expapi/verbs/voided"}}
    assert xapi.post({**void, "object": {"objectType": "StatementRef", "id": one["id"]}}).status_code == 200
    archiving.restore(OLD)
    assert xapi.get("statements", statementId=one["id"]).status_code == 404
    assert xapi.get("statements", voidedStatementId=one["id"]).status_code == 200, "voided while it was away"


def test_the_file_is_json_lines_with_a_manifest(xapi: Machine, live_app: Flask) -> None:
    """Sabotage: leave the checksum out of the manifest."""
    ids = grow_old(xapi)
    archive = archiving.put_away(OLD)
    storage = live_app.extensions["storage"]
    with storage.open(archive.storage_key) as stream:
        lines = [json.loads(line) for line in gzip.decompress(stream.read()).splitlines()]
    assert [line["id"] for line in lines] == ids
    assert all(json.loads(line["payload"])["id"] == line["id"] for line in lines)
    with storage.open(f"{archive.storage_key}.manifest.json") as stream:
        manifest = json.load(stream)
    assert (manifest["month"], manifest["statements"], manifest["sha256"]) == ("2024-03", len(ids), archive.sha256)


def test_a_month_stays_where_its_file_does_not_read_back(
    xapi: Machine, school: UUID, live_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: drop without _read_back."""
    grow_old(xapi)
    before, storage = everything(school), live_app.extensions["storage"]
    real = storage.put

    def lossy(key: str, file, content_type: str = "") -> None:  # type: ignore[no-untyped-def]
        real(key, file, content_type)
        if key.endswith(".gz"):
            path = storage.root / key
            path.write_bytes(gzip.compress(b"".join(gzip.decompress(path.read_bytes()).splitlines(True)[:-1])))

    monkeypatch.setattr(storage, "put", lossy)
    with pytest.raises(NotWhole):
        archiving.put_away(OLD)
    assert everything(school) == before


def test_the_database_itself_refuses_to_drop_what_is_not_archived(xapi: Machine, school: UUID) -> None:
    """Sabotage: leave the count out of lrs_drop_month."""
    grow_old(xapi)
    before = everything(school)
    with pytest.raises(DBAPIError, match="no verified archive"), transaction(SYSTEM) as session:
        session.execute(text("select lrs_drop_month(:month)"), {"month": OLD})
    row = "insert into lrs_archive (id, created_at, month, statements, storage_key, sha256, bytes, state)"
    with transaction(SYSTEM) as session:
        session.execute(
            text(f"{row} values (gen_random_uuid(), now(), :month, 1, '', '', 0, 'verified')"), {"month": OLD}
        )
    with pytest.raises(DBAPIError, match="holds 1 statements"), transaction(SYSTEM) as session:
        session.execute(text("select lrs_drop_month(:month)"), {"month": OLD})
    with pytest.raises(DBAPIError, match="still here"), transaction(SYSTEM) as session:
        session.execute(text("select lrs_drop_links(:low, :high)"), bounds())
    assert everything(school) == before


def test_a_changed_archive_is_not_brought_back(xapi: Machine, school: UUID, live_app: Flask) -> None:
    """Sabotage: leave the checksum out of restore()."""
    grow_old(xapi)
    archive = archiving.put_away(OLD)
    path = live_app.extensions["storage"].root / archive.storage_key
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"completed", b"passedxxx")))
    with pytest.raises(NotWhole):
        archiving.restore(OLD)
    assert everything(school) == ([], [])


def test_the_job_archives_what_somebody_decided(xapi: Machine, school: UUID) -> None:
    """Sabotage: archive without a decision; or the month that was brought back yesterday."""
    grow_old(xapi)
    assert run_round("lrs-archive")["months"] == []
    decided = CliRunner().invoke(commands.cli, ["lrs-keep", "12", "--reason", "会议纪要 2026-11"])
    assert decided.exit_code == 0, decided.output
    assert run_round("lrs-archive")["months"] == ["2024-03-01"]
    assert everything(school) == ([], [])
    listed = CliRunner().invoke(commands.cli, ["lrs-archives"])
    assert "2024-03  dropped" in listed.output
    back = CliRunner().invoke(commands.cli, ["lrs-restore", "2024-03"])
    assert "are back" in back.output, back.output
    assert run_round("lrs-archive")["months"] == []
    missing = CliRunner().invoke(commands.cli, ["lrs-restore", "2023-01"])
    assert missing.exit_code == 1


def test_months_to_come_have_their_tables(xapi: Machine) -> None:
    """Sabotage: leave make_room out of the work that comes round."""
    assert run_round("lrs-months")["months"] == archiving.AHEAD
    with transaction(SYSTEM) as session:
        names = list(
            session.scalars(
                text("select inhrelid::regclass::text from pg_inherits where inhparent = 'lrs_statement'::regclass")
            )
        )
    year, month = divmod(clock.now().year * 12 + clock.now().month - 1 + archiving.AHEAD, 12)
    assert f"lrs_statement_{year}_{month + 1:02d}" in names


def run_round(kind: str) -> dict[str, object]:
    """Let a kind of work come round once; what it says."""
    assert tasks
    with transaction(SYSTEM) as session:
        session.execute(
            text("update job set finished_at = now() - interval '3 days' where key = :key"), {"key": f"{kind}:round"}
        )
    periodic.queue_due()
    with transaction(SYSTEM) as session:
        job_id = session.scalar(text("select id from job where key = :key"), {"key": f"{kind}:round"})
    jobs.run(job_id)
    with transaction(SYSTEM):
        found = jobs.find(job_id)
        assert found.state == "done", found.error
        return found.result
