"""From the ledger in the tables to a bundle that an auditor can check; a changed cell stops it and is named."""

import json
import zipfile
from array import array
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select

from lms.accounts.models import AuditEntry, Person
from lms.foundation import jobs
from lms.foundation.database import db, transaction
from lms.foundation.errors import NotFound, Refused
from lms.foundation.evidence import audit, commitment, note
from lms.foundation.permissions import Permission
from lms.foundation.secrets import signing_key
from lms.subsidies import actions, queries, verify
from lms.subsidies.bundle import gathering, making
from lms.subsidies.models import HoursExport, HoursExportResult
from tests.learning.classroom import Classroom, an_open_class
from tests.people import PEOPLE, SYSTEM, Cast, bring_in
from tests.subsidies.exporting import a_studied_class, ask, done, kept, sabotage


@pytest.fixture
def room(people: Cast, turn_clock) -> Classroom:  # type: ignore[no-untyped-def]
    return a_studied_class(people)


@pytest.fixture
def live_room(live_app: Flask, turn_clock) -> Classroom:  # type: ignore[no-untyped-def]
    return a_studied_class(bring_in())


def cells(path: Path, sheet: str) -> list[dict[str, object]]:
    """The rows of a sheet as dictionaries by header."""
    rows = list(openpyxl.load_workbook(path)[sheet].iter_rows(min_row=3, values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


# What comes out


def test_the_bundle_verifies_and_the_sheet_says_what_the_ledger_says(
    app: Flask, people: Cast, room: Classroom, tmp_path: Path
) -> None:
    """Sabotage: sum claimed_ms instead of credited_ms in Line.take."""
    export, job = done(ask(people, room))
    assert (job.state, job.error) == ("done", None)
    bundle = kept(app, export.result.bundle_key, tmp_path)
    report = verify.verify_file(str(bundle), note.fingerprint(signing_key().public_key()))
    assert report.problems == []
    assert report.facts["rows"] == len(room.rows("xiulan")) + len(room.rows("ahui"))
    assert report.facts["credited_ms"] == 360_000 + 60_000
    lines = cells(kept(app, export.result.sheet_key, tmp_path), "学时台账")
    lines.sort(key=lambda line: -line["有效时长(秒)"])
    assert [(li["学员"], li["终端类型"], li["有效时长(秒)"], li["原始时长(秒)"]) for li in lines] == [
        ("黄*兰", "手机", 360, 420),
        ("何*辉", "电脑", 60, 60),
    ]
    assert lines[0]["不计时长及原因代码"] == "60（already_covered 60）"
    assert lines[0]["播放起止点"] == "0:00–6:00"
    assert lines[0]["完成率"] == "6.6%"
    assert lines[0]["IP"] == "203.0.*.*"
    assert lines[0]["课程/章节"] == "第 1 课 拍好产品照片"
    with zipfile.ZipFile(bundle) as file:
        assert file.read("hours.xlsx") == kept(app, export.result.sheet_key, tmp_path).read_bytes()


def test_identities_are_masked(app: Flask, people: Cast, room: Classroom, tmp_path: Path) -> None:
    """No whole name, number or phone anywhere in the bundle. Sabotage: put known[person].name into Person."""
    export, _ = done(ask(people, room))
    with zipfile.ZipFile(kept(app, export.result.bundle_key, tmp_path)) as file:
        with zipfile.ZipFile(file.open("hours.xlsx")) as book:
            inside = [book.read(name) for name in book.namelist()]
        everything = b"".join([*inside, *(file.read(name) for name in file.namelist())])
    for who in (PEOPLE["xiulan"], PEOPLE["ahui"]):
        for secret in (who.name, who.id_number, who.phone):
            assert secret.encode() not in everything


def test_whole_numbers_are_text_and_audited(app: Flask, people: Cast, room: Classroom, tmp_path: Path) -> None:
    """Sabotage: write numbers with write(), or skip full_id_numbers' audit."""
    export, job = done(ask(people, room, "suwen", "full", "报第四季度补贴"))
    assert job.state == "done", job.error
    path = kept(app, export.result.sheet_key, tmp_path)
    numbers = [row["身份证号"] for row in cells(path, "申领合计")]
    assert set(numbers) == {PEOPLE["xiulan"].id_number, PEOPLE["ahui"].id_number, None}
    assert openpyxl.load_workbook(path)["申领合计"]["C4"].data_type == "s"
    with transaction(SYSTEM) as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "id-number:reveal")).one()
    assert (entry.actor_id, entry.reason) == (people.suwen, "报第四季度补贴")
    assert (export.requested_by, export.identity, export.reason) == (people.suwen, "full", "报第四季度补贴")


