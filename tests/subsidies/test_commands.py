"""`lms hours export` and `lms verify` as an operator types them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import AuditEntry
from lms.cli import cli
from lms.foundation.database import transaction
from lms.subsidies import commands
from lms.subsidies.models import HoursExport
from tests.learning.classroom import Classroom
from tests.people import PEOPLE, SYSTEM, bring_in
from tests.subsidies.exporting import a_studied_class, sabotage


@pytest.fixture
def live_room(live_app: Flask, turn_clock) -> Classroom:  # type: ignore[no-untyped-def]
    return a_studied_class(bring_in())


@pytest.fixture
def lms(live_app: Flask):  # type: ignore[no-untyped-def]
    runner = live_app.test_cli_runner()
    return lambda *arguments: runner.invoke(commands.cli, list(arguments))


def test_export_and_verify(live_room: Classroom, lms, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Sabotage: write the bundle before it was checked, or keep no decision."""
    out = tmp_path / "bundle.zip"
    done = lms("hours", "export", "--cohort", "2026-07", "--out", str(out))
    assert done.exit_code == 0, done.output
    assert "2 人，可申领 0 学时" in done.output
    good = lms("verify", str(out))
    assert good.exit_code == 0
    assert "没有一处被改过" in good.output
    with transaction(SYSTEM) as session:
        decided = session.scalars(select(HoursExport)).one()
        assert (decided.identity, decided.requested_by) == ("masked", None)
        assert session.scalars(select(AuditEntry.action)).all() == ["hours:export"]
    changed = bytearray(out.read_bytes())
    changed[len(changed) // 2] ^= 1
    out.write_bytes(changed)
    bad = lms("verify", "--json", str(out))
    assert bad.exit_code == 1
    assert json.loads(bad.output)["problems"]


def test_whole_numbers_need_a_reason(live_room: Classroom, lms, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "bundle.zip"
    refused = lms("hours", "export", "--cohort", "2026-07", "--out", str(out), "--full")
    assert (refused.exit_code, out.exists()) == (1, False)
    done = lms("hours", "export", "--cohort", "2026-07", "--out", str(out), "--full", "--reason", "审计抽查")
    assert done.exit_code == 0, done.output
    assert PEOPLE["xiulan"].id_number.encode() in out.read_bytes()


def test_an_unknown_class_and_a_closed_folder_are_one_sentence(live_room: Classroom, lms, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    for arguments in (["--cohort", "nothing", "--out", "x.zip"], ["--cohort", "2026-07", "--out", "/proc/no/b.zip"]):
        done = lms("hours", "export", *arguments)
        assert done.exit_code == 1
        assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("update hour_ledger set ip = '10.9.9.9' where id = {id}", "hour_ledger 第 {id} 行，ip"),
        (
            "update hour_ledger set credited_ms = 29999, excluded_ms = 1, reason = 'gap' where id = {id}",
            "hour_ledger 第 {id} 行，credited_ms",
        ),
        ("delete from hour_ledger where id = {id}", "这一行不见了"),
        (
            "update evidence_leaf set hash = decode(repeat('00', 32), 'hex') where id = {leaf}",
            "evidence_leaf 第 {leaf} 行，hash",
        ),
    ],
)
def test_the_database_is_checked(
    live_room: Classroom, lms, postgres, tmp_path: Path, statement: str, told: str
) -> None:  # type: ignore[no-untyped-def]
    """Sabotage: compare the row with its own leaf_hash only, or leave _missing out of check_database."""
    assert lms("hours", "export", "--cohort", "2026-07", "--out", str(tmp_path / "b.zip")).exit_code == 0
    clean = lms("verify", "--database")
    assert (clean.exit_code, "0 altered" in clean.output) == (0, True), clean.output
    row = live_room.rows("xiulan")[3]
    names = {"id": row.id, "leaf": row.leaf_id}
    sabotage(postgres.superuser_url, statement.format(**names))
    found = lms("verify", "--database")
    assert found.exit_code == 1
    assert told.format(**names) in found.output


def test_usage(lms) -> None:  # type: ignore[no-untyped-def]
    assert lms("verify").exit_code == 2
    assert lms("verify", "x.zip", "--database").exit_code == 2
    assert lms("verify", "missing.zip").exit_code == 2
    assert lms("verify", "--databse").exit_code == 2


def test_a_bundle_is_verified_without_a_database(tmp_path: Path) -> None:
    """`lms verify` on a machine that runs no platform. Sabotage: put with_appcontext on the command."""
    file = tmp_path / "nothing.zip"
    file.write_bytes(b"not a bundle")
    clean = {"PATH": "/usr/bin:/bin", "LMS_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "lms.cli", "verify", str(file)],
        env=clean,
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(commands.__file__).parents[2],
    )
    assert done.returncode == 1, done.stderr
    assert "NOT VERIFIED" in done.stdout
    assert cli.name == "lms"