def test_the_same_records_give_the_same_bytes_later(app: Flask, people: Cast, room: Classroom, turn_clock) -> None:  # type: ignore[no-untyped-def]
    """Other classes grow the tree meanwhile. Sabotage: use the newest checkpoint in gathering.seal."""
    first, _ = done(ask(people, room))
    turn_clock(days=1)
    with transaction(SYSTEM):
        gathering.leaves.append("test", {"other": 1})
    second, _ = done(ask(people, room))
    assert first.id != second.id
    assert first.result.bundle_sha256 == second.result.bundle_sha256
    assert first.result.sheet_sha256 == second.result.sheet_sha256


def test_a_platform_that_moved_still_shows_the_old_seal(app: Flask, people: Cast, room: Classroom, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """Sabotage: name the seal after today's origin."""
    first, _ = done(ask(people, room))
    moved = replace(app.config["LMS"], app_origin="https://learn.example.cn")
    monkeypatch.setitem(app.config, "LMS", moved)
    second, job = done(ask(people, room))
    assert job.error is None
    assert first.result.bundle_sha256 == second.result.bundle_sha256
    gathering.checkpoint_now()
    assert audit.check_tree().findings == ()


def test_rows_that_come_meanwhile_wait_for_the_next_export(people: Cast, room: Classroom, tmp_path: Path) -> None:
    """A row committed after the seal is counted as skipped. Sabotage: take rows without a position."""
    order = gathering.Order(room.cohort_id, "masked", "")
    seal = gathering.seal(room.cohort_id)
    before = len(room.rows("ahui"))
    ahui = room.trainee("ahui")
    ahui.open("desktop")
    ahui.watch(60, 120)
    held = gathering.spool(order, people.principal("hequan"), seal, tmp_path / "spool", lambda *_: None)
    assert held.skipped == len(room.rows("ahui")) - before > 0
    assert held.rows == len(room.rows("xiulan")) + before


def test_a_class_that_nobody_studied_has_nothing_to_export(people: Cast, turn_clock) -> None:  # type: ignore[no-untyped-def]
    _, job = done(ask(people, an_open_class(people)))
    assert (job.state, job.error) == ("failed", "这个班还没有学时记录，有人开始学了再导出")


def test_the_best_quiz_result_is_shown(app: Flask, people: Cast, room: Classroom, monkeypatch, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    scores = {(people.xiulan, room.quiz_id): 80}
    monkeypatch.setattr(gathering.learning, "best_scores", lambda cohort_id: scores)
    export, _ = done(ask(people, room))
    rows = cells(kept(app, export.result.sheet_key, tmp_path), "申领合计")
    assert {row["学员"]: row["测验成绩"] for row in rows} == {"黄*兰": "80", "何*辉": "—", "合计": None}


# Who may


def test_only_the_authority_of_the_place_may_ask(people: Cast, room: Classroom) -> None:
    """Sabotage: leave the permission out of request_export, and the policy out of migration 0006."""
    for key in ("zhaojun", "liumin", "xiulan"):
        with pytest.raises(NotFound):
            ask(people, room, key)


def test_whoever_sees_a_class_as_its_school_does_not_export_it(people: Cast, room: Classroom) -> None:
    """Row security would let the school's clerk see it; the scope does not. Sabotage: load it with cohorts.cohort."""
    clerk = people.principal("liumin")
    promoted = replace(clerk, permissions=clerk.permissions | {Permission.HOURS_EXPORT})
    with pytest.raises(NotFound), transaction(promoted):
        actions.request_export(room.cohort_id, "masked", "", "0" * 36, promoted)


def test_whole_numbers_need_the_permission_and_a_reason(people: Cast, room: Classroom) -> None:
    """Sabotage: leave _refuse_full out of decide()."""
    with pytest.raises(Refused, match="专门的权限"):
        ask(people, room, "hequan", "full", "想要")
    with pytest.raises(Refused, match="为什么"):
        ask(people, room, "suwen", "full", "  ")


def test_the_same_form_twice_is_one_export(people: Cast, room: Classroom) -> None:
    """Sabotage: do not look for the token."""
    principal = people.principal("hequan")
    token = "0" * 36
    ids = set()
    for _ in range(2):
        with transaction(principal):
            ids.add(actions.request_export(room.cohort_id, "masked", "", token, principal))
    assert len(ids) == 1


def test_others_do_not_see_the_export(people: Cast, room: Classroom) -> None:
    """Sabotage: leave protect() out of migration 0008."""
    export, _ = done(ask(people, room))
    for key, seen in (("hequan", 1), ("suwen", 1), ("zhaojun", 0), ("chenbo", 0), ("xiulan", 0)):
        with transaction(people.principal(key)) as session:
            assert len(queries.newest()) == seen, key
            assert len(session.scalars(select(HoursExportResult)).all()) == seen, key
    assert export.requested_by == people.hequan


@pytest.mark.parametrize("verb", ["update {} set region_code = '0'", "delete from {}"])
@pytest.mark.parametrize("table", ["hours_export", "hours_export_result"])
def test_decisions_are_never_changed(people: Cast, room: Classroom, table: str, verb: str) -> None:
    """Sabotage: leave append_only() out of migration 0008."""
    done(ask(people, room))
    with pytest.raises(Exception, match=r"permission denied|never changed"), transaction(SYSTEM) as session:
        session.execute(db.text(verb.format(table)))


def test_a_repeated_job_writes_its_result_once(people: Cast, room: Classroom) -> None:
    export_id = ask(people, room)
    export, job = done(export_id)
    assert jobs.run(job.id) is False
    with transaction(SYSTEM) as session:
        assert len(session.scalars(select(HoursExportResult)).all()) == 1
        assert session.scalar(select(HoursExport.leaf_hash)) is not None
    assert export.result.figures["people"] == 2


def test_nothing_personal_is_left_on_the_disk(app: Flask, people: Cast, room: Classroom) -> None:
    """Not even what a killed attempt left. Sabotage: work in a folder with a random name."""
    export_id = ask(people, room)
    place = app.config["LMS"].data / "exporting"
    with transaction(SYSTEM):
        left = place / f"{queries.export(export_id).job_id}-0"
    left.mkdir(parents=True)
    (left / "spool.jsonl").write_text(PEOPLE["xiulan"].name)
    export, _ = done(export_id)
    assert export.result is not None
    assert list(place.iterdir()) == []


# A changed database


CHANGES = {
    "credited_ms": "update hour_ledger set credited_ms = credited_ms - 1, excluded_ms = 1, reason = 'gap' where id = {id}",
    "day": "update hour_ledger set day = day - 1 where id = {id}",
    "person_id": "update hour_ledger set person_id = (select p.id from person p where p.id <> hour_ledger.person_id order by p.id limit 1) where id = {id}",
    "ip": "update hour_ledger set ip = '10.9.9.9' where id = {id}",
    "leaf_hash": "update hour_ledger set leaf_hash = decode(repeat('00', 32), 'hex') where id = {id}",
}


@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_cell_stops_the_export_and_is_named(live_room: Classroom, postgres, column: str) -> None:  # type: ignore[no-untyped-def]
    """Sabotage: skip checking.troubles in gathering._checked, or trust the row's own leaf_hash."""
    row = live_room.rows("xiulan")[2]
    sabotage(postgres.superuser_url, CHANGES[column].format(id=row.id))
    export, job = done(ask(live_room.people, live_room))
    assert export.result is None
    assert job.state == "failed"
    assert f"hour_ledger 第 {row.id} 行，{column}" in job.error


def test_a_cell_and_its_hashes_changed_together_are_found(live_room: Classroom, postgres) -> None:  # type: ignore[no-untyped-def]
    """Row, leaf and node rewritten to fit: the signed root does not. Sabotage: leave refuse_other_root out of make()."""
    gathering.seal(live_room.cohort_id)
    row = live_room.rows("xiulan")[2]
    content = gathering.checking.read(row) | {"ip_commitment": commitment("10.9.9.9", row.ip_salt)}
    forged = gathering.checking.hash_of(gathering.KIND, content).hex()
    sabotage(
        postgres.superuser_url,
        f"update hour_ledger set ip = '10.9.9.9', leaf_hash = decode('{forged}', 'hex') where id = {row.id}",
        f"update evidence_leaf set hash = decode('{forged}', 'hex') where id = {row.leaf_id}",
        f"update evidence_position set hash = decode('{forged}', 'hex') where leaf_id = {row.leaf_id}",
    )
    export, job = done(ask(live_room.people, live_room))
    assert export.result is None
    assert "算不出签过名的根" in job.error


def test_a_deleted_row_stops_the_export(live_room: Classroom, postgres) -> None:  # type: ignore[no-untyped-def]
    """Sabotage: do not compare with leaves.count."""
    row = live_room.rows("xiulan")[2]
    sabotage(postgres.superuser_url, f"delete from hour_ledger where id = {row.id}")
    _, job = done(ask(live_room.people, live_room))
    assert job.state == "failed"
    assert "封存过" in job.error


def test_a_doubled_row_is_refused() -> None:
    """The table refuses two rows of one leaf; were the index dropped, the export does. Sabotage: count without set()."""
    with pytest.raises(Refused, match="有 1 行用了别的行的封存"):
        gathering._refuse_changed([], array("q", [4, 5, 5]), 2)


def test_the_bundle_that_was_made_is_checked_before_it_leaves(people: Cast, room: Classroom, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """Sabotage: leave _refuse_own_mistake out of make()."""
    monkeypatch.setattr(making.contents, "claim_rows", lambda claims, frame: iter([["", "合计"]]))
    _, job = done(ask(people, room))
    assert job.state == "queued"  # not a refusal: the house's own fault, tried again and told to the operator


def test_policies_are_in_the_bundle_with_their_sources(
    app: Flask, people: Cast, room: Classroom, tmp_path: Path
) -> None:
    export, _ = done(ask(people, room))
    with zipfile.ZipFile(kept(app, export.result.bundle_key, tmp_path)) as file:
        policy = json.loads(file.read("policy.json"))
    [rule] = policy["policies"]
    assert rule["class_hour_seconds"] == 2700
    assert all(row["source"] and row["effective_from"] for row in rule["rows"])
    assert policy["reasons"]["gap"]


def test_a_doubtful_number_is_said_beside_the_name(app: Flask, people: Cast, room: Classroom, tmp_path: Path) -> None:
    """Two entries hold one number: the hours stand, and the sheet says that nothing is claimed yet. Sabotage: leave the words out."""
    with transaction(SYSTEM) as session:
        session.get_one(Person, people.ahui).claimed_index = b"n" * 32
    export, _ = done(ask(people, room))
    names = {line["学员"] for line in cells(kept(app, export.result.sheet_key, tmp_path), "学时台账")}
    assert names == {"黄*兰", "何*辉（证件号待核，先不申领）"}
